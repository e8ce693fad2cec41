"""What is in step, and in which form (K-2, K-5, K-6)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.calsync.calendars.port import CalendarChanges
from services.calsync.writing import Done
from shared.contracts.said import said
from shared.errors import TransientError
from tests.calendar_world import EVA, JAN, NOON, ZONE, CalendarWorld, a_content, at, on

GUEST = ("petr@acme.example",)


def test_an_activity_becomes_an_event_once(world: CalendarWorld) -> None:
    """K-2: what is planned in the ERP is in the calendar after one round, and made once."""
    world.plan(a_content("Delivery", text="Bring the keys", location="Room 5"))

    first, second = world.round(), world.round()

    assert first.to_calendar == Done(created=1)
    assert list(world.events().values()) == [
        a_content("Delivery", text="Bring the keys", location="Room 5")
    ]
    assert (second.to_calendar, second.to_erp, second.requests) == (Done(), Done(), 1)


def test_an_event_becomes_an_activity_once(world: CalendarWorld) -> None:
    """K-2: an event is an activity of its user after one round, and made no second time."""
    world.calendar.add(JAN.mailbox, a_content("Audit", location="Brno"))

    first, second = world.round(), world.round()

    assert first.to_erp == Done(created=1)
    assert list(world.activities().values()) == [a_content("Audit", location="Brno")]
    assert (second.to_calendar, second.to_erp, second.requests) == (Done(), Done(), 1)


def test_date_and_deadline_are_the_start(world: CalendarWorld) -> None:
    """K-5: an activity made from an event begins, is dated and is due at the event's start."""
    event = world.calendar.add(JAN.mailbox, a_content())
    world.round()
    (activity,) = world.activities()
    row = world.activity(activity)
    assert row["date"] == row["due_date"] == row["start"] == at(5)
    assert row["completed_on"] is None

    world.calendar.edit(JAN.mailbox, event, start=at(6), end=at(6, 10))
    world.round()

    row = world.activity(activity)
    assert row["date"] == row["due_date"] == row["start"] == at(6)


@pytest.mark.parametrize(("own", "direction"), [(True, "outgoing"), (False, "incoming")])
def test_the_organiser_decides_the_direction(
    world: CalendarWorld,
    own: bool,  # noqa: FBT001
    direction: str,
) -> None:
    """K-2b: outgoing if the user is the organiser, else incoming."""
    world.calendar.add(JAN.mailbox, a_content(), own=own, attendees=GUEST)
    world.round()
    (activity,) = world.activities()

    assert world.activity(activity)["direction"] == direction


@pytest.mark.parametrize(
    "record",
    [{"type": 1}, {"message_id": "<a@x.example>"}, {"start": None}],
    ids=["e-mail type", "Message-ID", "no start"],
)
def test_mails_and_things_without_a_time_are_no_meetings(
    world: CalendarWorld, record: dict[str, Any]
) -> None:
    """K-2: activities of the e-mail type, with a Message-ID or without a start stay in the ERP."""
    world.plan(a_content(), **record)

    assert world.round().to_calendar == Done()


def test_what_is_over_is_not_pushed(world: CalendarWorld) -> None:
    """K-2a: an activity that is over and never had an event gets none."""
    world.plan(a_content(day=1))

    assert world.round().to_calendar == Done()


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2026, 10, 2), False),
        (date(2026, 10, 3), True),
        (date(2027, 11, 2), True),
        (date(2027, 11, 3), False),
    ],
)
def test_the_window_ends_at_midnight_on_both_sides(
    world: CalendarWorld,
    day: date,
    inside: bool,  # noqa: FBT001
) -> None:
    """K-2: 30 days back and 365 ahead, edges at midnight of the zone, the same on both sides."""
    start = datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)
    world.calendar.add(JAN.mailbox, a_content(start=start, end=start + timedelta(hours=1)))
    world.plan(a_content("Own", start=start, end=start + timedelta(hours=1)))

    done = world.round()

    assert done.to_erp.created == int(inside)
    assert done.to_calendar.created == int(inside and day > NOON.date())


