"""The double of Microsoft Graph, asked by Microsoft's own client."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_type import EventType
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import (
    CalendarViewRequestBuilder,
)

from tests.graph_sdk import IMMUTABLE, Sdk, clock, preferring, refused, timed
from tests.servers.graph import faults
from tests.servers.graph.events import PRAGUE, daily, meeting, weekly
from tests.servers.graph.mailbox import GraphMailbox
from tests.servers.graph.server import GraphServer
from tests.servers.processes import wait_until

JAN = "jan@firma.cz"
YEAR = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")


@pytest.fixture
def jan(graph: GraphServer) -> GraphMailbox:
    """A mailbox."""
    return graph.company.add(JAN)


@pytest.fixture
def sdk(graph: GraphServer) -> Iterator[Sdk]:
    """A client with a token that is good."""
    with Sdk(graph, graph.tokens.give()) as client:
        yield client


def _removed(events: list[Event]) -> list[str | None]:
    return [each.id for each in events if "@removed" in each.additional_data]


def _made(sdk: Sdk, event: Event) -> Event:
    made = sdk.run(sdk.user(JAN).events.post(event))
    assert made is not None
    return made


def _lunch(**more: object) -> Event:
    return Event(
        subject="Lunch",
        start=timed("2026-05-04T12:00:00"),
        end=timed("2026-05-04T13:00:00"),
        **more,  # type: ignore[arg-type]
    )


# Accounts, tokens, mailboxes


def test_accounts_are_listed_page_by_page(graph: GraphServer, sdk: Sdk) -> None:
    """House: a list of users has pages; guests, disabled ones and proxy addresses are shown."""
    graph.company.accounts.page_size = 2
    graph.company.add(JAN, aliases=("j.novak@firma.cz",))
    graph.company.add("eva@firma.cz").account.enabled = False
    graph.company.add("host_jinde.cz#EXT#@firma.cz", mail="host@jinde.cz", guest=True)

    first = sdk.run(sdk.client.users.get())
    assert first is not None
    second = sdk.run(sdk.client.users.with_url(first.odata_next_link or "").get())

    assert second is not None
    users = [*(first.value or ()), *(second.value or ())]
    assert [user.account_enabled for user in users] == [True, False, True]
    assert [user.user_type for user in users] == ["Member", "Member", "Guest"]
    assert users[0].proxy_addresses == ["SMTP:jan@firma.cz", "smtp:j.novak@firma.cz"]


def test_an_account_made_anew_has_another_id(graph: GraphServer, sdk: Sdk) -> None:
    """House: object ids are never used twice, and an account that is gone answers 404."""
    former = graph.company.add(JAN).account
    graph.company.accounts.remove(former)
    again = graph.company.add(JAN).account

    assert again.id != former.id
    with refused(404, "Request_ResourceNotFound"):
        sdk.run(sdk.user(former.id).events.get())


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("unlicensed", 404, "MailboxNotEnabledForRESTAPI"), ("forbidden", 403, "ErrorAccessDenied")],
)
def test_a_mailbox_may_be_closed(
    jan: GraphMailbox, sdk: Sdk, state: str, status: int, code: str
) -> None:
    """House: without a licence a mailbox answers 404, with a policy against it 403."""
    jan.account.mailbox = state  # type: ignore[assignment]

    with refused(status, code):
        sdk.run(sdk.user(JAN).events.get())


@pytest.mark.usefixtures("jan")
def test_a_token_must_be_good_and_have_the_rights(graph: GraphServer, sdk: Sdk) -> None:
    """House: a revoked token is refused with 401, one without the right with 403."""
    graph.tokens.claims = {"roles": ["User.Read.All"]}
    with Sdk(graph, graph.tokens.give()) as other, refused(403, "ErrorAccessDenied"):
        other.run(other.user(JAN).events.get())

    graph.tokens.revoke_all()
    with refused(401, "InvalidAuthenticationToken"):
        sdk.run(sdk.user(JAN).events.get())


# Events


def test_the_service_writes_events_in_its_own_way(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: bodies are wrapped, what is missing gets defaults, location and locations agree."""
    del jan
    made = _made(sdk, _lunch())

    assert made.body is not None
    assert "<meta http-equiv=" in (made.body.content or "")
    assert (made.is_reminder_on, made.reminder_minutes_before_start) == (True, 15)
    assert made.show_as == "busy"
    assert made.is_organizer
    assert made.organizer is not None


