"""docs/manual-coverage.md is true: what it names exists, and no chapter is left out."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from services.operator.commands import COMMANDS
from shared.settings.keys import KEY_BY_NAME
from tests.modules import modules_of, source

PAGE = Path("docs/manual-coverage.md").read_text("utf-8")
_ROW = re.compile(
    r"^\| (?P<place>[^|]+) \| (?P<says>[^|]+) \| (?P<where>[^|]+) \| (?P<proof>[^|]+) \|$"
)
_HEADS = {"chapter", "part", "---"}
_NAMED = re.compile(r"`([^`]+)`")
_IDENTIFIER = re.compile(r"\b[A-Z]+[0-9]?-(?:[0-9]+[a-z]?|[a-f])\b")
_TEST = re.compile(r"^def (test_\w+)", re.MULTILINE)
CHAPTERS = {
    *map(str, range(1, 15)),
    *(f"15.{number}" for number in range(1, 12)),
}


class Row(NamedTuple):
    """One statement of a manual."""

    place: str
    says: str
    where: str
    proof: str


ROWS = [
    Row(*found.groups())
    for line in PAGE.splitlines()
    if (found := _ROW.match(line)) and found[1] not in _HEADS
]


def _exists(name: str) -> bool:
    """Whether a module, a package, a page, a setting or a command has the name."""
    if name.startswith("crmservice "):
        return name.removeprefix("crmservice ") in {one.name for one in COMMANDS}
    if "/" in name:
        return Path(name).exists()
    return name in KEY_BY_NAME


def test_where_a_statement_lives_exists() -> None:
    """O-5: a person who looks for what a manual says is led to something that is there."""
    named = {(row.says, name) for row in ROWS for name in _NAMED.findall(row.where)}

    assert [one for one in sorted(named) if not _exists(one[1])] == []
    assert [row.says for row in ROWS if not _NAMED.search(row.where)] == []


def test_each_statement_has_its_proof() -> None:
    """O-5: tests that exist, or the plain reason why it is otherwise."""
    known = {name for path in modules_of("tests") for name in _TEST.findall(source(path))}
    tests = {name for row in ROWS for name in _NAMED.findall(row.proof) if name not in KEY_BY_NAME}

    assert sorted(tests - known) == []
    assert [row.says for row in ROWS if not row.proof.strip()] == []


def test_identifiers_of_the_page_are_promises() -> None:
    """O-5: each leads to its sentence."""
    promises = Path("docs/behaviours.md").read_text("utf-8")
    unknown = {one for one in _IDENTIFIER.findall(PAGE) if f"**{one}**" not in promises}

    assert unknown == set()


@pytest.mark.parametrize("chapter", sorted(CHAPTERS))
def test_no_chapter_of_the_manual_is_left_out(chapter: str) -> None:
    """O-5: from the first to the last."""
    assert any(chapter in row.place.split(", ") for row in ROWS)