def test_leaving_the_window_deletes_nothing(world: CalendarWorld) -> None:
    """K-2: the window slides daily; what has left it stays on both sides."""
    world.plan(a_content())
    world.settle()
    world.now += timedelta(days=60)
    world.settle()

    assert len(world.events()) == len(world.activities()) == 1


def test_what_is_moved_outside_is_followed_once_and_rests(world: CalendarWorld) -> None:
    """K-2: a linked item that is moved outside is followed, rests, and goes on once it is back."""
    activity = world.plan(a_content())
    world.settle()
    world.edit(activity, start=at(5) + timedelta(days=500), end=at(5, 10) + timedelta(days=500))
    world.settle()
    assert [one.start for one in world.events().values()] == [at(5) + timedelta(days=500)]
    assert [link.state for link in world.links()] == ["parked"]

    world.edit(activity, start=at(6), end=at(6, 10))
    world.settle()

    assert [one.start for one in world.events().values()] == [at(6)]
    assert [link.state for link in world.links()] == ["in_step"]


def test_an_event_in_another_calendar_rests(world: CalendarWorld) -> None:
    """K-2: nothing is written while the event is elsewhere; what was edited is carried later."""
    activity = world.plan(a_content())
    world.settle()
    (event,) = world.events()
    world.calendar.move(JAN.mailbox, event, "elsewhere")
    world.edit(activity, location="Room 7")
    for _ in range(4):
        world.settle()
        assert [link.state for link in world.links()] == ["parked"]
        assert world.calendar.get(JAN, event).content.location == ""
        world.round()

    world.calendar.move(JAN.mailbox, event, "calendar")
    world.settle()

    assert [one.location for one in world.events().values()] == ["Room 7"]


@pytest.mark.parametrize("series", [False, True])
def test_an_event_that_is_back_under_a_new_id_is_the_same(
    world: CalendarWorld,
    monkeypatch: pytest.MonkeyPatch,
    series: bool,  # noqa: FBT001 - of a single event and of a series
) -> None:
    """K-2: there it leaves no tombstone of the former id, but its iCalUId is known."""
    event = (
        world.calendar.add_series(JAN.mailbox, a_content(), [at(5), at(12)])
        if series
        else world.calendar.add(JAN.mailbox, a_content())
    )
    world.settle()
    activities = world.activities()
    world.calendar.move(JAN.mailbox, event, "elsewhere")
    world.settle()
    changes = world.calendar.changes

    def without_tombstones(*given: Any) -> CalendarChanges:
        return replace(changes(*given), removed=frozenset())

    monkeypatch.setattr(world.calendar, "changes", without_tombstones)
    back = world.calendar.reissue(JAN.mailbox, event)
    world.calendar.move(JAN.mailbox, back, "calendar")
    world.settle()

    assert world.activities().keys() == activities.keys()
    assert {link.state for link in world.links()} == {"in_step"}
    assert {link.master or link.event_id for link in world.links()} == {back}


@pytest.mark.parametrize("series", [False, True])
def test_an_event_that_is_renamed_and_moved_at_once_rests(
    world: CalendarWorld,
    series: bool,  # noqa: FBT001 - of a single event and of a series
) -> None:
    """K-2: under a new id and in another calendar it rests too, and is the same once it is back."""
    starts = [at(5), at(12)] if series else [at(5)]
    event = (
        world.calendar.add_series(JAN.mailbox, a_content(), starts)
        if series
        else world.calendar.add(JAN.mailbox, a_content())
    )
    world.settle()
    activities = world.activities()
    renamed = world.calendar.reissue(JAN.mailbox, event)
    world.calendar.move(JAN.mailbox, renamed, "elsewhere")

    world.settle()

    assert [link.state for link in world.links()] == ["parked"] * len(starts)
    assert {link.master or link.event_id for link in world.links()} == {renamed}
    assert world.round().requests == 1
    world.edit(min(activities), location="Room 7")
    world.settle()
    assert {one.location for one in world.events().values()} <= {""}

    back = world.calendar.reissue(JAN.mailbox, renamed)
    world.calendar.move(JAN.mailbox, back, "calendar")
    world.settle()

    assert [link.state for link in world.links()] == ["in_step"] * len(starts)
    assert world.activities().keys() == activities.keys()
    assert "Room 7" in {one.location for one in world.events().values()}


