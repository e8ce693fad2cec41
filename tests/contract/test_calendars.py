"""What holds on both sides of the calendar: one suite, a fixture for each implementation."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.calsync.calendars.erp import ErpCalendar
from services.calsync.calendars.memory import MemoryCalendar
from services.calsync.calendars.port import (
    Calendar,
    CalendarItem,
    ItemChangedError,
    ItemContent,
    ItemGoneError,
    NewItem,
    Window,
)
from services.calsync.content import FIELDS, values_of
from shared.netgenium.database.engine import open_database, write_transaction
from tests.calendar_of_graph import of_graph
from tests.calendar_world import E_MAIL, EVA, JAN, ZONE, a_calendar_company, a_content, at
from tests.databases import ERP
from tests.servers.graph.server import GraphServer
from tests.servers.ports import DatabaseServer

WINDOW = Window(date(2026, 10, 3), date(2027, 11, 3), ZONE)


@dataclass
class SideUnderTest:
    """One implementation, with the transaction it needs for each call."""

    opened: Callable[[], Iterator[Calendar]]

    @contextmanager
    def calendar(self) -> Iterator[Calendar]:
        yield from self.opened()

    def make(self, content: ItemContent) -> CalendarItem:
        with self.calendar() as calendar:
            return calendar.create(JAN, NewItem(content, "7", f"made {content.subject}"))

    def shown(self) -> dict[str, ItemContent]:
        with self.calendar() as calendar:
            items = calendar.changes(JAN, WINDOW, None).items
        return {item.id: item.content for item in items}


@pytest.fixture(params=["memory", "graph", "sqlite", "postgresql", "firebird"])
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SideUnderTest]:
    """Each implementation in turn, empty."""
    if request.param == "memory":
        calendar = MemoryCalendar()
        yield SideUnderTest(lambda: iter([calendar]))
    elif request.param == "graph":
        yield from _of_graph(request.getfixturevalue("graph"), tmp_path)
    else:
        server: DatabaseServer = request.getfixturevalue(request.param)
        with server.database(prepare=a_calendar_company) as url:
            engine = open_database(url)
            yield SideUnderTest(lambda: _in_transactions(engine))
            engine.dispose()


def _of_graph(graph: GraphServer, folder: Path) -> Iterator[SideUnderTest]:
    for user in (JAN, EVA):
        graph.company.add(user.address, object_id=user.mailbox)
    with of_graph(graph, folder) as client:
        yield SideUnderTest(lambda: iter([client.calendar]))


def _in_transactions(engine: Engine) -> Iterator[Calendar]:
    with write_transaction(engine) as connection:
        yield ErpCalendar(connection, ERP, e_mail_type=E_MAIL)


@pytest.mark.parametrize(
    "content",
    [
        a_content("Porada: příští týden", text="1. plán\n2. různé", location="Zasedačka č. 5"),
        a_content(private=True),
        a_content(start=date(2026, 11, 5), end=date(2026, 11, 7)),
        a_content(start=at(5, 23), end=at(6, 1)),
        a_content("", text="x" * 5_000),
    ],
    ids=["letters", "private", "all day", "over midnight", "long"],
)
def test_what_is_made_is_shown_as_it_was_made(side: SideUnderTest, content: ItemContent) -> None:
    """K-2a: create, get and changes show the same content."""
    made = side.make(content)
    with side.calendar() as calendar:
        found = calendar.get(JAN, made.id)

    assert made.content == found.content == side.shown()[made.id] == content
    assert found.version == made.version


@pytest.mark.parametrize(
    "content", [a_content(day=5), a_content(start=date(2026, 11, 5), end=date(2026, 11, 6))]
)
def test_only_the_fields_named_are_changed(side: SideUnderTest, content: ItemContent) -> None:
    """K-2a: every other field stays as it is."""
    made = side.make(content)
    new = replace(content, subject="New", text="New", location="New", private=True)
    for name in ("subject", "text", "location", "private"):
        with side.calendar() as calendar:
            changed = calendar.change(JAN, made.id, None, values_of(new, [name]))
        assert changed.content != made.content
    moved = replace(new, start=at(9), end=at(9, 12))
    with side.calendar() as calendar:
        last = calendar.change(JAN, made.id, None, values_of(moved, ["start"]))

    assert last.content == side.shown()[made.id] == moved


def test_a_write_meant_for_another_version_is_refused(side: SideUnderTest) -> None:
    """K-6: what a person has changed meanwhile is not overwritten, nor deleted."""
    made = side.make(a_content())
    with side.calendar() as calendar:
        calendar.change(JAN, made.id, made.version, {"subject": "New"})
    with pytest.raises(ItemChangedError), side.calendar() as calendar:
        calendar.change(JAN, made.id, made.version, {"subject": "Newer"})
    with pytest.raises(ItemChangedError), side.calendar() as calendar:
        calendar.delete(JAN, made.id, made.version)

    assert side.shown()[made.id].subject == "New"


def test_what_is_deleted_is_not_shown(side: SideUnderTest) -> None:
    """K-7: and a repeated deletion is no error."""
    made, other = side.make(a_content()), side.make(a_content("Other"))
    for _ in range(2):
        with side.calendar() as calendar:
            calendar.delete(JAN, made.id, None)

    assert list(side.shown()) == [other.id]


def test_what_is_not_there_is_said_so(side: SideUnderTest) -> None:
    """K-7: with the error that proves it."""
    with pytest.raises(ItemGoneError), side.calendar() as calendar:
        calendar.get(JAN, "4711")


def test_items_of_others_are_not_shown(side: SideUnderTest) -> None:
    """K-1: each user's calendar is his own."""
    side.make(a_content())
    with side.calendar() as calendar:
        assert calendar.changes(EVA, WINDOW, None).items == ()


