"""Private events (K-4)."""

from datetime import timedelta

from sqlalchemy import select

from services.calsync.writing import Done
from shared.netgenium.own.calendar_tables import (
    calendar_item_table,
    calendar_note_table,
    calendar_saved_table,
    calendar_write_table,
)
from tests.calendar_world import JAN, CalendarWorld, a_content, at

HIDDEN = a_content("Soukromá událost", private=True)
SECRET = "Therapy"


def _kept(world: CalendarWorld) -> str:
    """Everything that our own tables hold of items."""
    tables = (
        calendar_item_table,
        calendar_write_table,
        calendar_note_table,
        calendar_saved_table,
    )
    with world.engine.connect() as connection:
        return str([connection.execute(select(table)).all() for table in tables])


def test_a_private_event_is_a_busy_block(world: CalendarWorld) -> None:
    """K-4: a fixed subject and the time; no text, no place, no people."""
    world.calendar.add(
        JAN.mailbox,
        a_content(SECRET, text="Dr. X", location="Brno", private=True),
        attendees=("dr@x.example",),
    )
    world.settle()

    assert list(world.activities().values()) == [HIDDEN]
    assert SECRET not in _kept(world)


def test_an_event_that_becomes_private_is_emptied_everywhere(world: CalendarWorld) -> None:
    """K-4: in the ERP, and in ledger, journal, notes and saved values; the fact stays."""
    event = world.calendar.add(JAN.mailbox, a_content(text=SECRET), own=False)
    world.settle()
    (activity,) = world.activities()
    world.edit(activity, location="Elsewhere")
    world.calendar.edit(JAN.mailbox, event, subject=SECRET)
    world.settle()
    assert SECRET in _kept(world)
    world.calendar.edit(JAN.mailbox, event, private=True)
    world.settle()

    assert world.activities() == {activity: HIDDEN}
    assert SECRET not in _kept(world)
    assert world.round().to_erp == Done()


def test_an_event_that_stops_being_private_is_filled(world: CalendarWorld) -> None:
    """K-4: with what the calendar shows now."""
    event = world.calendar.add(JAN.mailbox, a_content(SECRET, text="Dr. X", private=True))
    world.settle()
    world.calendar.edit(JAN.mailbox, event, private=False)
    world.settle()

    assert list(world.activities().values()) == [a_content(SECRET, text="Dr. X")]


def test_a_private_event_is_read_only_from_the_erp(world: CalendarWorld) -> None:
    """K-4: what is changed there is set back; the event stays as it is, also when deleted."""
    event = world.calendar.add(JAN.mailbox, a_content(SECRET, private=True))
    world.calendar.add(JAN.mailbox, a_content("Other", 6))
    world.settle()
    activity = next(one for one, shown in world.activities().items() if shown.private)
    world.edit(activity, subject="Hello", start=at(9), end=at(9, 10))
    world.settle()
    assert world.activities()[activity] == HIDDEN

    world.erase(activity)
    world.settle()

    assert world.events()[event] == a_content(SECRET, private=True)
    assert len(world.activities()) == 1


def test_text_of_a_person_stays_when_the_event_becomes_private(world: CalendarWorld) -> None:
    """K-4: only what came from the calendar is emptied."""
    event = world.calendar.add(JAN.mailbox, a_content(text="Agenda"), own=False)
    world.settle()
    (activity,) = world.activities()
    world.edit(activity, text="Minutes")
    world.settle()
    world.calendar.edit(JAN.mailbox, event, private=True)
    world.settle()

    assert world.activities()[activity].text == "Minutes"
    assert world.activities()[activity].subject == HIDDEN.subject


def test_a_private_activity_keeps_its_content(world: CalendarWorld) -> None:
    """K-4: made in the ERP it goes out as private and stays editable there."""
    activity = world.plan(a_content("Salary talk", text="Notes", private=True))
    world.settle()
    (event,) = world.events()
    assert world.events()[event] == a_content("Salary talk", text="Notes", private=True)

    world.edit(activity, location="Room 5")
    world.settle()

    assert world.events()[event].location == "Room 5"
    assert world.activities()[activity].subject == "Salary talk"


def test_a_private_activity_is_known_by_the_events_tag(world: CalendarWorld) -> None:
    """K-4: also after the ledger was lost, and although it was moved meanwhile."""
    activity = world.plan(a_content("Salary talk", private=True))
    world.settle()
    (event,) = world.events()
    world.lose_ledger()
    world.calendar.edit(JAN.mailbox, event, start=at(5, 8))
    world.settle()

    assert world.activities() == {activity: a_content("Salary talk", private=True, start=at(5, 8))}
    assert len(world.events()) == 1


def test_a_busy_block_is_found_again_as_it_would_be_written(world: CalendarWorld) -> None:
    """K-4: private items are compared as the ERP shows them, one to one."""
    for hour in (0, 2):
        start = at(5) + timedelta(hours=hour)
        content = a_content(SECRET, private=True, start=start, end=start + timedelta(hours=1))
        world.calendar.add(JAN.mailbox, content)
    world.settle()
    before = world.activities()
    world.lose_ledger()
    world.settle()

    assert world.activities() == before
    assert len(world.events()) == 2