@pytest.mark.parametrize("end", [None, at(5), at(5, 8)], ids=["missing", "equal", "before"])
def test_an_activity_without_an_end_takes_an_hour(
    world: CalendarWorld, end: datetime | None
) -> None:
    """K-2a: an end that is missing or not after the start is the start and 60 minutes."""
    world.plan(a_content())
    world.edit(1, end=end)
    world.settle()

    assert [one.end for one in world.events().values()] == [at(5, 10)]


@pytest.mark.parametrize(
    ("end", "after"),
    [(None, 6), (at(5, 0), 6), (at(5, 17), 6), (at(6, 0), 6), (at(7, 12), 8)],
    ids=["missing", "equal", "within the day", "midnight", "within a later day"],
)
def test_days_of_the_erp_are_read_leniently(
    world: CalendarWorld, end: datetime | None, after: int
) -> None:
    """K-2b: an all-day activity includes its last day, whatever its end says."""
    world.plan(a_content())
    world.edit(1, start=at(5, 0), end=end, all_day=True)
    world.settle()

    assert [(one.start, one.end) for one in world.events().values()] == [(on(5), on(after))]


def test_all_day_events_are_days_in_the_erp(world: CalendarWorld) -> None:
    """K-2b: from 00:00 of the first day to 00:00 after the last."""
    world.calendar.add(JAN.mailbox, a_content(start=on(5), end=on(7)))
    world.settle()
    (activity,) = world.activities()
    row = world.activity(activity)

    assert (row["start"], row["end"], row["all_day"]) == (at(5, 0), at(7, 0), True)


def test_an_item_may_become_all_day_and_back(world: CalendarWorld) -> None:
    """K-2a: all-day is in step like every other field, in both directions."""
    world.plan(a_content())
    world.settle()
    (event,) = world.events()
    world.calendar.edit(JAN.mailbox, event, start=on(5), end=on(6))
    world.settle()
    assert [one.all_day for one in world.activities().values()] == [True]

    world.edit(1, start=at(9), end=at(9, 12), all_day=False)
    world.settle()

    assert [(one.start, one.end) for one in world.events().values()] == [(at(9), at(9, 12))]


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        (datetime(2027, 3, 28, 2, 30, tzinfo=ZONE), datetime(2027, 3, 28, 3, 30, tzinfo=ZONE)),
        (datetime(2026, 11, 5, 8, 0, 59, tzinfo=ZONE), datetime(2026, 11, 5, 8, tzinfo=ZONE)),
    ],
    ids=["an hour that does not exist", "seconds"],
)
def test_the_walls_clock_is_read_in_the_zone(
    world: CalendarWorld, wall: datetime, instant: datetime
) -> None:
    """K-6: a time that does not exist runs on, and seconds are cut."""
    world.plan(a_content(start=wall, end=wall + timedelta(hours=2)))
    world.settle()

    assert [one.start for one in world.events().values()] == [instant]
    assert world.round().to_erp == Done()


def test_of_an_hour_that_comes_twice_the_later_is_meant(world: CalendarWorld) -> None:
    """K-6: 02:30 of the night in which summer time ends is standard time, and stays so."""
    world.now = datetime(2026, 10, 20, 12, tzinfo=ZONE)
    wall = datetime(2026, 10, 25, 2, 30, tzinfo=ZONE)
    world.plan(a_content(start=wall, end=wall + timedelta(hours=2)))
    world.settle()

    standard_time = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert [one.start for one in world.events().values()] == [standard_time]


