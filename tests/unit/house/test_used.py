"""What is declared is used: no setting, metric, error or function is there for nobody.

Names are looked for as they are written in the code: a name that two things share hides that one
of them is unused.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from shared.settings.environment import Environment
from shared.settings.keys import KEYS
from tests.modules import PRODUCT, nodes, strings, tree

METRICS = tuple(Path("shared").glob("*metrics.py"))
ERRORS = Path("shared/errors.py")
SETTINGS = Path("shared/settings")
FOR_TESTS = {"MemoryCalendar", "xml_schema"}
"""The calendar's second side in tests, and what docs/xml-mail.xsd is written by."""

BY_BEING_THERE = {"_FirebirdImpl"}
"""Found by their base class."""


@cache
def _used(path: Path) -> frozenset[str]:
    """Return the names that a module loads, and those it has as texts."""
    loaded = {
        one.id if isinstance(one, ast.Name) else one.attr
        for one in nodes(tree(path))
        if isinstance(one, ast.Name | ast.Attribute) and isinstance(one.ctx, ast.Load)
    }
    # A command is imported by a text, "grants:grants".
    return frozenset(loaded).union(*(text.split(":") for text in strings(tree(path))))


@cache
def _used_anywhere() -> frozenset[str]:
    return frozenset().union(*map(_used, PRODUCT))


def _defined(module: ast.Module) -> Iterator[str]:
    """Yield the names that a module defines, but for those that a decorator takes."""
    for one in module.body:
        match one:
            case ast.FunctionDef(name=name, decorator_list=[]) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case _:
                pass


def test_what_the_product_defines_it_uses() -> None:
    """House: a function, class or constant that only tests know, or nobody, is deleted."""
    migrations = Path("shared/netgenium/own/migrations/versions")
    unused = {
        name
        for path in PRODUCT
        if migrations not in path.parents
        for name in _defined(tree(path))
        if not name.startswith("__") and name not in _used_anywhere()
    }

    assert unused == FOR_TESTS | BY_BEING_THERE


def test_a_setting_is_read() -> None:
    """O-1: a key or variable does something: code beside its declaration and check reads it."""
    read = frozenset().union(
        *(_used(one) for one in PRODUCT if one.parent != SETTINGS or one.name == "box.py")
    )

    assert {key.field for key in KEYS if key.field} - read == set()
    assert Environment.model_fields.keys() - read == set()


def _series(module: ast.Module) -> Iterator[tuple[str, ast.Call, str]]:
    """Yield each series of a module of metrics: its variable, how it is made, and by what."""
    for one in module.body:
        match one:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=maker)) as made
            ) if maker.strip("_") in {"counter", "gauge", "histogram"}:
                yield name, made, maker.strip("_")
            case _:
                pass


def _in_functions(module: ast.Module, *, expecting: bool) -> set[str]:
    """Return the names in functions that expect series, or in the others."""
    functions = [one for one in module.body if isinstance(one, ast.FunctionDef)]
    chosen = [one for one in functions if one.name.startswith("expect_") == expecting]
    return {name.id for one in chosen for name in nodes(one) if isinstance(name, ast.Name)}


@pytest.mark.parametrize("path", METRICS, ids=lambda path: path.stem)
def test_a_metric_is_set(path: Path) -> None:
    """O-3: some function besides the one that expects a metric sets it."""
    series = {name for name, _, _ in _series(tree(path))}

    assert series
    assert series - _in_functions(tree(path), expecting=False) == set()


@pytest.mark.parametrize("path", METRICS, ids=lambda path: path.stem)
def test_what_is_counted_by_labels_is_expected(path: Path) -> None:
    """O-3: a counter with labels is told with 0 before its first event, which it would hide."""
    labelled = {
        name
        for name, made, maker in _series(tree(path))
        if maker != "gauge" and any(map(_is_label, made.args[2:]))
    }

    assert labelled - _in_functions(tree(path), expecting=True) == set()


def _is_label(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Constant) and isinstance(argument.value, str)


def test_an_error_is_raised() -> None:
    """O-6: each class of errors is raised somewhere, or is the base of one that is."""
    classes = [one for one in tree(ERRORS).body if isinstance(one, ast.ClassDef)]
    bases = {base.id for one in classes for base in one.bases if isinstance(base, ast.Name)}
    errors = {one.name for one in classes if one.name.endswith("Error")}
    made = {
        call.func.id
        for path in PRODUCT
        for call in nodes(tree(path))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    }

    assert errors - bases - made == set()
