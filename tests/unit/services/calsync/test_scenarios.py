"""Situations of docs/calendar-scenarios.md that no other test has."""

from datetime import timedelta
from typing import Any

import pytest

from services.calsync.assigning import Assigner
from services.calsync.writing import Done
from shared.contracts.references import ActivityTypeRef
from shared.domain.vocabulary import build_vocabulary
from tests.calendar_world import EVA, JAN, CalendarWorld, a_content, at


def test_a_second_user_changes_nothing_for_the_first(world: CalendarWorld) -> None:
    """K-4a: who joins later gets activities of his own, also of a meeting that is known."""
    facts: dict[str, Any] = {"uid": "u-1", "attendees": (EVA.address,), "organizer": JAN.address}
    world.calendar.add(JAN.mailbox, a_content("Audit"), **facts)
    world.plan(a_content("Jan's own", 6))
    world.settle()
    events, activities = dict(world.events()), dict(world.activities())

    world.calendar.add(EVA.mailbox, a_content("Audit"), own=False, **facts)
    done = world.round(EVA)
    world.settle(EVA)
    world.settle()

    assert (done.to_erp, done.to_calendar) == (Done(created=1), Done())
    assert [one.subject for one in world.activities(EVA).values()] == ["Audit"]
    assert (world.events(), world.activities()) == (events, activities)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_wrong_by_minutes_changes_nothing(
    world: CalendarWorld, minutes: int
) -> None:
    """K-6: set forward or back between two rounds, edits of both sides are carried all the same."""
    activity = world.plan(a_content("In the ERP"))
    event = world.calendar.add(JAN.mailbox, a_content("In Outlook", 6))
    world.settle()
    world.edit(activity, location="Room 1")
    world.calendar.edit(JAN.mailbox, event, location="Room 2")

    world.now += timedelta(minutes=minutes)
    world.settle()

    places = {"In the ERP": "Room 1", "In Outlook": "Room 2"}
    for side in (world.events(), world.activities()):
        assert {one.subject: one.location for one in side.values()} == places
    assert world.round().requests == 1


def test_a_restored_occurrence_has_its_activity_back(world: CalendarWorld) -> None:
    """K-3, K-7: with what a person had added to it; the others stay as they are."""
    starts = [at(day) for day in (5, 12, 19)]
    series = world.calendar.add_series(JAN.mailbox, a_content("Series"), starts)
    for day in (6, 7, 13):
        world.plan(a_content(f"Other {day}", day))
    world.settle()
    before = world.activities()
    second = next(one for one, content in before.items() if content.start == at(12))
    world.edit(second, text="Minutes of the meeting")
    world.settle()

    occurrence = f"{series}@{at(12).isoformat()}"
    world.calendar.remove(JAN.mailbox, occurrence, for_good=False)
    world.settle()
    assert len(world.activities()) == len(before) - 1
    world.calendar.move(JAN.mailbox, occurrence, "calendar")
    world.settle()

    assert len(world.activities()) == len(before)
    (back,) = (one for one in world.activities().values() if one.start == at(12))
    assert back.text == "Minutes of the meeting"


def test_a_meeting_of_five_hundred_people_is_one_activity(world: CalendarWorld) -> None:
    """K-2c: bounded, whoever is invited."""
    types = ActivityTypeRef(id=2, name="Schůzka")
    world.assigning = Assigner(world.erp, build_vocabulary({}), frozenset({"firma.cz"}), types)
    people = tuple(f"guest{number}@acme.example" for number in range(500))
    world.calendar.add(JAN.mailbox, a_content("Assembly"), attendees=people)

    world.settle()

    assert [one.subject for one in world.activities().values()] == ["Assembly"]
    assert world.round().requests == 1
