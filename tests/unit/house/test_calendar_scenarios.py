"""The page of the calendar's scenarios is true."""

import re
from pathlib import Path

import pytest

PAGE = Path("docs/calendar-scenarios.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
ROWS = [line for line in PAGE.splitlines() if line.startswith("|") and not line.startswith("|---")]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    """House: docs/calendar-scenarios.md names no test that is not there."""
    assert f"\ndef {name}(" in Path(file).read_text("utf-8")


def test_every_situation_has_a_test() -> None:
    """House: each row says what happens, and names a test or more by file and name."""
    rows = [row for row in ROWS if not row.startswith("| situation |")]

    assert len(rows) > 50
    for row in rows:
        _, situation, happens, shown, _ = row.split("|")
        assert situation.strip()
        assert happens.strip()
        assert re.fullmatch(r"(`tests/[\w/]+\.py::\w+`(, )?)+", shown.strip()), row