def test_an_event_in_the_hour_that_comes_twice_is_not_moved(world: CalendarWorld) -> None:
    """K-6: the ERP cannot tell both apart; the calendar's instant stays as it is."""
    world.now = datetime(2026, 10, 20, 12, tzinfo=ZONE)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    event = world.calendar.add(JAN.mailbox, a_content(start=first, end=first + timedelta(hours=1)))
    world.settle()
    world.edit(1, location="Room 3")
    world.settle()

    assert world.events()[event].start == first
    assert world.events()[event].location == "Room 3"


def test_only_what_a_person_changed_is_sent(world: CalendarWorld) -> None:
    """K-2a: a text that was cut on its way to the ERP is not sent back with another field."""
    long = "x" * 300
    event = world.calendar.add(JAN.mailbox, a_content(location=long))
    world.settle()
    (activity,) = world.activities()
    world.edit(activity, subject="Renamed")
    world.settle()

    assert world.events()[event].location == long
    assert world.events()[event].subject == "Renamed"


def test_nobody_is_sent_anything(world: CalendarWorld) -> None:
    """K-2a: events are made without attendees, and what has attendees is never written."""
    world.plan(a_content("Own"))
    event = world.calendar.add(JAN.mailbox, a_content("Meeting"), attendees=GUEST)
    world.settle()
    for activity in world.activities():
        world.edit(activity, location="Elsewhere")
    world.settle()

    shown = world.calendar.shown(JAN.mailbox)
    assert [one.attendees for one in shown.values() if one.content.subject == "Own"] == [()]
    assert shown[event].content.location == ""


def test_both_users_of_a_meeting_have_an_activity_each(world: CalendarWorld) -> None:
    """K-4a: one meeting, one activity for each user, and never a copy in another calendar."""
    for user in (JAN, EVA):
        world.calendar.add(user.mailbox, a_content(), uid="one", attendees=GUEST, own=user == JAN)
    for _ in range(3):
        world.round(JAN)
        world.round(EVA)

    assert [len(world.activities(user)) for user in (JAN, EVA)] == [1, 1]
    assert [len(world.events(user)) for user in (JAN, EVA)] == [1, 1]


@pytest.mark.parametrize("wins", ["calendar", "erp"])
def test_the_same_field_changed_on_both_sides(world: CalendarWorld, wins: str) -> None:
    """K-6: the side that the settings name wins; both values are kept as a note."""
    world.rules = replace(world.rules, wins=wins)  # type: ignore[arg-type]
    activity = world.plan(a_content())
    world.settle()
    (event,) = world.events()
    world.edit(activity, location="Brno")
    world.calendar.edit(JAN.mailbox, event, location="Praha")
    world.settle()

    winner = "Praha" if wins == "calendar" else "Brno"
    assert world.events()[event].location == world.activities()[activity].location == winner
    assert world.notes() == [("location", "Brno", "Praha")]


def test_different_fields_changed_on_both_sides_are_both_kept(world: CalendarWorld) -> None:
    """K-6: field by field, whoever changed something later."""
    activity = world.plan(a_content())
    world.settle()
    (event,) = world.events()
    world.edit(activity, subject="Renamed", end=at(5, 12))
    world.calendar.edit(JAN.mailbox, event, location="Praha", start=at(5, 8))
    world.settle()

    wanted = a_content("Renamed", location="Praha", start=at(5, 8), end=at(5, 12))
    assert world.events()[event] == world.activities()[activity] == wanted
    assert world.notes() == []


