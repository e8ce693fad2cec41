"""Series: occurrences are activities, and keep them (K-3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.calsync.calendars.port import ItemRefusedError
from services.calsync.writing import Done
from shared.contracts.said import said
from tests.calendar_world import JAN, CalendarWorld, a_content, at

WEEK = timedelta(days=7)
GUEST = ("petr@acme.example",)


def _weeks(day: int, count: int, hour: int = 9) -> list[datetime]:
    return [at(day, hour) + number * WEEK for number in range(count)]


def _series(world: CalendarWorld, starts: Sequence[datetime], **facts: Any) -> str:
    first = starts[0]
    content = a_content("Weekly", start=first, end=first + timedelta(hours=1))
    return world.calendar.add_series(JAN.mailbox, content, starts, **facts)


def _by_start(world: CalendarWorld) -> dict[datetime, int]:
    activities = world.activities().items()
    return {one.start: act for act, one in activities if isinstance(one.start, datetime)}


def _at(world: CalendarWorld, start: datetime) -> str:
    return next(event for event, one in world.events().items() if one.start == start)


def test_every_occurrence_is_an_activity(world: CalendarWorld) -> None:
    """K-3: linked by the field `series`, which holds the master's iCalUId."""
    master = _series(world, _weeks(5, 4))

    assert world.round().to_erp == Done(created=4)
    assert set(_by_start(world)) == set(_weeks(5, 4))
    uid = world.calendar.get(JAN, master).uid
    assert {world.activity(one)["series"] for one in world.activities()} == {uid}
    assert world.round().to_erp == Done()


def test_an_occurrence_that_is_moved_keeps_its_activity(world: CalendarWorld) -> None:
    """K-3: matched by the master and the original start."""
    _series(world, _weeks(5, 3))
    world.settle()
    before = _by_start(world)
    world.calendar.edit(JAN.mailbox, _at(world, at(12)), start=at(13), end=at(13, 10))
    world.settle()

    assert _by_start(world)[at(13)] == before[at(12)]
    assert len(world.activities()) == 3


def test_a_cancelled_occurrence_is_gone_at_once(world: CalendarWorld) -> None:
    """K-7: the fresh list of its series is two proofs; it leaves no tombstone."""
    _series(world, _weeks(5, 3))
    world.settle()
    world.calendar.remove(JAN.mailbox, _at(world, at(12)))

    assert world.round().to_erp == Done(deleted=1)
    assert set(_by_start(world)) == {at(5), at(19)}


def test_a_series_that_is_deleted_counts_once(world: CalendarWorld) -> None:
    """K-7: thirteen occurrences are one deletion; the second look carries it out."""
    master = _series(world, _weeks(5, 13))
    for number in range(6):
        world.plan(a_content(f"Other {number}", 6))
    world.settle()
    world.calendar.remove(JAN.mailbox, master)
    world.settle()

    assert len(world.activities()) == 6
    assert world.round().held == 0


@pytest.mark.parametrize("days", [-7, -3, -1, 1, 2, 7])
def test_a_series_that_is_moved_keeps_its_activities(world: CalendarWorld, days: int) -> None:
    """K-3: the nth to the nth, so that what hangs on them stays."""
    master = _series(world, _weeks(5, 5))
    world.settle()
    before = _by_start(world)
    shift = timedelta(days=days)
    world.calendar.plan_series(JAN.mailbox, master, [one + shift for one in _weeks(5, 5)])
    world.settle()

    assert _by_start(world) == {start + shift: activity for start, activity in before.items()}


def test_a_series_that_began_before_the_window_is_moved(world: CalendarWorld) -> None:
    """K-3: an occurrence more or less at the window's edge moves nothing by a week."""
    starts = [at(5) + number * WEEK for number in range(-8, 5)]
    master = _series(world, starts)
    world.settle()
    before = _by_start(world)
    for shift in (timedelta(days=-5), timedelta(days=5)):
        world.calendar.plan_series(JAN.mailbox, master, [one + shift for one in starts])
        world.settle()
        for start, activity in before.items():
            if start > world.now - timedelta(days=20):
                assert _by_start(world)[start + shift] == activity
        world.calendar.plan_series(JAN.mailbox, master, starts)
        world.settle()


