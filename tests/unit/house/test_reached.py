"""The lines that `make test` counts are those that were run."""

import ast
from pathlib import Path

import pytest
from coverage import Coverage
from coverage.python import PythonFileReporter

from tests.reached import __main__ as reached
from tests.reached import marks as marking
from tests.reached.marks import NAME, Marking, place_of

BRANCHES = '''
"""A module."""
import os

VALUE = 1
"""What it is."""


def decorated(function):
    """Return it."""
    return function


@decorated
def shown(
    number,
):
    """Say something."""
    if number == 1:
        return "one"
    elif number == 2:
        return "two"
    try:
        return int("x" * number)
    except ValueError:
        pass
    finally:
        number = 0
    match number:
        case 0:
            return "none"
        case _:
            return "many"


class Shown:
    """A class."""

    size = [
        1,
        2,
    ]
'''


def _marked(source: str, call: str) -> set[int]:
    """Return the lines that are marked when `source` is run and `call` called."""
    marks: dict[int, int] = {}
    scope = {NAME: marks}
    exec(compile(Marking().visit(ast.parse(source)), "shown.py", "exec"), scope)  # noqa: S102
    exec(call, scope)  # noqa: S102
    return set(marks)


def _statements(source: str, folder: Path) -> set[int]:
    """Return the lines that coverage counts."""
    file = folder / "shown.py"
    file.write_text(source, "utf-8")
    return set(PythonFileReporter(str(file), Coverage()).lines())


def test_lines_that_are_run_are_marked_and_others_are_not(tmp_path: Path) -> None:
    """House: a branch that no test takes is missing from what coverage counts, and nothing else."""
    missing = _statements(BRANCHES, tmp_path) - _marked(BRANCHES, "shown(3)")
    lines = BRANCHES.split("\n")

    assert [lines[number - 1].strip() for number in sorted(missing)] == [
        'return "one"',
        'return "two"',
        "case _:",
        'return "many"',
    ]


def test_marks_change_no_docstring() -> None:
    """House: a marked module, class and function say what they are."""
    scope: dict[str, object] = {NAME: {}}
    exec(compile(Marking().visit(ast.parse(BRANCHES)), "shown.py", "exec"), scope)  # noqa: S102

    assert scope["__doc__"] == "A module."
    assert [scope[name].__doc__ for name in ("shown", "Shown")] == ["Say something.", "A class."]


def test_whoever_imports_a_file_marks_the_same_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """House: what one process marks is marked for all, though that process be killed."""
    monkeypatch.setattr(marking, "ROOT", tmp_path)
    monkeypatch.setattr(marking, "MARKS", tmp_path / "marks")
    marking.MARKS.mkdir()
    source = tmp_path / "shown.py"
    source.write_text("ONE = 1\n", "utf-8")
    one, other = marking._marks_in(source), marking._marks_in(source)

    one[1] = 1

    assert other[1] == 1
    monkeypatch.undo()
    assert place_of(marking.ROOT / "services" / "__init__.py").name == "services+__init__.py"


def test_too_few_lines_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """House: `make test` fails where tests reach fewer lines than the floor; all files count."""
    for name in ("seen.py", "unseen.py"):
        (tmp_path / "shared" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "shared" / name).write_text("ONE = 1\n", "utf-8")
    marks = tmp_path / "marks"
    marks.mkdir()
    (marks / "seen.py").write_bytes(b"\0\1\0")
    monkeypatch.setattr(reached, "ROOT", tmp_path)
    monkeypatch.setattr(reached, "place_of", lambda source: marks / source.name)

    assert reached.report(50, missing=False) == 0
    assert reached.report(51, missing=True) == 1
    assert "the floor is 51 %" in capsys.readouterr().err
