"""What a person decides: release, refuse, restore; and what is told of it (K-7, K-8)."""

from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from services.calsync.decisions import decide, held_deletions, restore
from services.calsync.writing import Done
from shared.errors import WrongUseError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.calendar_tables import calendar_write_table
from tests.calendar_world import JAN, CalendarWorld, a_content


def _held(world: CalendarWorld) -> None:
    """Eleven events were deleted at once."""
    for number in range(11):
        world.calendar.add(JAN.mailbox, a_content(f"Meeting {number}"))
    world.settle()
    for event in world.events():
        world.calendar.remove(JAN.mailbox, event)
    world.settle()


def _decide_all(world: CalendarWorld, decision: str) -> None:
    with write_transaction(world.engine) as connection:
        for one in held_deletions(connection, world.now):
            decide(connection, one.held_id, decision, world.now)  # type: ignore[arg-type]


def test_what_is_held_is_told(world: CalendarWorld) -> None:
    """K-7: where it was deleted, what it is, since when, and why."""
    _held(world)
    with world.engine.connect() as connection:
        first, *_ = held_deletions(connection, world.now)

    assert (first.user_id, first.side, first.reason) == (
        JAN.user_id,
        "calendar",
        "more deletions at once than are usual",
    )
    assert first.subject.startswith("Meeting")


def test_a_released_deletion_is_carried_out(world: CalendarWorld) -> None:
    """K-7: if it is still true."""
    _held(world)
    _decide_all(world, "release")

    done = world.round()

    assert (done.to_erp, done.held) == (Done(deleted=11), 0)
    assert world.activities() == {}


def test_a_released_deletion_that_is_not_true_any_more_is_not(world: CalendarWorld) -> None:
    """K-7: the events are back before the next round."""
    for number in range(11):
        world.calendar.add(JAN.mailbox, a_content(f"Meeting {number}"))
    world.settle()
    events = list(world.events())
    for event in events:
        world.calendar.remove(JAN.mailbox, event, for_good=False)
    world.settle()
    _decide_all(world, "release")
    for event in events:
        world.calendar.move(JAN.mailbox, event, "calendar")
    done = world.round()

    assert (done.to_erp, done.held) == (Done(), 0)
    assert len(world.activities()) == 11


def test_a_refused_deletion_ends_the_link(world: CalendarWorld) -> None:
    """K-7: both sides stay as they are, and nothing is made again."""
    _held(world)
    _decide_all(world, "refuse")
    world.settle()

    assert len(world.activities()) == 11
    assert world.events() == {}
    assert world.links() == []


def test_what_is_not_held_cannot_be_released(world: CalendarWorld) -> None:
    """K-7: an id that nothing is held under is said so."""
    with pytest.raises(WrongUseError), write_transaction(world.engine) as connection:
        decide(connection, uuid4(), "release", world.now)


def test_a_deleted_activity_can_be_restored_once(world: CalendarWorld) -> None:
    """K-7: with its saved values, as a new row, and its files."""
    event = world.calendar.add(JAN.mailbox, a_content())
    world.calendar.add(JAN.mailbox, a_content("Other", 6))
    world.settle()
    activity = next(one for one, shown in world.activities().items() if shown.subject == "Meeting")
    world.edit(activity, contract=77)
    files = world.erp.table("attachment")
    with write_transaction(world.engine) as connection:
        connection.execute(insert(files), {"activity": activity, "name": "minutes.pdf"})
    world.calendar.remove(JAN.mailbox, event)
    world.settle()
    assert activity not in world.activities()

    with write_transaction(world.engine) as connection:
        new = restore(connection, world.erp, activity, world.now)
    world.settle()

    assert world.activity(new)["contract"] == 77
    assert world.activities()[new] == a_content()
    with world.engine.connect() as connection:
        assert connection.scalar(select(files.c.activity)) == new
    assert [one.subject for one in world.events().values()] == ["Other"]
    with pytest.raises(WrongUseError), write_transaction(world.engine) as connection:
        restore(connection, world.erp, activity, world.now)


def test_a_restored_activity_is_tied_to_its_event(world: CalendarWorld) -> None:
    """K-7: if that is in the calendar again."""
    event = world.calendar.add(JAN.mailbox, a_content())
    world.calendar.add(JAN.mailbox, a_content("Other", 6))
    world.settle()
    activity = next(one for one, shown in world.activities().items() if shown.subject == "Meeting")
    world.calendar.remove(JAN.mailbox, event, for_good=False)
    world.settle()
    with write_transaction(world.engine) as connection:
        new = restore(connection, world.erp, activity, world.now)
    world.calendar.move(JAN.mailbox, event, "calendar")
    world.settle()

    assert [link.activity_id for link in world.links() if link.event_id == event] == [new]
    assert len(world.activities()) == 2


def test_every_write_is_journalled(world: CalendarWorld) -> None:
    """K-8: side, field, before, after and why."""
    activity = world.plan(a_content())
    world.settle()
    world.edit(activity, location="Room 5")
    world.settle()

    table = calendar_write_table.c
    query = select(table.side, table.what, table.field, table.old_value, table.new_value)
    with world.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(query.order_by(table.written_at))]
        reasons = set(connection.scalars(select(table.reason)))
    assert rows == [
        ("calendar", "created", None, None, None),
        ("calendar", "changed", "location", "", "Room 5"),
    ]
    assert all(reason.startswith("K-") for reason in reasons)
