"""Docstrings name what is there: parameters, fields, errors, functions, even once renamed."""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.modules import PRODUCT, modules_of, nodes, tree

PATHS = (*PRODUCT, *modules_of("bench"))
_SECTION = re.compile(r"^(Args|Attributes|Raises):\n((?:(?: {4}.*)?\n?)*)", re.MULTILINE)
_ENTRY = re.compile(r"^ {4}(\S[^:\n]*):(?= |$)", re.MULTILINE)
NO_VERBS = (
    "all another as at both each elsewhere every everything for from how in nobody nothing of one "
    "only so their those to until what when where which while who whom whose why with without"
).split()
"""Words that docstrings have begun with in place of a verb."""

VALUES = {"ext4"}
"""Words of the world outside, which docstrings quote as examples."""
_TICKED = re.compile(r"(?<!`)`([a-z_][a-z0-9_]*)`(?!`)")


class Names:
    """What a module may name: its own names and words, and what others define."""

    def __init__(self, trees: Mapping[Path, ast.Module]) -> None:
        self.defined = {path.stem for path in trees}
        self.classes = {name for name in dir(builtins) if name[0].isupper()}
        self.words: set[str] = set()
        for module in trees.values():
            inside = nodes(module)
            self.words |= _words(inside)
            self.classes |= {node.name for node in inside if isinstance(node, ast.ClassDef)}
            self.defined |= {node.name for node in inside if isinstance(node, ast.FunctionDef)}
            imports = [one for one in inside if isinstance(one, ast.Import | ast.ImportFrom)]
            self.classes |= {alias.name for one in imports for alias in one.names}


def _words(inside: Iterable[ast.AST]) -> set[str]:
    """Words of the string constants that are no docstrings: keys, outcomes, statements."""
    documents = {id(node.value) for node in inside if isinstance(node, ast.Expr)}
    texts = (
        node.value
        for node in inside
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in documents
    )
    return {word for text in texts for word in re.findall(r"\w+", text)}


def _parameters(function: ast.FunctionDef) -> set[str]:
    given = function.args
    single = [one for one in (given.vararg, given.kwarg) if one]
    return {one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs, *single)}


def _attributes(node: ast.AST) -> set[str]:
    """Fields, methods, class variables, and what is set on or asked of objects."""
    found = set()
    for one in nodes(node):
        if isinstance(one, ast.Attribute):
            found.add(one.attr)
        elif isinstance(one, ast.FunctionDef):
            found.add(one.name)
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            found.add(one.id)
    return found


def _listed(docstring: str, section: str) -> list[str]:
    """Names that a section describes; `start, end: …` describes two."""
    bodies = [body for title, body in _SECTION.findall(docstring) if title == section]
    return [
        name.strip().lstrip("*")
        for body in bodies
        for names in _ENTRY.findall(body)
        for name in names.split(",")
    ]


def _faults(module: ast.Module, names: Names) -> Iterator[str]:
    attributes = _attributes(module)
    for node in nodes(module):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        text = ast.get_docstring(node) or ""
        known = _parameters(node) if isinstance(node, ast.FunctionDef) else _attributes(node)
        section = "Args" if isinstance(node, ast.FunctionDef) else "Attributes"
        yield from (f"{node.name}: {one}" for one in _listed(text, section) if one not in known)
        for error in _listed(text, "Raises"):
            if "." not in error and error not in names.classes:
                yield f"{node.name}: {error}"
        elsewhere = attributes | names.defined | names.words
        if isinstance(node, ast.FunctionDef):
            ticked = set(_TICKED.findall(text)) - known - elsewhere - VALUES
            yield from (f"{node.name}: {one}" for one in sorted(ticked))


def test_docstrings_name_what_exists() -> None:
    """House: Args are parameters, Attributes are fields, Raises are errors, names are names."""
    trees = {path: tree(path) for path in PATHS}
    names = Names(trees)

    assert [f"{path}: {one}" for path in PATHS for one in _faults(trees[path], names)] == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('def f(a):\n    """X.\n\n    Args:\n        b: Y.\n    """\n', "f: b"),
        ('class C:\n    """X.\n\n    Attributes:\n        b: Y.\n    """\n    a: int\n', "C: b"),
        ('def f():\n    """X.\n\n    Raises:\n        OldError: Y.\n    """\n', "f: OldError"),
        ('def f(limit):\n    """Cut `bound`."""\n', "f: bound"),
    ],
)
def test_a_name_that_is_gone_is_noticed(source: str, fault: str) -> None:
    """House: the check above sees parameters, fields, errors and names that were renamed."""
    module = ast.parse(source)

    assert list(_faults(module, Names({Path("m.py"): module}))) == [fault]


def _without_verb(module: ast.Module) -> Iterator[str]:
    """Functions whose docstring begins like a noun; ruff's D401 knows the verbs' forms."""
    for node in nodes(module):
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("__"):
            continue
        begin = (ast.get_docstring(node) or "Do").split()[0]
        is_property = any("property" in ast.unparse(one) for one in node.decorator_list)
        is_plural = begin.endswith("s") and not begin.endswith("ss")
        is_noun = is_plural or not begin[0].isalpha() or begin.lower() in NO_VERBS
        if is_noun and not is_property:
            yield f"{node.name}: {begin}"


def test_a_docstring_begins_with_its_verb() -> None:
    """House: a function's first word says what it does, as "Return `x` …", not "`x` …"."""
    found = [f"{path}: {one}" for path in PATHS for one in _without_verb(tree(path))]

    assert found == [], "begin with a verb: Return, Yield, Write, Note …; see docs/style.md"


@pytest.mark.parametrize("begin", ["`text` cut", "Recipients of", "How often", "As the source's."])
def test_a_docstring_without_a_verb_is_noticed(begin: str) -> None:
    """House: the check above sees names, plurals, questions and comparisons."""
    module = ast.parse(f'def f():\n    """{begin}"""\n')

    assert list(_without_verb(module)) == [f"f: {begin.split(maxsplit=1)[0]}"]