def test_a_series_that_is_split_goes_on(world: CalendarWorld) -> None:
    """K-3: the first half keeps its activities, the second half is made anew."""
    master = _series(world, _weeks(5, 6))
    for number in range(6):
        world.plan(a_content(f"Other {number}", 6))
    world.settle()
    before = _by_start(world)
    world.calendar.plan_series(JAN.mailbox, master, _weeks(5, 3))
    _series(world, [one + timedelta(hours=2) for one in _weeks(26, 3)])
    world.settle()

    after = _by_start(world)
    for start in _weeks(5, 3):
        assert after[start] == before[start]
    assert {one + timedelta(hours=2) for one in _weeks(26, 3)} <= set(after)
    assert len([one for one in world.activities().values() if one.subject == "Weekly"]) == 6


def test_an_event_that_becomes_a_series_keeps_its_activity(world: CalendarWorld) -> None:
    """K-3: the one that fits by start."""
    event = world.calendar.add(JAN.mailbox, a_content(day=12))
    world.settle()
    (before,) = world.activities()
    world.calendar.plan_series(JAN.mailbox, event, _weeks(5, 3))
    world.settle()

    assert _by_start(world)[at(12)] == before
    assert len(world.activities()) == 3


def test_a_series_that_becomes_an_event_keeps_one_activity(world: CalendarWorld) -> None:
    """K-3: the one that fits by start; the rest go at once, as one deletion."""
    master = _series(world, _weeks(5, 12))
    for number in range(6):
        world.plan(a_content(f"Other {number}", 6))
    world.settle()
    before = _by_start(world)
    stored = world.calendar._calendar(JAN.mailbox)
    for one in stored.events.values():
        if one.item.master == master:
            one.where = "nowhere"
    content = a_content("Weekly", 12)
    world.calendar.set_facts(JAN.mailbox, master, kind="single", content=content)

    assert world.round().to_erp.deleted == 11
    assert _by_start(world)[at(12)] == before[at(12)]
    world.settle()
    assert len(world.activities()) == 7


def test_an_edit_of_an_occurrence_makes_an_exception(world: CalendarWorld) -> None:
    """K-3: if the user is the organiser and there are no attendees."""
    _series(world, _weeks(5, 3))
    world.settle()
    activity = _by_start(world)[at(12)]
    world.edit(activity, start=at(12, 14), end=at(12, 15))
    world.settle()

    assert {one.start for one in world.events().values()} == {at(5), at(12, 14), at(19)}


def test_an_occurrence_cannot_cross_another(world: CalendarWorld) -> None:
    """K-3: 400 ErrorOccurrenceCrossingBoundary: set back with a note."""
    _series(world, _weeks(5, 3))
    world.settle()
    activity = _by_start(world)[at(12)]
    world.edit(activity, start=at(20), end=at(20, 10), text="Minutes")

    def refuse(call: str) -> None:
        if call == "before change":
            raise ItemRefusedError(said("crosses another"), "ErrorOccurrenceCrossingBoundary")

    world.calendar._trouble = refuse
    world.settle()
    world.calendar._trouble = lambda _call: None
    world.settle()

    assert world.activities()[activity] == a_content("Weekly", 12, text="Minutes")
    assert {note[0] for note in world.notes()} >= {"start", "end"}


def test_an_occurrence_deleted_in_the_erp_is_deleted_alone(world: CalendarWorld) -> None:
    """K-7: of a series that occurrence alone."""
    _series(world, _weeks(5, 3))
    world.settle()
    world.erase(_by_start(world)[at(12)])
    world.settle()

    assert {one.start for one in world.events().values()} == {at(5), at(19)}


def test_a_series_may_be_its_first_meeting_alone(world: CalendarWorld) -> None:
    """K-3: `recurrence=first`: one activity at the first start, due then; nothing is pushed."""
    world.rules = replace(world.rules, recurrence="first")
    master = _series(world, _weeks(5, 4))
    _series(world, [at(5) - 8 * WEEK, at(5) + WEEK])
    world.settle()

    (activity,) = world.activities()
    assert world.activity(activity)["due_date"] == at(5)
    world.edit(activity, location="Room 5")
    world.settle()
    assert world.calendar.get(JAN, master).content.location == ""


def test_a_series_is_found_again_without_a_ledger(world: CalendarWorld) -> None:
    """K-3: nothing depends on an occurrence's own iCalUId; it is matched by series and start."""
    _series(world, _weeks(5, 4), attendees=GUEST)
    world.settle()
    before = _by_start(world)
    world.lose_ledger()
    world.settle()

    assert _by_start(world) == before
    assert len(world.events()) == 4
