"""Whole rounds on every database: both ways, series, deletion, restoring, nothing left to do."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.calsync.decisions import restore
from services.calsync.writing import Done
from shared.netgenium.database.engine import open_database, write_transaction
from tests.calendar_world import CHIEF, EVA, JAN, CalendarWorld, a_calendar_company, a_content, at
from tests.servers.ports import DatabaseServer

LETTERS = "Příliš žluťoučký kůň"


@pytest.fixture(params=["sqlite", "postgresql", "firebird"])
def world(request: pytest.FixtureRequest) -> Iterator[CalendarWorld]:
    """A company on each database in turn."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    with server.database(prepare=a_calendar_company) as url:
        engine = open_database(url)
        yield CalendarWorld(engine)
        engine.dispose()


def test_rounds_end_in_step_on_every_database(world: CalendarWorld) -> None:
    """INV-10: after edits and deletions on both sides all is equal and nothing is written."""
    first = world.plan(a_content(LETTERS, text="x" * 3_000, location=LETTERS))
    second = world.plan(a_content("Second", 6))
    event = world.calendar.add(JAN.mailbox, a_content("Event", 9, text=LETTERS))
    starts = [at(10) + timedelta(days=7 * number) for number in range(4)]
    content = a_content("Weekly", start=starts[0], end=starts[0] + timedelta(hours=1))
    series = world.calendar.add_series(JAN.mailbox, content, starts)
    world.settle()
    assert len(world.events()) == len(world.activities()) == 7

    world.edit(first, location="Room 5")
    world.erase(second)
    world.calendar.edit(JAN.mailbox, event, private=True)
    moved = [one + timedelta(days=1) for one in starts]
    world.calendar.plan_series(JAN.mailbox, series, moved)
    world.settle()

    assert {one.location for one in world.events().values()} == {"", "Room 5"}
    assert len(world.events()) == len(world.activities()) == 6
    assert {one.start for one in world.activities().values()} == {at(5), at(9), *moved}
    for _ in range(2):
        done = world.round()
        assert (done.to_erp, done.to_calendar, done.requests) == (Done(), Done(), 1)


def test_a_deleted_activity_is_restored_on_every_database(world: CalendarWorld) -> None:
    """K-7: with its saved values, its lists too."""
    event = world.calendar.add(JAN.mailbox, a_content(LETTERS))
    world.plan(a_content("Other", 6))
    world.settle()
    activity = next(one for one, shown in world.activities().items() if shown.subject == LETTERS)
    world.edit(activity, contract=77, text="Minutes")
    world.settle()
    world.calendar.remove(JAN.mailbox, event)
    world.settle()
    assert activity not in world.activities()

    with write_transaction(world.engine) as connection:
        new = restore(connection, world.erp, activity, world.now)

    assert world.activities()[new] == a_content(LETTERS, text="Minutes")
    assert world.activity(new)["contract"] == 77


def test_an_answer_reaches_its_record_on_every_database(world: CalendarWorld) -> None:
    """K-4a: found by its key, whatever the database makes of texts and their case."""
    event = world.calendar.add(
        JAN.mailbox, a_content(LETTERS), uid=LETTERS, own=False, organizer=CHIEF, answer="accepted"
    )
    world.settle()
    record = world.invite(LETTERS)
    world.settle()
    world.calendar.set_facts(JAN.mailbox, event, answer="tentativelyAccepted")
    world.settle()

    table = world.erp.table("invitation")
    with world.engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.id == record)).mappings().one()
    assert row["answer"] == "TENTATIVE"
    assert row["attendees"].split("\n")[1] == f"{JAN.address} TENTATIVE"


def test_two_users_have_their_rounds_at_one_time_on_every_database(world: CalendarWorld) -> None:
    """K-1: neither waits for the other for long, nor is anything of one left to the next round."""
    for number in range(8):
        for user in (JAN, EVA):
            world.calendar.add(user.mailbox, a_content(f"Event {number}", 3 + number))
            world.plan(a_content(f"Planned {number}", 3 + number), user)
    rounds = world.rounds()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(rounds.run, (JAN, EVA)))

    for one in done:
        assert (one.result, one.to_erp.created, one.to_calendar.created) == ("ok", 8, 8)
