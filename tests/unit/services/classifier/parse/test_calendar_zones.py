from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.calendar_builders import EASTERN, only

PRAGUE = ZoneInfo("Europe/Prague")


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Prague", "Europe/Prague"),
        ('"Europe/Prague"', "Europe/Prague"),
        ("europe/prague", "Europe/Prague"),
        ("/freeassociation.sourceforge.net/Europe/Prague", "Europe/Prague"),
        ("/mozilla.org/20050126_1/America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
        ("Central Europe Standard Time", "Europe/Budapest"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("(UTC+01:00) Praha", "Europe/Prague"),
        ('"(UTC+01:00) Belgrade, Bratislava, Budapest, Ljubljana, Prague"', "Europe/Belgrade"),
        ("(UTC+01:00) Amsterdam, Berlín, Bern, Řím, Stockholm, Vídeň", "Europe/Amsterdam"),
        ("(GMT-05.00) Eastern Time (US & Canada)", "America/New_York"),
        ("(GMT) Lisabon", "Europe/Lisbon"),
        ("CET", "CET"),
    ],
)
def test_zones_are_known_by_many_names(name: str, zone: str) -> None:
    """V2-2: IANA names, also behind a maker's prefix, Windows names, and display names."""
    event, defects = only(f"DTSTART;TZID={name}:20260710T090000")
    assert event.start == datetime(2026, 7, 10, 9, tzinfo=ZoneInfo(zone))
    assert defects == []


@pytest.mark.parametrize(
    "name",
    ["Somewhere", "(UTC+05:00) Praha", "(UTC+01:00) Nowhere", "", "../../etc/passwd", "UTC+99:00"],
)
def test_a_time_in_an_unknown_zone_floats(name: str) -> None:
    """V2-2, H-26: a zone that is not certain is none, and said to be so."""
    event, defects = only(f"DTSTART;TZID={name}:20261110T090000")
    assert event.start == datetime(2026, 11, 10, 9)  # noqa: DTZ001
    assert "an unknown time zone" in defects


def test_an_offset_as_a_name_is_an_offset() -> None:
    """V2-2: `UTC+01:00` says all there is to know."""
    event, _ = only("DTSTART;TZID=UTC+01:00:20261110T090000")
    assert event.start == datetime(2026, 11, 10, 8, tzinfo=UTC)


def test_a_zone_of_the_calendar_is_what_it_defines() -> None:
    """V2-2: at any hour a VTIMEZONE with the rules of New York gives the time of New York."""
    new_york = ZoneInfo("America/New_York")
    moment = datetime(2009, 1, 1, 0, 30)  # noqa: DTZ001
    for _ in range(150):
        moment += timedelta(days=37, hours=5)
        event, _ = only(f"DTSTART;TZID=Our Eastern:{moment:%Y%m%dT%H%M%S}", before=EASTERN)
        assert isinstance(event.start, datetime)
        assert event.start.utcoffset() == moment.replace(tzinfo=new_york).utcoffset()


@pytest.mark.parametrize(
    ("local", "offset"),
    [("20261101T013000", -4), ("20261101T030000", -5), ("20260308T033000", -4)],
)
def test_the_hours_of_a_change_are_told(local: str, offset: int) -> None:
    """V2-2: an hour that comes twice is its first, as RFC 5545 has it."""
    event, _ = only(f"DTSTART;TZID=Our Eastern:{local}", before=EASTERN)
    assert isinstance(event.start, datetime)
    assert event.start.utcoffset() == timedelta(hours=offset)


@pytest.mark.parametrize(
    ("rule", "offset"),
    [
        ("RRULE:FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU", 2),
        ("RRULE:FREQ=YEARLY;BYMONTH=6;BYDAY=SU;BYSETPOS=-1", 2),
        ("RRULE:FREQ=YEARLY;BYMONTH=6;BYDAY=-1SU;BYHOUR=2;BYMINUTE=0", 2),
        ("RRULE:FREQ=YEARLY;BYMONTH=6;BYDAY=1SU;UNTIL=20250101T000000Z", 2),
        ("RDATE:20260601T020000,20280601T020000", 2),
        ("X-NOTHING:1", 2),
        ("RRULE:FREQ=YEARLY;BYMONTH=8;BYDAY=1SU", 2),
        ("RRULE:FREQ=YEARLY", 2),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", 2),
        ("RDATE;VALUE=DATE:20260601", 2),
    ],
)
def test_onsets_are_told_by_rule_and_by_date(rule: str, offset: int) -> None:
    """V2-2: the forms of rules that Apple, Exchange and Lotus Notes write for zones."""
    zone = (
        "BEGIN:VTIMEZONE",
        "TZID:Ours",
        "BEGIN:DAYLIGHT",
        "DTSTART:20200601T020000",
        rule,
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
    )
    late, _ = only("DTSTART;TZID=Ours:20260710T090000", before=zone)
    early, _ = only("DTSTART;TZID=Ours:20190710T090000", before=zone)
    assert isinstance(late.start, datetime)
    assert isinstance(early.start, datetime)
    assert late.start.utcoffset() == timedelta(hours=offset)
    assert early.start.utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize("name", ["tzone://Microsoft/Utc", "UTC", '"GMT"'])
def test_names_of_utc_are_utc(name: str) -> None:
    """V2-2: UTC is UTC by all its names."""
    event, _ = only(f"DTSTART;TZID={name}:20261110T090000")
    assert event.start == datetime(2026, 11, 10, 9, tzinfo=UTC)


def test_a_custom_zone_of_outlook_is_what_it_defines() -> None:
    """V2-2: a name with a colon needs no quotes to be found."""
    zone = (EASTERN[0], "TZID:tzone://Microsoft/Custom", *EASTERN[2:])
    event, _ = only("DTSTART;TZID=tzone://Microsoft/Custom:20261110T090000", before=zone)
    assert event.start == datetime(2026, 11, 10, 14, tzinfo=UTC)


def test_a_zone_of_one_mail_is_unknown_to_the_next() -> None:
    """V2-2, H-26: nobody can define a zone for other people's mail."""
    only("DTSTART;TZID=Our Eastern:20261110T090000", before=EASTERN)
    event, _ = only("DTSTART;TZID=Our Eastern:20261110T090000")
    assert event.start == datetime(2026, 11, 10, 9)  # noqa: DTZ001


def test_a_known_zone_cannot_be_redefined() -> None:
    """V2-2, H-26: Europe/Prague is where it is, whatever a VTIMEZONE says."""
    liar = ("BEGIN:VTIMEZONE", "TZID:Europe/Prague", *EASTERN[2:])
    event, _ = only("DTSTART;TZID=Europe/Prague:20261110T090000", before=liar)
    assert event.start == datetime(2026, 11, 10, 9, tzinfo=PRAGUE)
