import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.calendar_builders import EASTERN, a_calendar, a_part, an_event, only, parsed, read

HANG_SECONDS = 20
"""Far above what any of these costs: only a computation that never ends is to fail."""


@pytest.fixture
def hang_guard() -> Iterator[None]:
    """Fails what takes endlessly much CPU."""
    begin = time.process_time()
    yield
    assert time.process_time() - begin < HANG_SECONDS


@pytest.mark.usefixtures("hang_guard")
def test_events_of_a_mail_are_counted() -> None:
    """H-26: of 900 events 200 are read; of 5,000 components 1,000."""
    first, second = (
        a_calendar(*(line for number in numbers for line in an_event(uid=f"u{number}")))
        for numbers in (range(900), range(5000))
    )
    few = parsed(a_part(first))
    assert len(few.events) == 200
    assert "calendar events beyond the limit" in few.defects
    events, defects = read(second)
    assert len(events) == 999
    assert "calendar components beyond the limit" in defects


@pytest.mark.usefixtures("hang_guard")
def test_lines_of_a_mail_are_counted() -> None:
    """H-26: all lines count, also those that nobody reads."""
    calendar = a_calendar(*an_event(*(["X-A:1"] * 15_000)), *an_event("SUMMARY:Z", uid="2"))
    mail = parsed(a_part(calendar), a_part(calendar.replace(b"UID:2", b"UID:3")))
    assert [event.uid for event in mail.events] == ["porada-1@firma.cz", "2"]
    assert "calendar lines beyond the limit" in mail.defects


@pytest.mark.usefixtures("hang_guard")
def test_the_size_of_calendars_is_bounded() -> None:
    """H-26: one part has at most 1 MB, all together 2 MB."""
    big = a_calendar(*an_event("DESCRIPTION:" + 1_500_000 * "x", "SUMMARY:behind"))
    small = a_calendar(*an_event(uid="small"))
    mail = parsed(a_part(big), a_part(big), a_part(small))
    assert [event.uid for event in mail.events] == ["porada-1@firma.cz"]
    assert mail.events[0].summary == ""
    assert {"a calendar beyond the limit", "calendars beyond the limit"} <= set(mail.defects)


@pytest.mark.usefixtures("hang_guard")
def test_a_giant_property_that_nobody_reads_costs_nothing() -> None:
    """H-26: DESCRIPTION and ATTACH are passed over, whatever their size."""
    lines = ("DESCRIPTION:" + 400_000 * "x", "ATTACH;VALUE=BINARY:" + 400_000 * "A")
    event, defects = only(*lines, "SUMMARY:behind")
    assert event.summary == "behind"
    assert defects == []


@pytest.mark.usefixtures("hang_guard")
def test_a_giant_property_that_is_read_is_cut() -> None:
    """H-26: no line is longer than 10,000 characters for its reader."""
    event, defects = only("SUMMARY:" + 500_000 * "x", "RRULE:" + 100_000 * "y")
    assert len(event.summary) == 1000
    assert event.rule == 500 * "y"
    assert "a calendar line beyond the limit" in defects


@pytest.mark.usefixtures("hang_guard")
def test_nesting_is_bounded() -> None:
    """H-26: components inside components are followed to the tenth."""
    nested = ["BEGIN:X-A"] * 900
    events, defects = read(a_calendar(*an_event(), *nested, *["END:X-B"] * 9000))
    assert len(events) == 1
    assert "calendar components nested beyond the limit" in defects


@pytest.mark.parametrize(
    "piece",
    [
        b"\n", b"\r", b"\n ", b"\n\n ", b"A:\n", b"BEGIN:VEVENT\n", b"END:VEVENT\n",
        b'ATTENDEE;A="',
        b";A=", b'"', b"ATTENDEE;CN=mailto:", b';A="x"', b"\xff", b"\x00", b"=3D", b":", b" ",
        b"BEGIN:VEVENT\nUID:1\nSEQUENCE:" + b"0" * 9_900 + b"x\nEND:VEVENT\n",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("hang_guard")
def test_a_megabyte_of_anything_is_read_in_linear_time(piece: bytes) -> None:
    """H-26: no piece, however often it comes, makes the reader slow."""
    filling = piece * (900_000 // len(piece))
    for before in (b"", b"BEGIN:VEVENT\nUID:1\nATTENDEE", b"BEGIN:VEVENT\nUID:1\nDTSTART;TZID="):
        assert isinstance(read(before + filling, method="REQUEST"), tuple)


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=YEARLY;BYDAY=SU",
        "RRULE:FREQ=YEARLY;COUNT=1000000000",
        "RRULE:FREQ=YEARLY;INTERVAL=0",
        "RRULE:nonsense",
        "RRULE:FREQ=YEARLY;BYMONTH=99",
        "RRULE:FREQ=YEARLY;BYMONTHDAY=x",
        "RRULE:FREQ=YEARLY;BYMONTHDAY=1,2,3,4,5,6,7,8;BYDAY=SU",
        "RDATE:" + ",".join(["20200101T000000"] * 600),
        "TZOFFSETTO:+9999",
        "TZOFFSETTO:soon",
        "DTSTART:never",
    ],
)
@pytest.mark.usefixtures("hang_guard")
def test_rules_of_a_zone_are_never_expanded(rule: str) -> None:
    """H-26: a zone with a rule that zones do not have is unknown."""
    zone = [line for line in EASTERN if not line.startswith(rule.partition(":")[0])]
    zone.insert(3, rule)
    event, defects = only("DTSTART;TZID=Our Eastern:20261110T090000", before=zone)
    assert event.start == datetime(2026, 11, 10, 9)  # noqa: DTZ001
    assert "VTIMEZONE cannot be read: ValueError" in defects


@pytest.mark.usefixtures("hang_guard")
def test_a_zone_with_too_many_observances_is_unknown() -> None:
    """H-26: a zone has at most 100 observances."""
    zone = (*EASTERN[:2], *(EASTERN[2:8] * 101), EASTERN[-1])
    event, defects = only("DTSTART;TZID=Our Eastern:20261110T090000", before=zone)
    assert event.start == datetime(2026, 11, 10, 9)  # noqa: DTZ001
    assert "VTIMEZONE cannot be read: ValueError" in defects