def test_a_bodys_text_is_what_was_written(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: who asks for text gets the lines that were written, without the wrapping."""
    event = jan.create(
        meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00")
        | {"body": {"contentType": "text", "content": "Dear <all>,\nsee you."}}
    )
    asked = RequestConfiguration[Any](headers=preferring('outlook.body-content-type="text"'))

    shown = sdk.run(sdk.user(JAN).events.by_event_id(jan.mutable_id(event)).get(asked))

    assert shown is not None
    assert shown.body is not None
    assert shown.body.content == "Dear <all>,\r\nsee you."


def test_a_write_names_the_state_that_it_is_meant_for(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: If-Match with an old etag is refused, also after a change that means nothing."""
    event = jan.create(meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    name = jan.mutable_id(event)
    builder = sdk.user(JAN).events.by_event_id(name)
    seen = sdk.run(builder.get())
    assert seen is not None
    etag = HeadersCollection({"If-Match": seen.additional_data["@odata.etag"]})
    jan.touch(event)

    with refused(412, "ErrorIrresolvableConflict"):
        sdk.run(builder.patch(Event(subject="b"), RequestConfiguration(headers=etag)))
    with refused(412, "ErrorIrresolvableConflict"):
        sdk.run(builder.delete(RequestConfiguration(headers=etag)))
    assert event.fields["subject"] == "a"
    sdk.run(builder.patch(Event(subject="b")))
    assert event.fields["subject"] == "b"


def test_times_are_shown_in_the_zone_that_is_asked_for(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: a GET converts, a POST keeps the zone sent, a PATCH in UTC; both changes of clocks."""
    prefer = RequestConfiguration[Any](headers=preferring(f'outlook.timezone="{PRAGUE}"'))
    gap = _made(
        sdk,
        Event(start=timed("2026-03-29T02:30:00", PRAGUE), end=timed("2026-03-29T04:00:00", PRAGUE)),
    )
    fold = jan.create(meeting("f", "2026-10-25T02:30:00", "2026-10-25T03:30:00", PRAGUE))
    builder = sdk.user(JAN).events.by_event_id(gap.id or "")
    assert clock(gap.start) == ("2026-03-29T03:30:00", PRAGUE)

    in_utc, local = sdk.run(builder.get()), sdk.run(builder.get(prefer))
    patched = sdk.run(builder.patch(Event(subject="g"), prefer))
    shown = sdk.run(sdk.user(JAN).events.by_event_id(jan.mutable_id(fold)).get())

    assert in_utc is not None
    assert local is not None
    assert patched is not None
    assert shown is not None
    assert clock(in_utc.start) == clock(patched.start) == ("2026-03-29T01:30:00", "UTC")
    assert clock(local.start) == ("2026-03-29T03:30:00", PRAGUE)
    assert clock(shown.start) == ("2026-10-25T01:30:00", "UTC")


@pytest.mark.usefixtures("jan")
def test_an_all_day_event_is_a_day_in_every_zone(sdk: Sdk) -> None:
    """House: the midnights of an all-day event are not converted, and must be midnights."""
    made = _made(
        sdk,
        Event(
            start=timed("2026-03-29T00:00:00", PRAGUE),
            end=timed("2026-03-30T00:00:00", PRAGUE),
            is_all_day=True,
        ),
    )

    shown = sdk.run(sdk.user(JAN).events.by_event_id(made.id or "").get())

    assert shown is not None
    assert clock(shown.start) == ("2026-03-29T00:00:00", "UTC")
    assert clock(shown.end) == ("2026-03-30T00:00:00", "UTC")
    with refused(400, "ErrorPropertyValidationFailure"):
        _made(sdk, _lunch(is_all_day=True))


@pytest.mark.usefixtures("jan")
@pytest.mark.parametrize("zone", ["Europe/Prague", "Nowhere Standard Time"])
def test_not_every_zone_is_known(sdk: Sdk, zone: str) -> None:
    """House: names that Graph's documentation does not have are refused."""
    with refused(400, "TimeZoneNotSupportedException"):
        _made(
            sdk, Event(start=timed("2026-05-04T12:00:00", zone), end=timed("2026-05-04T13:00:00"))
        )


def test_ids_survive_a_move_if_that_is_asked_for(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: a move changes the mutable id alone; ids that differ in case are different events."""
    jan.calendars["private"] = "Private"
    one = jan.create(meeting("one", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    other = jan.create(meeting("other", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    forever = RequestConfiguration[Any](headers=preferring(IMMUTABLE))

    def both() -> dict[str | None, tuple[str, str]]:
        plain, kept = (sdk.run(sdk.user(JAN).calendar.events.get(each)) for each in (None, forever))
        assert plain is not None
        assert kept is not None
        pairs = zip(plain.value or (), kept.value or (), strict=True)
        return {a.subject: (a.id or "", b.id or "") for a, b in pairs}

    before = both()
    jan.move(one, "private")
    jan.move(one, "calendar")
    after = both()

    assert before["one"][0] != after["one"][0]
    assert before["one"][1] == after["one"][1]
    names = {one.stem, other.stem}
    assert len(names) == 1 + len({each.lower() for each in names})
    with refused(404, "ErrorItemNotFound"):
        sdk.run(sdk.user(JAN).events.by_event_id(before["one"][0]).get())


def test_a_transaction_id_makes_one_event(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: repeated, it is refused or answered with the first event, and refused for another."""
    first = _made(sdk, _lunch(transaction_id="t-1"))
    with refused(409, "ErrorDuplicateTransactionId"):
        _made(sdk, _lunch(transaction_id="t-1"))

    jan.refuse_repeated = False
    assert _made(sdk, _lunch(transaction_id="t-1")).id == first.id
    with refused(409, "ErrorDuplicateTransactionId"):
        _made(sdk, Event(subject="x", start=_lunch().start, end=_lunch().end, transaction_id="t-1"))
    assert len(list(jan.living())) == 1


def test_events_are_found_by_tag_and_uid(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: a tag's name counts with its case, its value without; a search may lag behind."""
    tag = "String {5f1f0c62-7f5d-4a53-9f0b-3d1f6a9f1c27} Name Tag"
    event = jan.create(
        meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00")
        | {"singleValueExtendedProperties": [{"id": tag, "value": "Ab'c"}]}
    )

    def found(wanted: str) -> int:
        builder = sdk.user(JAN).events
        query = builder.EventsRequestBuilderGetQueryParameters(filter=wanted)
        page = sdk.run(builder.get(RequestConfiguration(query_parameters=query)))
        assert page is not None
        return len(page.value or ())

    def tagged(name: str, value: str) -> str:
        return f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq '{value}')"

    assert found(tagged(tag, "aB''C")) == 1
    assert found(tagged(tag.upper(), "Ab''c")) == 0
    assert found(f"iCalUId eq '{event.uid}'") == 1
    jan.search_lags = True
    copy = jan.copy(event)
    assert copy.uid != event.uid
    assert found(tagged(tag, "Ab''c")) == 1
    jan.reveal()
    assert found(tagged(tag, "Ab''c")) == 2


# Mails to attendees


def test_every_mail_to_attendees_is_noted(graph: GraphServer, jan: GraphMailbox) -> None:
    """House: invitations, updates and cancellations are counted, and copies made and called off."""
    eva = graph.company.add("eva@firma.cz")
    event = jan.create(
        meeting("a", "2020-05-04T12:00:00", "2020-05-04T13:00:00", "UTC", "eva@firma.cz", "x@y.cz")
    )
    name = jan.mutable_id(event)

    jan.patch(name, {"subject": "b"})
    jan.patch(name, {"attendees": [{"emailAddress": {"address": "eva@firma.cz"}}]})
    jan.patch(name, {"isReminderOn": False})
    copy = eva.of_uid(event.uid)
    jan.delete(name)

    assert [(mail.kind, mail.to) for mail in graph.company.outbox.mails] == [
        ("invitation", "eva@firma.cz"),
        ("invitation", "x@y.cz"),
        ("update", "eva@firma.cz"),
        ("update", "x@y.cz"),
        ("cancellation", "x@y.cz"),
        ("cancellation", "eva@firma.cz"),
    ]
    assert copy is not None
    assert (copy.fields["subject"], copy.fields["isCancelled"]) == ("b", True)
    assert not eva.owns(copy)


def test_the_number_of_attendees_is_limited(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: 500 attendees are the most."""
    many = meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00", "UTC", *["x@y.cz"] * 500)
    event = jan.create(many)

    with refused(400, "ErrorExceededMaxRecipientLimit"):
        builder = sdk.user(JAN).events.by_event_id(jan.mutable_id(event))
        known = sdk.run(builder.get())
        assert known is not None
        sdk.run(builder.patch(Event(attendees=[*(known.attendees or ()), known.attendees[0]])))  # type: ignore[index]


def test_an_online_meeting_needs_its_block(jan: GraphMailbox) -> None:
    """House: a body written without the block for joining ends the online meeting."""
    event = jan.create(
        meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00", isOnlineMeeting=True)
    )
    assert "meetup-join" in event.fields["body"]
    jan.patch(jan.mutable_id(event), {"isOnlineMeeting": False})
    assert event.fields["isOnlineMeeting"]

    jan.patch(jan.mutable_id(event), {"body": {"contentType": "text", "content": "mine"}})

    assert not event.fields["isOnlineMeeting"]


# Series


@pytest.mark.parametrize(
    ("pattern", "days"),
    [
        ({"type": "daily", "interval": 2}, ["01-30", "02-01", "02-03"]),
        (
            {"type": "weekly", "interval": 1, "daysOfWeek": ["monday", "friday"]},
            ["01-30", "02-02", "02-06"],
        ),
        ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}, ["01-31", "02-28", "03-31"]),
        (
            {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["friday"], "index": "last"},
            ["01-30", "02-27", "03-27"],
        ),
        (
            {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 1, "month": 3},
            ["03-01"],
        ),
    ],
)
def test_series_have_the_dates_of_their_pattern(
    jan: GraphMailbox, sdk: Sdk, pattern: dict[str, object], days: list[str]
) -> None:
    """House: every pattern of Graph, the ends of short months among them."""
    recurrence = {
        "pattern": pattern,
        "range": {"type": "numbered", "numberOfOccurrences": 3},
    }
    jan.create(meeting("s", "2026-01-30T09:00:00", "2026-01-30T10:00:00", recurrence=recurrence))
    query = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(
        start_date_time=YEAR[0], end_date_time=YEAR[1]
    )

    page = sdk.run(sdk.user(JAN).calendar_view.get(RequestConfiguration(query_parameters=query)))

    assert page is not None
    starts = [each.start.date_time or "" for each in page.value or () if each.start]
    assert [start[5:10] for start in starts] == days


def test_a_series_for_ever_has_an_end(
    jan: GraphMailbox, sdk: Sdk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """House: what the double looks at is bounded, however long the window is."""
    monkeypatch.setattr("tests.servers.graph.recurrence.MOST", 60)
    jan.create(
        meeting("s", "2026-01-05T09:00:00", "2026-01-05T10:00:00", recurrence=weekly("monday"))
    )

    events, _ = sdk.round(JAN, YEAR[0], "2999-01-01T00:00:00Z")

    assert len(events) == 1 + 60


def test_an_occurrence_can_be_changed_but_not_cross_another(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: a changed occurrence is an exception with its original start; none may be passed."""
    jan.create(meeting("s", "2026-01-05T09:00:00", "2026-01-05T10:00:00", recurrence=daily(3)))
    events, _ = sdk.round(JAN, *YEAR)
    second = sdk.user(JAN).events.by_event_id(events[2].id or "")

    with refused(400, "ErrorOccurrenceCrossingBoundary"):
        sdk.run(
            second.patch(
                Event(start=timed("2026-01-07T11:00:00"), end=timed("2026-01-07T12:00:00"))
            )
        )
    moved = sdk.run(
        second.patch(Event(start=timed("2026-01-06T11:00:00"), end=timed("2026-01-06T12:00:00")))
    )

    assert moved is not None
    assert moved.type == EventType.Exception
    assert moved.original_start == datetime(2026, 1, 6, 9, tzinfo=UTC)
    assert moved.id == events[2].id


# Delta


def test_a_round_shows_masters_whole_and_occurrences_bare(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: occurrences have their times alone, exceptions everything."""
    event = jan.create(
        meeting("s", "2026-01-05T09:00:00", "2026-01-05T10:00:00", recurrence=daily(3))
    )
    jan.patch(f"{jan.mutable_id(event)[:-1]}_MjAyNi0wMS0wNg==", {"subject": "other"})

    events, _ = sdk.round(JAN, *YEAR)

    assert [each.type for each in events] == [
        EventType.SeriesMaster,
        EventType.Occurrence,
        EventType.Exception,
        EventType.Occurrence,
    ]
    assert [each.subject for each in events] == ["s", None, "other", None]


def test_the_window_is_frozen_in_the_token(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: what changes outside of it is called removed, also if it was never told."""
    inside = jan.create(meeting("in", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    _, link = sdk.round(JAN, *YEAR)
    outside = jan.create(meeting("out", "2029-05-04T12:00:00", "2029-05-04T13:00:00"))
    jan.patch(
        jan.mutable_id(inside),
        meeting("in", "2028-05-04T12:00:00", "2028-05-04T13:00:00"),
    )

    events, _ = sdk.follow(JAN, link)

    assert set(_removed(events)) == {jan.mutable_id(inside), jan.mutable_id(outside)}


def test_a_series_begun_before_comes_without_its_master(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: only the occurrences in the window are told."""
    jan.create(meeting("s", "2025-12-30T09:00:00", "2025-12-30T10:00:00", recurrence=daily(4)))

    events, _ = sdk.round(JAN, *YEAR)

    assert [each.type for each in events] == [EventType.Occurrence] * 2


def test_an_occurrence_taken_out_has_no_tombstone(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: the whole series is told again; of a deleted series only the master is removed."""
    event = jan.create(
        meeting("s", "2026-01-05T09:00:00", "2026-01-05T10:00:00", recurrence=daily(3))
    )
    events, link = sdk.round(JAN, *YEAR)
    jan.delete(events[2].id or "")
    again, link = sdk.follow(JAN, link)
    jan.delete(jan.mutable_id(event))
    gone, _ = sdk.follow(JAN, link)

    assert [each.id for each in again] == [events[0].id, events[1].id, events[3].id]
    assert [each.id for each in gone] == _removed(gone) == [events[0].id]


def test_a_moved_series_has_new_occurrences(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: their ids are made of dates, and the former ones get no tombstone."""
    event = jan.create(
        meeting("s", "2026-01-05T09:00:00", "2026-01-05T10:00:00", recurrence=daily(2))
    )
    before, link = sdk.round(JAN, *YEAR)
    jan.patch(jan.mutable_id(event), meeting("s", "2026-02-05T09:00:00", "2026-02-05T10:00:00"))

    after, _ = sdk.follow(JAN, link)

    assert _removed(after) == []
    assert {each.id for each in before} & {each.id for each in after} == {before[0].id}


def test_pages_may_be_small_empty_doubled_and_backwards(
    graph: GraphServer, jan: GraphMailbox, sdk: Sdk
) -> None:
    """House: a series stays together whatever the page size; empty pages and duplicates occur."""
    for number in range(3):
        jan.create(meeting(f"{number}", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    jan.create(meeting("s", "2026-01-05T09:00:00", "2026-01-05T10:00:00", recurrence=daily(5)))
    habits = graph.company.delta.habits
    habits.backwards = habits.empty_pages = habits.duplicates = True

    events, _ = sdk.round(JAN, *YEAR, "odata.maxpagesize=2")

    subjects = [each.subject for each in events if each.type != EventType.Occurrence]
    assert subjects == ["s", "2", "1", "s", "0", "2", "1", "0"]
    calls = [call for call in graph.company.calls if "delta" in call.where]
    assert len(calls) == 8


def test_changes_may_be_told_late_or_again(graph: GraphServer, jan: GraphMailbox, sdk: Sdk) -> None:
    """House: what was late comes in a later round; a round may repeat the one before."""
    _, link = sdk.round(JAN, *YEAR)
    jan.changes_are_late = True
    jan.create(meeting("late", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    nothing, link = sdk.follow(JAN, link)
    jan.reveal()
    late, link = sdk.follow(JAN, link)
    graph.company.delta.habits.replays = True
    again, _ = sdk.follow(JAN, link)

    assert nothing == []
    assert [each.subject for each in late] == [each.subject for each in again] == ["late"]


@pytest.mark.parametrize("location", [True, False])
def test_tokens_are_lost_at_the_start_and_in_the_middle(
    graph: GraphServer, jan: GraphMailbox, sdk: Sdk, *, location: bool
) -> None:
    """House: 410, with a place to begin anew or without; a token of another shape is 400."""
    delta = graph.company.delta
    delta.lost_location = location
    for number in range(3):
        jan.create(meeting(f"{number}", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    _, link = sdk.round(JAN, *YEAR)

    delta.lose_at_page = 1
    with refused(410, "SyncStateNotFound"):
        sdk.round(JAN, *YEAR, "odata.maxpagesize=1")
    with refused(400, "InvalidDeltaToken"):
        sdk.follow(JAN, link.replace("deltatoken", "skiptoken"))
    delta.lose_tokens()
    with refused(410, "SyncStateNotFound") as caught:
        sdk.follow(JAN, link)
    headers = caught[0].response_headers or {}
    assert ("location" in {name.lower() for name in headers}) is location


def test_both_forms_of_the_address_work(graph: GraphServer, jan: GraphMailbox) -> None:
    """House: `delta` and `delta()` are one; parameters that delta does not know are refused."""
    del jan
    headers = {"Authorization": f"Bearer {graph.tokens.give()}"}
    query = {"startDateTime": YEAR[0], "endDateTime": YEAR[1]}
    with httpx.Client(base_url=graph.url, headers=headers, verify=_trust(graph)) as client:
        for form in ("delta", "delta()"):
            assert client.get(f"/users/{JAN}/calendarView/{form}", params=query).is_success
        with_filter = {**query, "$filter": "subject eq 'a'"}
        assert client.get(f"/users/{JAN}/calendarView/delta", params=with_filter).status_code == 400
        with_expand = {**query, "$expand": "extensions"}
        assert client.get(f"/users/{JAN}/calendarView/delta", params=with_expand).status_code == 500


# Faults


def test_a_write_may_happen_without_an_answer(
    graph: GraphServer, jan: GraphMailbox, sdk: Sdk
) -> None:
    """House: the connection is cut after the effect, or before it."""
    graph.company.faults.add(faults.lost_answer(), method="POST")
    with pytest.raises(httpx.TransportError):
        _made(sdk, _lunch())
    assert len(list(jan.living())) == 1

    graph.company.faults.add(faults.reset(), method="POST")
    with pytest.raises(httpx.TransportError):
        _made(sdk, _lunch())
    assert len(list(jan.living())) == 1


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_throttling_asks_to_wait(
    graph: GraphServer, jan: GraphMailbox, sdk: Sdk, form: str
) -> None:
    """House: as seconds or as a date; the client gives up where it is long."""
    del jan
    then = datetime.now(UTC) + timedelta(hours=1)
    wait = 3600.0 if form == "seconds" else then
    graph.company.faults.add(faults.throttled(wait))

    with refused(429, "ApplicationThrottled") as caught:
        sdk.run(sdk.user(JAN).events.get())

    written = (caught[0].response_headers or {})["retry-after"]
    assert written == ("3600" if form == "seconds" else format_datetime(then, usegmt=True))


@pytest.mark.parametrize("status", [500, 502])
def test_the_server_may_be_in_trouble(
    graph: GraphServer, jan: GraphMailbox, sdk: Sdk, status: int
) -> None:
    """House: a fault happens as often as it was switched on for, to the requests it concerns."""
    del jan
    graph.company.faults.add(faults.status(status), path="/events$", times=2)

    for _ in range(2):
        with pytest.raises(ODataError):
            sdk.run(sdk.user(JAN).events.get())
    assert sdk.run(sdk.user(JAN).calendars.get()) is not None
    assert sdk.run(sdk.user(JAN).events.get()) is not None


def test_four_requests_are_the_most(graph: GraphServer, jan: GraphMailbox) -> None:
    """House: the fifth at one time is throttled at once."""
    del jan
    gate = threading.Event()
    graph.company.faults.add(faults.held(gate), times=4)
    headers = {"Authorization": f"Bearer {graph.tokens.give()}"}

    def ask() -> None:
        httpx.get(f"{graph.url}/users/{JAN}/events", headers=headers, verify=_trust(graph))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_until(lambda: graph.in_flight == 4, "four requests in flight")
    fifth = httpx.get(f"{graph.url}/users/{JAN}/events", headers=headers, verify=_trust(graph))
    gate.set()
    for thread in threads:
        thread.join()

    assert fifth.status_code == 429
    assert "MailboxConcurrency" in fifth.text
    assert graph.peak == 5
    assert [call.status for call in graph.company.calls] == [429, 200, 200, 200, 200]


def test_a_request_that_outlives_its_test_is_none_of_the_next(
    graph: GraphServer, jan: GraphMailbox
) -> None:
    """House: it is done and counted in the company that it was for."""
    del jan
    before, gate = graph.company, threading.Event()
    before.faults.add(faults.held(gate))
    headers = {"Authorization": f"Bearer {graph.tokens.give()}"}
    where = f"{graph.url}/users/{JAN}/events"
    late = threading.Thread(
        target=httpx.get, args=[where], kwargs={"headers": headers, "verify": _trust(graph)}
    )
    late.start()
    wait_until(lambda: graph.in_flight == 1, "a request in flight")

    graph.reset()
    gate.set()
    late.join()

    assert [call.status for call in before.calls] == [200]
    assert graph.company.calls == []


def test_a_batch_has_an_answer_for_each(graph: GraphServer, jan: GraphMailbox) -> None:
    """House: in another order than asked; what depends on a failure is not done."""
    requests = [
        {"id": "1", "method": "GET", "url": f"/users/{JAN}/events/none"},
        {
            "id": "2",
            "method": "POST",
            "url": f"/users/{JAN}/events",
            "body": meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00"),
            "dependsOn": ["1"],
        },
        {"id": "3", "method": "GET", "url": f"/users/{JAN}/events"},
    ]
    headers = {"Authorization": f"Bearer {graph.tokens.give()}"}

    with httpx.Client(headers=headers, verify=_trust(graph)) as client:
        answer = client.post(f"{graph.url}/$batch", json={"requests": requests}).json()
        many = client.post(f"{graph.url}/$batch", json={"requests": requests * 7})

    found = [(each["id"], each["status"]) for each in answer["responses"]]
    assert found == [("3", 200), ("2", 424), ("1", 404)]
    assert many.status_code == 400
    assert list(jan.living()) == []


def test_deleted_events_may_still_answer(jan: GraphMailbox, sdk: Sdk) -> None:
    """House: from Deleted Items, by their immutable id, in no calendar; ids may be issued anew."""
    event = jan.create(meeting("a", "2026-05-04T12:00:00", "2026-05-04T13:00:00"))
    wish = preferring(IMMUTABLE)
    events = sdk.run(sdk.user(JAN).events.get(RequestConfiguration(headers=wish)))
    assert events is not None
    name = (events.value or [])[0].id or ""
    jan.deleted_answer = True
    jan.delete(name)

    assert sdk.run(sdk.user(JAN).events.by_event_id(name).get()) is not None
    with refused(404, "ErrorItemNotFound"):
        sdk.run(sdk.user(JAN).events.by_event_id(name).calendar.get())
    jan.restore(event)
    jan.reissue(event)
    jan.deleted_answer = False
    with refused(404, "ErrorItemNotFound"):
        sdk.run(sdk.user(JAN).events.by_event_id(name).get())
    assert [each.uid for each in jan.living()] == [event.uid]


def test_links_may_lead_elsewhere(graph: GraphServer, jan: GraphMailbox, sdk: Sdk) -> None:
    """House: on request, links in answers name another host."""
    jan.create(meeting("s", "2026-01-05T09:00:00", "2026-01-05T10:00:00"))
    graph.company.link_root = "https://evil.example/v1.0"

    _, link = sdk.round(JAN, *YEAR)

    assert link.startswith("https://evil.example/v1.0/users/")


def test_the_dates_of_a_series_are_days(jan: GraphMailbox) -> None:
    """House: a series keeps its wall clock over a change of clocks."""
    event = jan.create(
        meeting("s", "2026-03-28T09:00:00", "2026-03-28T10:00:00", PRAGUE, recurrence=daily(2))
    )

    assert event.dates(date(2026, 4, 30)) == [date(2026, 3, 28), date(2026, 3, 29)]


def _trust(graph: GraphServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=graph.ca_file)
