"""Writes stay safe whatever the answer is: no twin, nothing lost, nothing twice (F-12, F-13)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.calsync import brake, one_round
from services.calsync.calendars.port import (
    CalendarChanges,
    ItemChangedError,
    ItemRefusedError,
    Participant,
    Window,
)
from services.calsync.writing import Done
from shared.contracts.said import said
from shared.errors import AwayError, CredentialsRefusedError, TransientError
from tests.calendar_world import JAN, CalendarWorld, a_content


class _DiedError(BaseException):
    """The process ends here."""


def _once(error: BaseException, *calls: str) -> Callable[[str], None]:
    """Raise at the first of these calls, and never again."""
    left = [True]

    def meet(call: str) -> None:
        if left and call in calls:
            left.clear()
            raise error

    return meet


@pytest.mark.parametrize("call", ["before create", "after create"])
def test_a_process_that_dies_makes_no_twin(world: CalendarWorld, call: str) -> None:
    """F-12: it dies before or after the event was made; the next round finds or makes it."""
    world.plan(a_content())
    world.calendar._trouble = _once(_DiedError(), call)
    with pytest.raises(_DiedError):
        world.round()
    world.settle()

    assert len(world.events()) == len(world.activities()) == 1
    assert [link.state for link in world.links()] == ["in_step"]


@pytest.mark.parametrize(
    "calls", [["before create"], ["after create"], ["before tagged"], ["before between"]]
)
def test_a_doubtful_answer_makes_no_twin(world: CalendarWorld, calls: list[str]) -> None:
    """F-12: it is looked for by tag and transaction id; the request is repeated as it was."""
    world.plan(a_content())
    failing = {"after create", *calls}

    def meet(call: str) -> None:
        if call in failing:
            failing.discard(call)
            raise TransientError(said("the answer was lost"))

    world.calendar._trouble = meet
    world.settle()

    assert len(world.events()) == len(world.activities()) == 1


def test_a_search_by_tag_may_lag(world: CalendarWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """F-12: the event is found by its transaction id among those of its time."""
    world.plan(a_content())
    monkeypatch.setattr(world.calendar, "tagged", lambda *_args: [])
    monkeypatch.setattr(world.calendar, "tags", lambda *_args: {})
    world.calendar._trouble = _once(_DiedError(), "after create")
    with pytest.raises(_DiedError):
        world.round()
    world.settle()

    assert len(world.events()) == len(world.activities()) == 1
    assert [link.state for link in world.links()] == ["in_step"]


def test_an_edit_while_the_answer_is_unknown_is_sent_afterwards(world: CalendarWorld) -> None:
    """K-2a: the same transaction id has the same body; what was changed since follows."""
    activity = world.plan(a_content())
    world.calendar._trouble = _once(_DiedError(), "before create")
    with pytest.raises(_DiedError):
        world.round()
    world.edit(activity, location="Room 5")
    world.settle()

    assert list(world.events().values()) == [a_content(location="Room 5")]


def test_an_activity_deleted_while_the_answer_is_unknown(world: CalendarWorld) -> None:
    """F-12: an event that was made all the same is found and deleted; none is made."""
    world.plan(a_content("Other", 6))
    world.settle()
    for call in ("before create", "after create"):
        activity = world.plan(a_content())
        world.calendar._trouble = _once(_DiedError(), call)
        with pytest.raises(_DiedError):
            world.round()
        world.erase(activity)
        world.settle()

        assert [one.subject for one in world.events().values()] == ["Other"]


@pytest.mark.parametrize("call", ["before change", "after change"])
@pytest.mark.parametrize(
    "error", [_DiedError(), TransientError(said("lost"))], ids=["dies", "fails"]
)
def test_a_change_is_carried_once(world: CalendarWorld, call: str, error: BaseException) -> None:
    """F-13: whether or not it had arrived, the next round ends in step, without a note."""
    activity = world.plan(a_content())
    world.settle()
    world.edit(activity, text="Minutes", location="Room 5")
    world.calendar._trouble = _once(error, call)
    if isinstance(error, _DiedError):
        with pytest.raises(_DiedError):
            world.round()
    world.settle()

    wanted = a_content(text="Minutes", location="Room 5")
    assert list(world.events().values()) == list(world.activities().values()) == [wanted]
    assert world.notes() == []


@pytest.mark.parametrize("call", ["before change", "after change"])
def test_edits_of_both_sides_are_carried_once(world: CalendarWorld, call: str) -> None:
    """F-13: what has reached the ERP is not lost, and what has not reached the calendar follows."""
    activity = world.plan(a_content())
    world.settle()
    (event,) = world.events()
    world.edit(activity, location="Room 5")
    world.calendar.edit(JAN.mailbox, event, subject="Renamed")
    world.calendar._trouble = _once(_DiedError(), call)
    with pytest.raises(_DiedError):
        world.round()
    world.settle()

    wanted = a_content("Renamed", location="Room 5")
    assert list(world.events().values()) == list(world.activities().values()) == [wanted]
    assert world.notes() == []


@pytest.mark.parametrize("call", ["before delete", "after delete"])
def test_a_deletion_is_carried_once(world: CalendarWorld, call: str) -> None:
    """F-13: whether or not it had arrived."""
    activity = world.plan(a_content())
    world.plan(a_content("Other", 6))
    world.settle()
    world.erase(activity)
    world.calendar._trouble = _once(_DiedError(), call)
    with pytest.raises(_DiedError):
        world.round()
    world.settle()

    assert [one.subject for one in world.events().values()] == ["Other"]
    assert world.round().to_calendar == Done()


def test_a_round_that_dies_in_the_middle_repeats_without_effect(world: CalendarWorld) -> None:
    """F-13: the cursor moves on last, and what was done is not done again."""
    for number in range(5):
        world.calendar.add(JAN.mailbox, a_content(f"Meeting {number}"))
    world.plan(a_content("Own"))
    world.calendar._trouble = _once(_DiedError(), "before create")
    with pytest.raises(_DiedError):
        world.round()
    assert len(world.activities()) == 6

    world.settle()
    assert len(world.activities()) == len(world.events()) == 6


def test_an_event_that_the_database_refuses_keeps_no_other_away(world: CalendarWorld) -> None:
    """K-2: activities are made many at a time; the one that cannot be is told and tried again."""
    for subject in ("First", "Refused", "Last"):
        world.calendar.add(JAN.mailbox, a_content(subject))
    table = world.erp.table("activity")
    refusal = (
        f"CREATE TRIGGER refusal BEFORE INSERT ON {table.name}"
        f" WHEN new.{table.c.subject.name} = 'Refused'"
        " BEGIN SELECT RAISE(ABORT, 'refused'); END"
    )
    with world.engine.begin() as connection:
        connection.exec_driver_sql(refusal)
    told = world.round()

    assert {one.subject for one in world.activities().values()} == {"First", "Last"}
    assert "refused" in (told.reason or "")

    with world.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER refusal")
    world.settle()
    assert sorted(one.subject for one in world.activities().values()) == [
        "First",
        "Last",
        "Refused",
    ]


@pytest.mark.parametrize("when", ["at start", "in mid-round"])
def test_a_lost_cursor_begins_anew(world: CalendarWorld, when: str) -> None:
    """INV-10: a complete round matches everything with what is linked; nothing is written."""
    world.plan(a_content("Own"))
    world.calendar.add(JAN.mailbox, a_content("Event", 6))
    world.settle()
    if when == "at start":
        world.calendar.lose_cursors(JAN.mailbox)
    else:
        world.calendar._trouble = _once(TransientError(said("page two failed")), "after changes")
        assert world.round().result == "failed"
        world.calendar.lose_cursors(JAN.mailbox)

    done = world.round()
    assert (done.to_erp, done.to_calendar) == (Done(), Done())


def test_replays_and_duplicates_change_nothing(
    world: CalendarWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-13: an event told again, in its present state, is no change."""
    world.calendar.add(JAN.mailbox, a_content())
    world.settle()
    changes = world.calendar.changes

    def anew(user: Participant, window: Window, _cursor: str | None) -> CalendarChanges:
        return replace(changes(user, window, None), complete=False)

    monkeypatch.setattr(world.calendar, "changes", anew)

    for _ in range(3):
        done = world.round()
        assert (done.to_erp, done.to_calendar) == (Done(), Done())


