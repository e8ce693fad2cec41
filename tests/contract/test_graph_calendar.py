"""The calendar client over the double of Microsoft Graph: what is read and written."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from services.calsync.calendars.graph.items import TAG_ID
from services.calsync.calendars.graph.opening import GraphSide
from services.calsync.calendars.port import (
    CalendarItem,
    FieldValues,
    ItemChangedError,
    ItemContent,
    ItemGoneError,
    ItemRefusedError,
    NewItem,
    Participant,
    Window,
)
from tests.calendar_of_graph import PRAGUE, WINDOW, at, of_graph, user_of
from tests.servers.graph.events import PRAGUE as WINDOWS_PRAGUE
from tests.servers.graph.events import daily, meeting
from tests.servers.graph.mailbox import GraphMailbox
from tests.servers.graph.server import GraphServer

LUNCH = ItemContent("Lunch", "With Eva.\nBring papers.", at(5, 4, 10), at(5, 4, 11), "Room 1")


@pytest.fixture
def jan(graph: GraphServer) -> GraphMailbox:
    """A mailbox."""
    return graph.company.add("Jan@firma.cz", aliases=("J.Novak@firma.cz",))


@pytest.fixture
def user(jan: GraphMailbox) -> Participant:
    """Its user."""
    return user_of(jan)


@pytest.fixture
def client(graph: GraphServer, tmp_path: Path) -> Iterator[GraphSide]:
    """The client."""
    with of_graph(graph, tmp_path) as opened:
        yield opened


def _by_subject(items: tuple[CalendarItem, ...]) -> dict[str, CalendarItem]:
    return {item.content.subject: item for item in items}


# Accounts


@pytest.mark.usefixtures("jan")
def test_accounts_are_found_by_any_address(graph: GraphServer, client: GraphSide) -> None:
    """K-1: mail, principal name and proxy addresses count in any case, over all pages."""
    graph.company.accounts.page_size = 1
    graph.company.add("eva@firma.cz").account.enabled = False
    graph.company.add("petr@firma.cz")
    graph.company.add("h_x.cz#EXT#@firma.cz", mail="h@x.cz", guest=True)
    wanted = ["j.NOVAK@firma.cz", "jan@firma.cz", "EVA@firma.cz", "h@x.cz", "nobody@firma.cz"]

    found = client.directory.accounts(wanted)

    assert [(each.enabled, each.guest) for each in found] == [
        (True, False),
        (False, False),
        (True, True),
    ]
    assert found[0].addresses == {"jan@firma.cz", "j.novak@firma.cz"}


# Reading


def test_a_round_tells_everything_and_the_next_ones_what_has_changed(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-2: the first round is complete, later ones cost one request and tell changes alone."""
    event = jan.create(meeting("one", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    jan.create(meeting("old", "2024-05-04T12:00:00", "2024-05-04T13:00:00"))
    first = client.calendar.changes(user, WINDOW, None)
    client.calendar.requests(user)
    quiet = client.calendar.changes(user, WINDOW, first.cursor)
    spent = client.calendar.requests(user)
    jan.patch(jan.mutable_id(event), {"subject": "two"})
    second = client.calendar.changes(user, WINDOW, quiet.cursor)
    jan.delete(jan.mutable_id(event))
    third = client.calendar.changes(user, WINDOW, second.cursor)

    assert [item.content.subject for item in first.items] == ["one"]
    assert (first.complete, quiet.complete, spent) == (True, False, 1)
    assert quiet.items == ()
    assert [item.content.subject for item in second.items] == ["two"]
    assert second.items[0].id == first.items[0].id
    assert second.items[0].version != first.items[0].version
    assert (third.items, third.removed) == ((), frozenset({first.items[0].id}))
    assert all(call.preferences.immutable for call in graph.company.calls)


def test_a_new_window_is_told_anew(jan: GraphMailbox, user: Participant, client: GraphSide) -> None:
    """K-2: a cursor is for one window; when that has moved on, everything in it is told."""
    jan.create(meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    before = client.calendar.changes(user, WINDOW, None)
    later = Window(date(2026, 1, 2), date(2027, 1, 2), PRAGUE)

    after = client.calendar.changes(user, later, before.cursor)

    assert after.complete
    assert after.items == before.items


def test_replays_duplicates_and_empty_pages_change_nothing(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-2: whatever order and number of pages, each event is told once, in its newest state."""
    for number in range(450):
        jan.create(meeting(f"{number}", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    jan.create(meeting("s", "2026-01-05T09:00:00", "2026-01-05T10:00:00", recurrence=daily(5)))
    plain = client.calendar.changes(user, WINDOW, None)
    habits = graph.company.delta.habits
    habits.backwards = habits.empty_pages = habits.duplicates = habits.replays = True

    mixed = client.calendar.changes(user, WINDOW, None)
    again = client.calendar.changes(user, WINDOW, mixed.cursor)

    assert {item.id: item for item in plain.items} == {item.id: item for item in mixed.items}
    assert len(mixed.items) == 456
    assert set(again.items) == set(mixed.items)


def test_an_event_is_read_with_everything_that_counts(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-2d: people, answers and marks of a meeting; rooms and the organiser are no attendees."""
    eva = graph.company.add("eva@firma.cz")
    room = {"emailAddress": {"address": "room1@firma.cz"}, "type": "resource"}
    given = meeting("m", "2026-05-04T12:00:00", "2026-05-04T13:00:00", "UTC", "jan@firma.cz")
    given["attendees"] += [{"emailAddress": {"address": "Out@Jinde.cz"}}, room]
    event = eva.create(given | {"isOnlineMeeting": True})
    copy = jan.of_uid(event.uid)
    assert copy is not None

    invited = client.calendar.changes(user, WINDOW, None).items[0]
    jan.respond(copy, "jan@firma.cz", "declined")
    declined = client.calendar.get(user, invited.id)

    assert (invited.own, invited.organizer) == (False, "eva@firma.cz")
    assert invited.attendees == ("jan@firma.cz", "out@jinde.cz")
    assert (invited.answer, invited.called_off, invited.online) == ("notResponded", False, True)
    assert (declined.answer, declined.called_off) == ("declined", True)
    assert invited.uid == event.uid
    assert invited.content.text == ""


def test_a_cancelled_meeting_counts_as_called_off(
    jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-2d: a cancelled meeting stays in the calendar, marked."""
    jan.call_off(jan.create(meeting("m", "2026-05-04T12:00:00", "2026-05-04T13:00:00")))

    assert client.calendar.changes(user, WINDOW, None).items[0].called_off


@pytest.mark.parametrize(
    ("start", "instant"),
    [("2026-03-29T02:30:00", at(3, 29, 1, 30)), ("2026-10-25T02:30:00", at(10, 25, 1, 30))],
)
def test_the_changes_of_clocks_move_nothing(
    jan: GraphMailbox, user: Participant, client: GraphSide, start: str, instant: object
) -> None:
    """K-6: a wall clock that does not exist runs on, of one that comes twice the later counts."""
    jan.create(meeting("m", start, "2026-10-25T04:00:00", WINDOWS_PRAGUE))

    assert client.calendar.changes(user, WINDOW, None).items[0].content.start == instant


def test_hostile_texts_are_text(jan: GraphMailbox, user: Participant, client: GraphSide) -> None:
    """K-2: halves of characters, controls and scripts in an event do no harm."""
    body = {"contentType": "html", "content": "<p>a\x00b</p><script>evil()</script>"}
    given = meeting("x\ud800y\n z\x1b[1m", "2026-05-04T12:00:00", "2026-05-04T13:00:00", body=body)
    jan.create(given)

    content = client.calendar.changes(user, WINDOW, None).items[0].content

    assert content.subject.isprintable()
    assert "evil" not in content.text
    assert "\x00" not in content.text


# Series


def test_occurrences_have_what_their_series_has(
    jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-3: bare occurrences get their series' content and iCalUId, exceptions keep their own."""
    jan.occurrence_uids = "own"
    event = jan.create(
        meeting("s", "2026-01-05T09:00:00", "2026-01-05T10:00:00", recurrence=daily(3))
    )
    first = client.calendar.changes(user, WINDOW, None)
    second = sorted(first.items, key=lambda item: (item.kind, item.content.start))[2]
    moved: FieldValues = {"start": at(1, 6, 14), "end": at(1, 6, 15), "subject": "moved"}
    changed = client.calendar.change(user, second.id, second.version, moved)

    series = client.calendar.changes(user, WINDOW, first.cursor).items
    fresh = client.calendar.occurrences(user, changed.master or "", WINDOW)

    assert {item.uid for item in series} == {item.uid for item in fresh} == {event.uid}
    occurrences = [item for item in series if item.kind == "occurrence"]
    assert [item.content.subject for item in occurrences] == ["s", "moved", "s"]
    assert [item.original_start for item in occurrences] == [at(1, n, 9) for n in (5, 6, 7)]
    assert changed.original_start == at(1, 6, 9)
    assert {item.id for item in fresh} == {item.id for item in occurrences}
    assert client.calendar.get(user, second.id).uid == event.uid


def test_a_series_begun_before_the_window_is_whole(
    jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-3: its master, which the service does not tell, is asked for."""
    event = jan.create(
        meeting("s", "2025-12-30T09:00:00", "2025-12-30T10:00:00", recurrence=daily(5))
    )

    items = client.calendar.changes(user, WINDOW, None).items

    assert (
        sorted(item.kind for item in items)
        == ["master", *["occurrence"] * 3][:1] + ["occurrence"] * 3
    )
    assert {item.content.subject for item in items} == {"s"}
    assert {item.uid for item in items} == {event.uid}


def test_days_of_series_stay_days(jan: GraphMailbox, user: Participant, client: GraphSide) -> None:
    """K-3: an all-day series in any zone has days, the original ones of its exceptions too."""
    given = meeting("s", "2026-03-28T00:00:00", "2026-03-29T00:00:00", WINDOWS_PRAGUE)
    event = jan.create(given | {"isAllDay": True, "recurrence": daily(3)})
    first = client.calendar.changes(user, WINDOW, None)
    name = next(item.id for item in first.items if item.original_start == date(2026, 3, 29))
    client.calendar.change(user, name, None, {"subject": "other"})

    items = client.calendar.changes(user, WINDOW, first.cursor).items

    days = [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]
    occurrences = [item for item in items if item.kind == "occurrence"]
    assert [item.original_start for item in occurrences] == days
    assert [item.content.start for item in occurrences] == days
    assert [item.content.end for item in occurrences] == [day + timedelta(days=1) for day in days]
    assert event.is_series


def test_an_occurrence_may_not_pass_its_neighbour(
    jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-3: the service's word for it is kept, so that the edit can be set back with a note."""
    jan.create(meeting("s", "2026-01-05T09:00:00", "2026-01-05T10:00:00", recurrence=daily(3)))
    items = client.calendar.changes(user, WINDOW, None).items
    first = next(item for item in items if item.original_start == at(1, 5, 9))

    with pytest.raises(ItemRefusedError) as refused:
        client.calendar.change(user, first.id, None, {"start": at(1, 7, 9), "end": at(1, 7, 10)})

    assert refused.value.code == "ErrorOccurrenceCrossingBoundary"


# Writing


def test_an_event_is_made_as_it_is_meant(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-2: busy, with tag and transaction id, without attendees; nobody gets a mail."""
    made = client.calendar.create(user, NewItem(LUNCH, tag="17", transaction_id="t-1"))
    shown = client.calendar.get(user, made.id)

    assert shown == made
    assert made.content == LUNCH
    assert (made.tag, made.transaction_id, made.own, made.attendees) == ("17", "t-1", True, ())
    stored = next(jan.living())
    assert stored.fields["showAs"] == "busy"
    assert stored.tags == {TAG_ID: "17"}
    assert graph.company.outbox.mails == []


def test_days_are_written_as_days(jan: GraphMailbox, user: Participant, client: GraphSide) -> None:
    """K-2: an all-day event is one in the company's own zone, over a change of clocks too."""
    days = ItemContent("Trip", "", date(2026, 3, 28), date(2026, 3, 31))

    made = client.calendar.create(user, NewItem(days))
    timed = client.calendar.change(
        user, made.id, made.version, {"start": at(3, 29, 1), "end": at(3, 29, 2)}
    )
    again = client.calendar.change(
        user, made.id, timed.version, {"start": date(2026, 3, 29), "end": date(2026, 3, 30)}
    )

    assert made.content == days
    assert not timed.content.all_day
    assert again.content.start == date(2026, 3, 29)
    assert next(jan.living()).fields["start"]["timeZone"] == WINDOWS_PRAGUE


def test_only_what_is_changed_is_sent(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-2: a change of the subject touches neither body nor times."""
    event = jan.create(meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00", "UTC", "x@y.cz"))
    item = client.calendar.changes(user, WINDOW, None).items[0]

    after = client.calendar.change(user, item.id, item.version, {"subject": "b"})
    private = client.calendar.change(user, item.id, after.version, {"private": True})

    bodies = [call.body for call in graph.company.calls if call.method == "PATCH"]
    kind = {"@odata.type": "#microsoft.graph.event"}
    assert bodies == [kind | {"subject": "b"}, kind | {"sensitivity": "private"}]
    assert (after.content.subject, private.content.private) == ("b", True)
    assert event.attendees == ["x@y.cz"]


def test_a_state_that_has_changed_is_not_overwritten(
    jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-6: a write for another state is refused; without a state it is done."""
    event = jan.create(meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    item = client.calendar.changes(user, WINDOW, None).items[0]
    jan.touch(event)

    with pytest.raises(ItemChangedError):
        client.calendar.change(user, item.id, item.version, {"subject": "b"})
    with pytest.raises(ItemChangedError):
        client.calendar.delete(user, item.id, item.version)

    assert client.calendar.change(user, item.id, None, {"subject": "b"}).content.subject == "b"


def test_a_known_transaction_is_told(
    jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-2: a second event for one transaction id is refused with the service's word for it."""
    new = NewItem(LUNCH, tag="17", transaction_id="t-1")
    first = client.calendar.create(user, new)

    with pytest.raises(ItemRefusedError) as refused:
        client.calendar.create(user, new)
    jan.refuse_repeated = False

    assert refused.value.code == "ErrorDuplicateTransactionId"
    assert client.calendar.create(user, new).id == first.id


# Finding


def test_events_are_found_by_tag(jan: GraphMailbox, user: Participant, client: GraphSide) -> None:
    """K-2: whose answer was lost is found by its tag, or by its transaction id at its time."""
    made = client.calendar.create(user, NewItem(LUNCH, tag="O'1", transaction_id="t-1"))
    jan.copy(next(jan.living()))

    tagged = client.calendar.tagged(user, "O'1")
    around = client.calendar.between(user, at(5, 4, 9), at(5, 4, 12))

    assert [item.tag for item in tagged] == ["O'1", "O'1"]
    assert tagged[0].id == made.id
    assert [(item.transaction_id, item.tag) for item in around] == [("t-1", "O'1"), (None, "O'1")]
    assert client.calendar.tags(user, WINDOW) == {item.id: "O'1" for item in tagged}
    assert client.calendar.tagged(user, "other") == []


def test_a_view_has_the_occurrences_of_series(
    jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-3: as occurrences of their series, with its iCalUId."""
    jan.occurrence_uids = "none"
    event = jan.create(
        meeting("s", "2026-01-05T09:00:00", "2026-01-05T10:00:00", recurrence=daily(3))
    )

    found = client.calendar.between(user, at(1, 6, 0), at(1, 7, 0))

    assert [(item.kind, item.uid, item.original_start) for item in found] == [
        ("occurrence", event.uid, at(1, 6, 9))
    ]


def test_an_event_whose_id_is_issued_anew_is_found_by_its_uid(
    jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-7: the old id is gone, but the event is not; also in another calendar of the user."""
    jan.calendars["other"] = "Other"
    event = jan.create(meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    before = client.calendar.changes(user, WINDOW, None)
    jan.reissue(event)

    with pytest.raises(ItemGoneError):
        client.calendar.get(user, before.items[0].id)
    found = client.calendar.with_uid(user, event.uid)
    jan.move(event, "other")
    elsewhere = client.calendar.with_uid(user, event.uid)

    assert [item.uid for item in found] == [event.uid]
    assert [item.id for item in elsewhere] == [item.id for item in found]
    assert client.calendar.changes(user, WINDOW, before.cursor).removed >= {before.items[0].id}


def test_an_event_is_in_the_calendar_elsewhere_or_nowhere(
    jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-7: an event that still answers from Deleted Items is in no calendar."""
    jan.calendars["other"] = "Other"
    jan.deleted_answer = True
    event = jan.create(meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    item = client.calendar.changes(user, WINDOW, None).items[0]
    places = [client.calendar.place(user, item)]
    jan.move(event, "other")
    places.append(client.calendar.place(user, client.calendar.get(user, item.id)))
    jan.delete(jan.mutable_id(event))
    places.append(client.calendar.place(user, client.calendar.get(user, item.id)))

    assert places == ["calendar", "elsewhere", "nowhere"]


def test_an_all_day_event_is_found_in_its_place(
    jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-7: the days of an all-day event are looked at in every zone."""
    given = meeting("a", "2026-05-04T00:00:00", "2026-05-05T00:00:00", WINDOWS_PRAGUE)
    jan.create(given | {"isAllDay": True})
    item = client.calendar.changes(user, WINDOW, None).items[0]

    assert client.calendar.place(user, item) == "calendar"


def test_ids_differ_by_their_case(jan: GraphMailbox, user: Participant, client: GraphSide) -> None:
    """K-2: two events whose ids differ in case alone are two."""
    for subject in ("a", "b"):
        jan.create(meeting(subject, "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    found = _by_subject(client.calendar.changes(user, WINDOW, None).items)

    assert found["a"].id != found["b"].id
    assert found["a"].id.lower() == found["b"].id.lower()
    assert client.calendar.get(user, found["b"].id).content.subject == "b"