def test_times_that_do_not_fit_are_not_mixed(world: CalendarWorld) -> None:
    """K-6: where one side's start is after the other side's end, one side gives both."""
    activity = world.plan(a_content())
    world.settle()
    (event,) = world.events()
    world.edit(activity, start=at(5, 14), end=at(5, 15))
    world.calendar.edit(JAN.mailbox, event, end=at(5, 12))
    world.settle()

    assert world.events()[event] == world.activities()[activity]
    assert world.events()[event].start == at(5)


@pytest.mark.parametrize(
    "facts", [{"attendees": GUEST}, {"own": False}], ids=["attendees", "another organiser"]
)
def test_a_meeting_that_may_not_be_written_is_set_back(
    world: CalendarWorld, facts: dict[str, object]
) -> None:
    """K-6: fields but the text are set back at the next round, with a note; the event stays."""
    event = world.calendar.add(JAN.mailbox, a_content(), **facts)
    world.settle()
    (activity,) = world.activities()
    world.edit(activity, subject="Mine", text="Minutes", location="Here")
    world.settle()

    assert world.events()[event] == a_content()
    assert world.activities()[activity] == a_content(text="Minutes")
    assert world.notes() == [
        ("location", "Here", ""),
        ("subject", "Mine", "Meeting"),
        ("text", "Minutes", ""),
    ]


def test_text_written_in_the_erp_is_never_taken_away(world: CalendarWorld) -> None:
    """K-6: the calendar's later text goes to a note."""
    event = world.calendar.add(JAN.mailbox, a_content(text="Agenda"), attendees=GUEST)
    world.settle()
    (activity,) = world.activities()
    world.edit(activity, text="Minutes")
    world.settle()
    world.calendar.edit(JAN.mailbox, event, text="New agenda")
    world.settle()

    assert world.activities()[activity].text == "Minutes"
    assert world.events()[event].text == "New agenda"
    assert world.notes() == [("text", "Minutes", "New agenda")]


def test_both_texts_are_kept(world: CalendarWorld) -> None:
    """K-6: where both sides changed the text of a plain event, each keeps its own."""
    activity = world.plan(a_content())
    world.settle()
    (event,) = world.events()
    world.edit(activity, text="ERP")
    world.calendar.edit(JAN.mailbox, event, text="Outlook")
    world.settle()

    assert world.activities()[activity].text == "ERP"
    assert world.events()[event].text == "Outlook"
    assert world.notes() == [("text", "ERP", "Outlook")]


def test_the_text_of_an_online_meeting_is_not_written(world: CalendarWorld) -> None:
    """K-6: its other fields are, but its text holds the link by which people join."""
    event = world.calendar.add(JAN.mailbox, a_content(), online=True)
    world.settle()
    (activity,) = world.activities()
    world.edit(activity, text="Minutes", location="Room 5")
    world.settle()

    assert world.events()[event] == a_content(location="Room 5")
    assert world.activities()[activity].text == "Minutes"


def test_a_new_version_without_a_change_writes_nothing(world: CalendarWorld) -> None:
    """K-6: a version changes whenever somebody answers; only contents are compared."""
    event = world.calendar.add(JAN.mailbox, a_content())
    world.settle()
    world.calendar.set_facts(JAN.mailbox, event)

    done = world.round()

    assert (done.to_erp, done.to_calendar, done.requests) == (Done(), Done(), 1)


def test_a_mailbox_that_asks_to_wait_is_told(world: CalendarWorld) -> None:
    """K-1: the round of this user ends with the reason; nothing is lost, and the next goes on."""
    world.plan(a_content())

    def throttle(call: str) -> None:
        if call == "before create":
            raise TransientError(said("too many requests"), retry_after_seconds=90)

    world.calendar._trouble = throttle
    done = world.round()
    assert (done.result, done.reason) == ("failed", "too many requests")

    world.calendar._trouble = lambda _call: None
    waiting = world.round()
    assert (waiting.result, waiting.requests) == ("failed", 0)
    world.now += timedelta(seconds=90)
    world.settle()
    assert len(world.events()) == 1
