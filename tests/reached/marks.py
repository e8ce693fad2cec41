"""Every statement of services and shared marks its line when it is reached.

The marks are files that all processes of a run share, so a process that is killed has told its
lines, too. Coverage's tracer on Python 3.11 doubles the time of all code, that of libraries and
tests as well; marks cost our own code a tenth, with every Python.
"""

import ast
import mmap
import os
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).resolve().parents[2]
MARKS = ROOT / ".reached"
PACKAGES = ("services", "shared")
NAME = "__reached__"


class Marking(ast.NodeTransformer):
    """Puts a mark before every statement: `__reached__[line] = 1`."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Mark the statements of each block that a node has."""
        super().generic_visit(node)
        for name, block in ast.iter_fields(node):
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                # A docstring is one only as the first statement.
                first = block[:1] if name == "body" and _is_text(block[0]) else []
                rest = block[len(first) :]
                marked = [part for one in rest for part in (*_marks_of(one), one)]
                setattr(node, name, [*first, *_own_marks(node), *marked])
        return node


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _marks_of(statement: ast.stmt) -> Iterator[ast.stmt]:
    for decorator in getattr(statement, "decorator_list", ()):
        yield _mark(decorator)
    yield _mark(statement)


def _own_marks(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield the mark of a line that is no statement: `except …:` and `case …:`."""
    if isinstance(node, ast.ExceptHandler):
        yield _mark(node)
    elif isinstance(node, ast.match_case):
        yield _mark(node.pattern)


def _mark(place: ast.stmt | ast.expr | ast.ExceptHandler | ast.pattern) -> ast.stmt:
    (mark,) = ast.parse(f"{NAME}[{place.lineno}] = 1").body
    for node in ast.walk(mark):
        ast.copy_location(node, place)
    return mark


class _MarkingLoader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        tree = Marking().visit(ast.parse(self.get_data(path), path))
        code: CodeType = compile(tree, path, "exec", dont_inherit=True)
        return code

    def exec_module(self, module: ModuleType) -> None:
        vars(module)[NAME] = _marks_in(Path(self.path))
        super().exec_module(module)


class MarkingFinder(MetaPathFinder):
    """Finds our modules, to be imported with their marks."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module is, if it is one of ours."""
        if fullname.partition(".")[0] not in PACKAGES:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _MarkingLoader(fullname, spec.loader.path)
        return spec


def _marks_in(source: Path) -> mmap.mmap:
    """Return a byte for each line of a file, the same bytes in all processes."""
    lines = source.read_bytes().count(b"\n") + 2
    try:
        opened = os.open(place_of(source), os.O_RDWR | os.O_CREAT)
    except PermissionError:
        # A process that has given up its rights: its lines are not counted.
        return mmap.mmap(-1, lines)
    with os.fdopen(opened, "r+b") as file:
        os.ftruncate(opened, lines)
        return mmap.mmap(file.fileno(), lines)


def place_of(source: Path) -> Path:
    """Return where the marks of a file are."""
    return MARKS / str(source.relative_to(ROOT)).replace("/", "+")