@pytest.mark.parametrize(
    ("start", "end", "inside"),
    [
        (datetime(2026, 10, 2, 21, tzinfo=UTC), datetime(2026, 10, 2, 22, tzinfo=UTC), False),
        (datetime(2026, 10, 2, 21, tzinfo=UTC), datetime(2026, 10, 2, 23, tzinfo=UTC), True),
        (datetime(2027, 11, 2, 22, tzinfo=UTC), datetime(2027, 11, 3, 2, tzinfo=UTC), True),
        (datetime(2027, 11, 2, 23, tzinfo=UTC), datetime(2027, 11, 3, 2, tzinfo=UTC), False),
        (date(2026, 10, 2), date(2026, 10, 3), False),
        (date(2026, 10, 2), date(2026, 10, 4), True),
        (date(2027, 11, 2), date(2027, 11, 3), True),
        (date(2027, 11, 3), date(2027, 11, 4), False),
        (at(5), at(5) + timedelta(days=3_000), True),
    ],
)
def test_what_overlaps_the_window_is_shown(
    side: SideUnderTest,
    start: datetime | date,
    end: datetime | date,
    inside: bool,  # noqa: FBT001
) -> None:
    """K-2: edges at midnight of the zone, on both sides alike."""
    made = side.make(a_content(start=start, end=end))

    assert (made.id in side.shown()) is inside


def test_changes_are_told_after_a_cursor(side: SideUnderTest) -> None:
    """K-2: what was changed since is named; a side without a memory names everything."""
    made, other = side.make(a_content()), side.make(a_content("Other"))
    with side.calendar() as calendar:
        first = calendar.changes(JAN, WINDOW, None)
    with side.calendar() as calendar:
        calendar.change(JAN, other.id, None, {"location": "Room 5"})
    with side.calendar() as calendar:
        second = calendar.changes(JAN, WINDOW, first.cursor or None)

    assert first.complete
    assert {item.id for item in first.items} == {made.id, other.id}
    told = {item.id: item.content.location for item in second.items}
    assert told[other.id] == "Room 5"
    assert second.complete or made.id not in told


def test_every_field_is_kept(side: SideUnderTest) -> None:
    """K-2a: no synced field is forgotten by an implementation."""
    new = ItemContent("New", "Text", at(9), at(9, 12), "Room 5", private=True)
    made = side.make(a_content())
    with side.calendar() as calendar:
        calendar.change(JAN, made.id, None, values_of(new, FIELDS))

    assert side.shown()[made.id] == new