def test_an_event_edited_during_the_round_is_planned_anew(world: CalendarWorld) -> None:
    """K-6: 412 with another content: the person's edit and ours are merged in the next round."""
    activity = world.plan(a_content())
    world.settle()
    (event,) = world.events()
    world.edit(activity, location="Room 5")

    def edit(call: str) -> None:
        if call == "before change":
            world.calendar._trouble = lambda _call: None
            world.calendar.edit(JAN.mailbox, event, subject="Renamed")

    world.calendar._trouble = edit
    world.settle()

    wanted = a_content("Renamed", location="Room 5")
    assert world.events()[event] == world.activities()[activity] == wanted


def test_a_version_that_is_refused_without_cause_is_passed_over(world: CalendarWorld) -> None:
    """K-6: at the second 412 it is written without a condition; three writes at most."""
    activity = world.plan(a_content())
    world.settle()
    world.edit(activity, location="Room 5")
    writes: list[str] = []

    def refuse(call: str) -> None:
        if call == "before change":
            writes.append(call)
            if len(writes) < 3:
                raise ItemChangedError(said("412"))

    world.calendar._trouble = refuse
    world.settle()

    assert [one.location for one in world.events().values()] == ["Room 5"]
    assert len(writes) == 3


def test_an_activity_edited_during_the_round_is_not_overwritten(
    world: CalendarWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K-6: the ERP's row is looked at again in the transaction that writes it."""
    event = world.calendar.add(JAN.mailbox, a_content())
    world.settle()
    (activity,) = world.activities()
    world.calendar.edit(JAN.mailbox, event, subject="Renamed")
    plan = brake.braked

    def edit(*args: Any) -> object:
        monkeypatch.setattr(one_round, "braked", plan)
        world.edit(activity, subject="By hand", location="Room 5")
        return plan(*args)

    monkeypatch.setattr(one_round, "braked", edit)
    world.settle()

    wanted = a_content("Renamed", location="Room 5")
    assert world.events()[event] == world.activities()[activity] == wanted
    assert world.notes() == [("subject", "By hand", "Renamed")]


def test_an_event_that_the_calendar_refuses_is_not_asked_for_again(world: CalendarWorld) -> None:
    """K-2a: it is told in a note, and tried again once a person has changed the activity."""
    activity = world.plan(a_content())
    requests: list[str] = []

    def refuse(call: str) -> None:
        if call == "before create":
            requests.append(call)
            raise ItemRefusedError(said("400"), "ErrorInvalidRequest")

    world.calendar._trouble = refuse
    world.settle()
    assert len(requests) == 1
    assert [note[0] for note in world.notes()] == ["event"]

    world.calendar._trouble = lambda _call: None
    world.edit(activity, location="Room 5")
    world.settle()
    assert [one.location for one in world.events().values()] == ["Room 5"]


@pytest.mark.parametrize(
    "error", [CredentialsRefusedError(said("401")), AwayError(said("away"), "graph")]
)
def test_what_concerns_everybody_ends_the_round_for_all(
    world: CalendarWorld, error: Exception
) -> None:
    """K-1: a refused token, or a service that is unreachable, is not this user's own trouble."""
    world.calendar._trouble = _once(error, "before changes")

    if isinstance(error, CredentialsRefusedError):
        with pytest.raises(CredentialsRefusedError):
            world.round()
    else:
        with pytest.raises(AwayError):
            world.round()


def test_a_copy_made_in_outlook_is_an_event_of_its_own(world: CalendarWorld) -> None:
    """K-2: it bears the tag of what was copied; the tag is not believed while that is linked."""
    activity = world.plan(a_content())
    world.settle()
    world.calendar.add(JAN.mailbox, a_content("Copy", 6), tag=str(activity))
    world.settle()

    assert {one.subject for one in world.activities().values()} == {"Meeting", "Copy"}
    assert {one.subject for one in world.events().values()} == {"Meeting", "Copy"}


def test_of_several_events_with_one_tag_the_oldest_is_believed(world: CalendarWorld) -> None:
    """K-2: after the ledger was lost; the copy has an activity of its own already."""
    activity = world.plan(a_content())
    world.settle()
    (event,) = world.events()
    world.calendar.add(JAN.mailbox, a_content("Copy", 6), tag=str(activity))
    world.settle()
    world.lose_ledger()
    world.settle()

    assert len(world.activities()) == len(world.events()) == 2
    assert [link.activity_id for link in world.links() if link.event_id == event] == [activity]


def test_everything_is_matched_again_without_a_ledger(world: CalendarWorld) -> None:
    """INV-10: by tag, then by start and subject, one to one; then nothing is written any more."""
    for number in range(3):
        world.plan(a_content("Same"))
        world.calendar.add(JAN.mailbox, a_content(f"Event {number}", 6))
    world.settle()
    assert len(world.events()) == 6
    world.lose_ledger()
    done = world.round()

    assert (done.to_erp, done.to_calendar) == (Done(), Done())
    assert len(world.links()) == 6
