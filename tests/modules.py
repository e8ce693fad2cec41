"""Modules of the project as tests look at them: each is read and parsed once for all tests."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path


def modules_of(*folders: str) -> tuple[Path, ...]:
    """Return the paths of all modules below `folders`, in order."""
    return tuple(path for folder in folders for path in sorted(Path(folder).rglob("*.py")))


PRODUCT = modules_of("services", "shared")
"""What is shipped."""

_TEXT_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"""'
    r"|'''(?:\\.|[^\\])*?'''"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])*'"
    r"|(#[^\n]*)",
    re.DOTALL,
)
"""A string, in which `#` means nothing, or a comment; the tokenizer takes twenty times as long."""


@cache
def source(path: Path) -> str:
    """Return the text of a module."""
    return path.read_text("utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a module, which nobody changes."""
    return ast.parse(source(path))


@cache
def nodes(of: ast.AST) -> tuple[ast.AST, ...]:
    """Return `of` and every node below it."""
    return tuple(ast.walk(of))


def strings(of: ast.AST) -> Iterable[str]:
    """Return the strings below a node, its docstrings among them."""
    return (
        node.value
        for node in nodes(of)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def comments(text: str) -> list[str]:
    """Return the comments of a module's text."""
    return [comment for comment in _TEXT_OR_COMMENT.findall(text) if comment]
