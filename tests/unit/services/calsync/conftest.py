"""A company with calendars for each test."""

from collections.abc import Iterator

import pytest

from tests.calendar_world import CalendarWorld, a_copied_world


@pytest.fixture
def world() -> Iterator[CalendarWorld]:
    """Jan and Eva, an ERP on SQLite, Outlook in memory, noon of 2 November 2026."""
    with a_copied_world() as made:
        yield made
