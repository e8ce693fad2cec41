"""A company with calendars for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calendar_world import CalendarWorld, a_copied_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CalendarWorld]:
    """Jan and Eva, an ERP on SQLite, Outlook in memory, noon of 2 November 2026."""
    made = a_copied_world(tmp_path)
    yield made
    made.engine.dispose()
