import base64
import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.calsync.calendars.graph import times
from services.calsync.calendars.graph.access import GraphAccess, graph_url, origin_of
from services.calsync.calendars.graph.answers import EventPage, GraphEvent, GraphTime, read
from services.calsync.calendars.graph.items import item_of
from services.calsync.calendars.graph.rights import rights_in
from services.calsync.calendars.graph.rounds import Told
from services.calsync.calendars.graph.texts import without_meeting_block

PRAGUE = ZoneInfo("Europe/Prague")
RULE = "_" * 80


def _moment(clock: str, zone: str = "UTC") -> GraphTime:
    return GraphTime.model_validate({"dateTime": clock, "timeZone": zone})


@pytest.mark.parametrize(
    ("clock", "zone", "instant"),
    [
        ("2026-05-04T12:00:00.0000000", "UTC", "2026-05-04T12:00"),
        ("2026-05-04T12:00:59", "Central Europe Standard Time", "2026-05-04T10:00"),
        ("2026-03-29T02:30:00", "Europe/Prague", "2026-03-29T01:30"),
        ("2026-10-25T02:30:00", "Europe/Prague", "2026-10-25T01:30"),
    ],
)
def test_a_wall_clock_is_an_instant(clock: str, zone: str, instant: str) -> None:
    """K-6: whatever zone it is in, seconds are cut."""
    found = times.time_of(_moment(clock, zone), all_day=False)

    assert found.isoformat() == f"{instant}:00+00:00"


@pytest.mark.parametrize("clock", ["2026-03-29T00:00:00", "2026-03-28T23:00:00.0000000"])
def test_a_day_is_a_day_also_where_it_was_converted(clock: str) -> None:
    """K-6: midnight, or what is left of it after a conversion, is the day that is meant."""
    assert times.time_of(_moment(clock), all_day=True) == date(2026, 3, 29)


@pytest.mark.parametrize("zone", ["tzone://Microsoft/Custom", "", "/etc/passwd"])
def test_a_zone_that_nobody_knows_is_told(zone: str) -> None:
    """K-6: an hour is never guessed."""
    with pytest.raises(ValueError):
        times.time_of(_moment("2026-05-04T12:00:00", zone), all_day=False)


def test_times_are_written_without_doubt() -> None:
    """K-6: both instants of the hour that comes twice can be written; days in the own zone."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert times.written(first, PRAGUE) == ("2026-10-25T00:30:00", "UTC")
    assert times.written(date(2026, 10, 25), PRAGUE) == (
        "2026-10-25T00:00:00",
        "Central Europe Standard Time",
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mine", "mine"),
        (f"mine\n{RULE}\nJoin\n{RULE}\nbelow", "mine\nbelow"),
        (f"mine\n{RULE}\nJoin", "mine"),
        (f"a\n{RULE}\nb\n{RULE}\nJoin\n{RULE}", f"a\n{RULE}\nb"),
    ],
)
def test_the_block_for_joining_is_no_text(text: str, left: str) -> None:
    """K-2: what people wrote around it stays."""
    assert without_meeting_block(text) == left


def test_the_rights_of_a_token_are_read_without_trust() -> None:
    """K-1: a token that says nothing, or is none, has no rights that we know of."""
    claims = base64.urlsafe_b64encode(json.dumps({"roles": ["A", "B"]}).encode()).decode()

    assert rights_in(f"x.{claims.rstrip('=')}.y") == frozenset({"A", "B"})
    for wrong in ("", "opaque", "a.b.c", "a.!.c", f"x.{claims[:-9]}.y"):
        assert rights_in(wrong) is None


@pytest.mark.parametrize(
    ("url", "scope"),
    [
        ("", "https://graph.microsoft.com/.default"),
        ("https://graph.microsoft.us", "https://graph.microsoft.us/.default"),
        ("https://localhost:8443/v1.0", "https://graph.microsoft.com/.default"),
    ],
)
def test_a_national_cloud_has_tokens_of_its_own(url: str, scope: str) -> None:
    """K-1: everywhere else, also at a test server, they are for the world-wide service."""
    access = GraphAccess(graph_url(url), None, 4, PRAGUE)

    assert access.scope == scope
    assert access.url.endswith("/v1.0")


@pytest.mark.parametrize(
    "link",
    [
        "https://graph.microsoft.com.evil.example/v1.0/x",
        "https://graph.microsoft.com@evil.example/v1.0/x",
        "https://evil.example/https://graph.microsoft.com/v1.0",
        "http://graph.microsoft.com/v1.0/x",
        "https://graph.microsoft.com:444/v1.0/x",
        "//graph.microsoft.com/v1.0",
        "https://[graph/v1.0",
    ],
)
def test_what_looks_like_the_host_is_not_it(link: str) -> None:
    """H-31: scheme, host and port are compared, not beginnings of texts."""
    assert origin_of(link) != origin_of(graph_url(""))
    assert origin_of("https://GRAPH.microsoft.com/v1.0/x?$deltatoken=1") == origin_of(graph_url(""))


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[]",
        b'{"value": null}',
        b'{"value": [{"id": ""}]}',
        b'{"value": [{"id": "x", "start": "now"}]}',
        b"[" * 100_000,
        b'["\\ud800",' + b"[" * 100_000,
    ],
)
def test_an_answer_of_another_shape_is_none(sent: bytes) -> None:
    """K-7: it says so at once, whatever it is."""
    with pytest.raises(ValueError):
        read(sent, EventPage)


def test_of_several_states_the_newest_counts() -> None:
    """K-2: pages may tell an event again in an older state, or what was removed before."""

    def state(subject: str, minute: int) -> GraphEvent:
        modified = f"2026-05-04T12:{minute:02}:00Z"
        return GraphEvent.model_validate(
            {"id": "x", "subject": subject, "lastModifiedDateTime": modified}
        )

    told = Told()
    told.take([state("new", 2), state("old", 1), GraphEvent.model_validate({"id": "y"})])
    told.take([GraphEvent.model_validate({"id": "y", "@removed": {"reason": "deleted"}})])

    assert [event.subject for event in told.events.values()] == ["new"]
    assert told.removed == {"y"}
    told.take([GraphEvent.model_validate({"id": "y"})])
    assert told.removed == set()


def test_what_graph_leaves_out_is_left_out() -> None:
    """K-2: nulls, unknown properties and halves of characters are taken as they come."""
    sent = rb"""{"value": [{"id": "x", "subject": "a\ud83d\ude00\ud800", "type": "singleInstance",
        "start": {"dateTime": "2026-05-04T12:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-05-04T12:00:00.0000000", "timeZone": "UTC"},
        "body": null, "organizer": null, "attendees": null, "location": null, "new": {"a": 1}}]}"""

    item = item_of(read(sent, EventPage).value[0], str.upper)

    assert item.content.subject.startswith("a\U0001f600")
    assert item.content.text == ""
    assert item.content.end > item.content.start
