"""What is deleted, and what never is (K-7, K-9)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.calsync.calendars.port import MailboxRefusedError
from services.calsync.writing import Done
from shared.contracts.said import said
from shared.errors import CRMServiceError, TransientError
from tests.calendar_world import EVA, JAN, NOON, CalendarWorld, a_content, at

GUEST = ("petr@acme.example",)


def _linked(world: CalendarWorld, count: int = 1) -> list[str]:
    """So many items in step, of which some more stay; gives the events of the first."""
    for number in range(count):
        world.calendar.add(JAN.mailbox, a_content(f"Meeting {number}"))
    for number in range(10):
        world.calendar.add(JAN.mailbox, a_content(f"Other {number}", 12))
    world.settle()
    return [event for event, one in world.events().items() if one.subject.startswith("Meeting")]


def _subjects(world: CalendarWorld) -> set[str]:
    return {one.subject for one in world.activities().values()} - {
        f"Other {number}" for number in range(10)
    }


def _activity(world: CalendarWorld, subject: str = "Meeting 0") -> int:
    return next(one for one, shown in world.activities().items() if shown.subject == subject)


def test_an_event_is_gone_after_the_second_proof(world: CalendarWorld) -> None:
    """K-7: the first 404 is written down, the second one a round later carries the deletion out."""
    (event,) = _linked(world)
    world.calendar.remove(JAN.mailbox, event)

    first = world.round()
    assert first.to_erp == Done()
    assert _subjects(world) == {"Meeting 0"}

    assert world.round().to_erp == Done(deleted=1)
    assert _subjects(world) == set()


def test_an_event_in_deleted_items_is_gone(world: CalendarWorld) -> None:
    """K-7: it may still answer by its id; it is in no calendar."""
    (event,) = _linked(world)
    world.calendar.remove(JAN.mailbox, event, for_good=False)
    world.settle()

    assert _subjects(world) == set()


@pytest.mark.parametrize(
    "error",
    [
        MailboxRefusedError(said("403")),
        TransientError(said("503")),
        MailboxRefusedError(said("404 of the mailbox")),
    ],
    ids=["403", "503", "404 of the mailbox"],
)
def test_a_look_that_decides_nothing_stays_open(
    world: CalendarWorld, error: CRMServiceError
) -> None:
    """K-7: it is repeated in the next rounds, although delta does not name the event again."""
    (event,) = _linked(world)
    world.calendar.remove(JAN.mailbox, event)

    def refuse(call: str) -> None:
        if call in {"before get", "before with_uid"}:
            raise error

    world.calendar._trouble = refuse
    world.settle()
    assert _subjects(world) == {"Meeting 0"}

    world.calendar._trouble = lambda _call: None
    world.settle()
    assert _subjects(world) == set()


def test_an_event_with_a_new_id_is_the_same(world: CalendarWorld) -> None:
    """K-7: a look by iCalUId finds what was given another id; nothing is made or deleted."""
    (event,) = _linked(world)
    (before,) = [link.activity_id for link in world.links() if link.event_id == event]
    new = world.calendar.reissue(JAN.mailbox, event)
    world.settle()

    assert [link.activity_id for link in world.links() if link.event_id == new] == [before]
    assert len(world.events()) == len(world.activities()) == 11


@pytest.mark.parametrize("facts", [{"called_off": True}], ids=["cancelled or declined"])
def test_an_event_that_is_called_off_is_gone_at_once(
    world: CalendarWorld, facts: dict[str, object]
) -> None:
    """K-2d: isCancelled, or declined by the user; a later acceptance brings its activity back."""
    (event,) = _linked(world)
    world.edit(_activity(world), text="Minutes")
    world.settle()
    world.calendar.set_facts(JAN.mailbox, event, **facts)
    assert world.round().to_erp == Done(deleted=1)

    world.calendar.set_facts(JAN.mailbox, event, called_off=False)
    world.settle()

    (back,) = [one for one in world.activities().values() if one.subject == "Meeting 0"]
    assert back.text == "Minutes"


def test_an_activity_that_is_deleted_takes_its_event_along(world: CalendarWorld) -> None:
    """K-7: if the user is the organiser and there are no attendees."""
    (event,) = _linked(world)
    world.erase(_activity(world))

    assert world.round().to_calendar == Done(deleted=1)
    assert event not in world.events()
    world.settle()
    assert _subjects(world) == set()


@pytest.mark.parametrize("record", [{"start": None}, {"type": 1}], ids=["no start", "e-mail"])
def test_an_activity_that_leaves_counts_as_deleted(
    world: CalendarWorld, record: dict[str, object]
) -> None:
    """K-9: an activity whose start is emptied or whose type becomes e-mail leaves the calendar."""
    (event,) = _linked(world)
    world.edit(_activity(world), **record)
    world.settle()

    assert event not in world.events()


@pytest.mark.parametrize(
    "facts", [{"attendees": GUEST}, {"own": False}], ids=["attendees", "another organiser"]
)
def test_an_event_of_others_stays_and_its_activity_stays_away(
    world: CalendarWorld, facts: dict[str, object]
) -> None:
    """K-7: until a person changes start, end or subject of the event."""
    (event,) = _linked(world)
    world.calendar.set_facts(JAN.mailbox, event, **facts)
    world.settle()
    world.erase(_activity(world))
    world.settle()
    assert event in world.events()
    assert _subjects(world) == set()

    world.calendar.edit(JAN.mailbox, event, location="Elsewhere")
    world.settle()
    assert _subjects(world) == set()

    world.calendar.edit(JAN.mailbox, event, subject="Meeting 1")
    world.settle()
    assert _subjects(world) == {"Meeting 1"}


def test_an_edit_of_the_event_beats_the_deletion(world: CalendarWorld) -> None:
    """K-7: a field that a person changed before brings the activity back."""
    (event,) = _linked(world)
    world.calendar.edit(JAN.mailbox, event, location="Praha")
    world.erase(_activity(world))
    world.settle()

    assert event in world.events()
    assert _subjects(world) == {"Meeting 0"}


def test_an_edit_of_the_activity_beats_the_deletion(world: CalendarWorld) -> None:
    """K-7: the event is made again, where the ERP may write it."""
    (event,) = _linked(world)
    world.calendar.remove(JAN.mailbox, event)
    world.edit(_activity(world), location="Praha")
    world.settle()

    assert [one.location for one in world.events().values() if one.subject == "Meeting 0"] == [
        "Praha"
    ]
    assert _subjects(world) == {"Meeting 0"}


def test_an_edit_of_the_activity_of_a_meeting_does_not(world: CalendarWorld) -> None:
    """K-7: the ERP may not write a meeting with attendees, so it cannot be made again."""
    (event,) = _linked(world)
    world.calendar.set_facts(JAN.mailbox, event, attendees=GUEST)
    world.settle()
    world.calendar.remove(JAN.mailbox, event)
    world.edit(_activity(world), location="Praha")
    world.settle()

    assert _subjects(world) == set()


@pytest.mark.parametrize(
    "case",
    [
        lambda world: world.edit(_activity(world), completed_on=NOON),
        lambda world: setattr(world, "now", at(5) + timedelta(days=3)),
    ],
    ids=["completed", "over for a day"],
)
def test_what_has_happened_is_never_deleted(
    world: CalendarWorld, case: Callable[[CalendarWorld], None]
) -> None:
    """K-7: retention takes old events away without anybody deleting a meeting."""
    (event,) = _linked(world)
    case(world)
    world.round()
    world.calendar.remove(JAN.mailbox, event)
    world.settle()

    assert _subjects(world) == {"Meeting 0"}
    assert [note[0] for note in world.notes()] == ["deletion"]
    assert world.round().to_calendar == Done()


def test_a_replay_of_a_deleted_event_makes_nothing(world: CalendarWorld) -> None:
    """K-7: what has ended is known by event id; a late page does not bring it back."""
    (event,) = _linked(world)
    item = world.calendar.shown(JAN.mailbox)[event]
    world.calendar.remove(JAN.mailbox, event)
    world.settle()
    changes = world.calendar.changes

    def late(*args: object) -> object:
        told = changes(*args)  # type: ignore[arg-type]
        return replace(told, items=(*told.items, item))

    world.calendar.changes = late  # type: ignore[method-assign,assignment]
    world.settle()

    assert _subjects(world) == set()


def test_an_event_that_comes_back_is_in_step_again(world: CalendarWorld) -> None:
    """K-7: taken out of Deleted Items it has its activity again, with the saved values."""
    (event,) = _linked(world)
    world.edit(_activity(world), text="Minutes")
    world.settle()
    world.calendar.remove(JAN.mailbox, event, for_good=False)
    world.settle()
    assert _subjects(world) == set()

    world.calendar.move(JAN.mailbox, event, "calendar")
    world.settle()

    (back,) = [one for one in world.activities().values() if one.subject == "Meeting 0"]
    assert back.text == "Minutes"


def test_an_erp_id_that_exists_again_is_a_new_activity(world: CalendarWorld) -> None:
    """K-7: it gets an event of its own, under a new transaction id."""
    activity = world.plan(a_content("Again"))
    world.plan(a_content("Other", 6))
    world.settle()
    world.erase(activity)
    world.settle()
    assert [one.subject for one in world.events().values()] == ["Other"]

    world.plan(a_content("New"))
    world.edit(3, id=activity)
    world.settle()

    assert {one.subject for one in world.events().values()} == {"Other", "New"}


@pytest.mark.parametrize("side", ["erp", "calendar"])
def test_many_deletions_at_once_are_held(world: CalendarWorld, side: str) -> None:
    """K-7: more than ten, in either direction; nothing is made again meanwhile."""
    events = _linked(world, 11)
    if side == "calendar":
        for event in events:
            world.calendar.remove(JAN.mailbox, event)
    else:
        world.erase(
            *(one for one, shown in world.activities().items() if "Meeting" in shown.subject)
        )
    world.settle()

    done = world.round()
    assert (done.held, done.to_erp, done.to_calendar) == (11, Done(), Done())
    assert len(world.activities() if side == "calendar" else world.events()) == 21
    assert {link.held_side for link in world.links() if link.state == "held"} == {side}


def test_a_large_share_is_held_from_three_on(world: CalendarWorld) -> None:
    """K-7: three of thirteen are more than a fifth; two are not held for their share."""
    first, second, third = _linked(world, 3)
    world.calendar.remove(JAN.mailbox, first)
    world.calendar.remove(JAN.mailbox, second)
    world.settle()
    assert len(world.activities()) == 11

    world.calendar.move(JAN.mailbox, third, "calendar")
    others = [one for one in world.events() if one != third]
    for event in others[:3]:
        world.calendar.remove(JAN.mailbox, event)
    world.settle()

    assert world.round().held == 3
    assert len(world.activities()) == 11


def test_an_erp_that_shows_nothing_deletes_nothing(world: CalendarWorld) -> None:
    """K-7: rows that have only become invisible: held, not dropped, not made again."""
    world.plan(a_content("One"))
    world.plan(a_content("Two", 6))
    world.settle()
    world.edit(1, responsible=999)
    world.edit(2, responsible=999)
    world.erase(1, 2)
    world.settle()

    assert world.round().held == 2
    assert len(world.events()) == 2


def test_held_deletions_end_when_the_items_are_back(world: CalendarWorld) -> None:
    """K-7: whatever made them disappear, nothing has happened."""
    world.plan(a_content("One"))
    world.settle()
    row = dict(world.activity(1))
    world.erase(1)
    world.settle()
    assert world.round().held == 1

    world.plan(a_content("Two"))
    world.edit(1, **row)
    world.settle()

    assert world.round().held == 0
    assert [link.state for link in world.links()] == ["in_step"]


def test_an_id_that_the_erp_gives_again_is_another_activity(world: CalendarWorld) -> None:
    """K-7: two links never share an activity, whatever numbers the ERP gives to new rows."""
    world.plan(a_content("One"))
    world.settle()
    world.erase(1)
    world.calendar.add(JAN.mailbox, a_content("Two", 9), attendees=GUEST)
    world.settle()

    assert [(one, shown.subject) for one, shown in world.activities().items()] == [(1, "Two")]
    assert world.round().held == 1
    assert {one.subject for one in world.events().values()} == {"One", "Two"}


def test_a_new_activity_under_an_old_id_gets_its_own_event(world: CalendarWorld) -> None:
    """K-7: the transaction id is another one, so it is not taken for the one before."""
    world.plan(a_content("One"))
    world.settle()
    world.erase(1)
    world.round()
    world.plan(a_content("Two", 9))
    world.settle()

    assert {one.subject for one in world.events().values()} == {"One", "Two"}
    assert [shown.subject for shown in world.activities().values()] == ["Two"]
    assert world.round().held == 1


def test_another_responsible_person_takes_the_event_along(world: CalendarWorld) -> None:
    """K-9: first it is made in the new user's calendar, then deleted in the former's."""
    activity = world.plan(a_content("Moved"))
    world.plan(a_content("Other", 6))
    world.settle()
    world.edit(activity, responsible=EVA.user_id)
    world.round(JAN)
    assert {one.subject for one in world.events(JAN).values()} == {"Moved", "Other"}

    for _ in range(2):
        world.round(EVA)
        world.round(JAN)

    assert [one.subject for one in world.events(JAN).values()] == ["Other"]
    assert [one.subject for one in world.events(EVA).values()] == ["Moved"]


def test_a_mass_deletion_that_is_not_proven_at_once_is_held_as_a_whole(
    world: CalendarWorld,
) -> None:
    """K-7: occurrences are proven gone a round before single events, and count with them."""
    starts = [at(day) for day in (5, 12, 19)]
    world.calendar.add_series(JAN.mailbox, a_content("Series"), starts)
    for day in (6, 7, 8):
        world.calendar.add(JAN.mailbox, a_content(f"Event {day}", day))
    world.settle()
    for event in list(world.events()):
        world.calendar.remove(JAN.mailbox, event)

    world.settle()

    assert (len(world.activities()), world.round().held) == (6, 6)


@pytest.mark.parametrize("count", [1, 12])
def test_everything_may_move_to_another_user_at_once(world: CalendarWorld, count: int) -> None:
    """K-9: a move is not counted by the brake, nor is a user doubted who has nothing left."""
    activities = [world.plan(a_content(f"Item {n}", 3 + n)) for n in range(count)]
    world.settle()
    for activity in activities:
        world.edit(activity, responsible=EVA.user_id)
    world.settle()
    assert len(world.events()) == count

    world.settle(EVA)
    world.settle()

    assert (len(world.events()), len(world.events(EVA)), world.round().held) == (0, count, 0)


def test_another_users_activity_under_the_id_of_a_deleted_one_is_no_move(
    world: CalendarWorld,
) -> None:
    """K-7, K-9: an ERP that gives ids again does not get many deletions past the brake."""
    world.plan(a_content("Stays", 20))
    activities = [world.plan(a_content(f"Item {n}", 3 + n)) for n in range(12)]
    world.settle()
    world.erase(*activities)
    again = [world.plan(a_content(f"Other {n}", 4 + n), EVA) for n in range(12)]
    assert again == activities

    world.settle(EVA)
    world.settle()

    assert (len(world.events()), world.round().held) == (13, 12)


def test_a_meeting_cannot_be_given_to_another_user(world: CalendarWorld) -> None:
    """K-9: where the former event may not be deleted the change is set back, with a note."""
    world.calendar.add(JAN.mailbox, a_content(), attendees=GUEST)
    world.settle()
    (activity,) = world.activities()
    world.edit(activity, responsible=EVA.user_id)
    world.settle()
    world.settle(EVA)

    assert list(world.activities(JAN)) == [activity]
    assert [note[0] for note in world.notes()] == ["responsible"]
    assert world.events(EVA) == {}


def _meeting_of_both(world: CalendarWorld) -> None:
    facts: dict[str, Any] = {"uid": "u-1", "organizer": JAN.address, "attendees": (EVA.address,)}
    world.calendar.add(JAN.mailbox, a_content("Audit"), **facts)
    world.calendar.add(EVA.mailbox, a_content("Audit"), own=False, **facts)


def test_a_meetings_activity_is_not_taken_by_another_attendee(world: CalendarWorld) -> None:
    """K-9, INV-10: given to an attendee before his first round it is set back, once."""
    _meeting_of_both(world)
    world.settle()
    (activity,) = world.activities()
    world.edit(activity, responsible=EVA.user_id)
    world.settle(EVA)
    world.settle()
    world.settle(EVA)

    assert list(world.activities()) == [activity]
    assert len(world.activities(EVA)) == 1
    for user in (JAN, EVA):
        done = world.round(user)
        assert (done.to_erp, done.to_calendar, done.requests) == (Done(), Done(), 1)


def test_who_is_back_does_not_take_a_meetings_activity_from_another(world: CalendarWorld) -> None:
    """K-9, K-1b, INV-10: each of two attendees has an activity, and nobody takes it back."""
    _meeting_of_both(world)
    world.settle()
    (activity,) = world.activities()
    world.takes_part = frozenset({EVA.user_id})
    world.edit(activity, responsible=EVA.user_id)
    world.settle(EVA)
    assert list(world.activities(EVA)) == [activity]

    world.takes_part = frozenset({JAN.user_id, EVA.user_id})
    for _ in range(2):
        world.settle()
        world.settle(EVA)

    assert list(world.activities(EVA)) == [activity]
    assert len(world.activities()) == 1
    for user in (JAN, EVA):
        done = world.round(user)
        assert (done.to_erp, done.to_calendar, done.requests) == (Done(), Done(), 1)
