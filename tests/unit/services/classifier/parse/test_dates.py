"""The Date field as programs of all ages write it."""

import pytest

from services.classifier.parse.dates import read_date

NINE = "2026-11-16T09:00:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 16 Nov 2026 10:00:00 +0100",
        "Mon, 16 Nov 2026 10:00:00 +01:00",
        "Mon, 16 Nov 2026 10:00:00 GMT+01:00",
        "Mon, 16 Nov 2026 10:00:00 GMT+0100 (Central European Standard Time)",
        "Mon, 16 Nov 2026 10:00:00 UTC+1",
        "Mon, 16 Nov 2026 10:00:00 +0100 (GMT+02:00)",
        "Mon, 16 Nov 2026 10:00:00 +0100 CET",
        "Mon, 16 Nov 2026 10:00:00 CET",
        "Mon, 16 Nov 2026 10:00:00 MEZ",
        "Mon, 16 Nov 2026 10:00:00 SEČ",
        "Mon, 16 Nov 26 10:00 CET",
        "Mon, 16 Nov 2026 11:00:00 CEST",
        "Mon, 16 Nov 2026 11:00:00 SELČ",
        "Mon, 16 Nov 2026 04:00:00 EST",
        "Mon, 16 Nov 2026 05:00:00 --0400",
        "Mon, 16 Nov 2026 10:00:00 AM +0100",
        "Mon, 16 Nov 2026 09:00:00 Z",
        "Mon Nov 16 10:00:00 CET 2026",
        "Mon Nov 16 10:00:00 2026 +0100",
        "16 Nov 2026 10:00:00.123 +0100",
        "Mon, 16 Nov 2026 10:00:00 +0100 (unclosed",
        "2026-11-16T10:00:00+01:00",
        "2026-11-16T09:00:00Z",
    ],
)
def test_zones_are_read_in_every_way_of_writing(text: str) -> None:
    """H-10: an offset with a colon or a name means the same moment."""
    defects: list[str] = []
    moment = read_date([text.encode()], defects)

    assert moment is not None
    assert (moment.replace(microsecond=0).isoformat(), defects) == (NINE, [])


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("16 Nov 2026 07:30 PM +0100", 18),
        ("16 Nov 2026 12:30:00 PM +0100", 11),
        ("16 Nov 2026 12:30:00 a.m. +0000", 0),
        ("16 Nov 2026 13:30 PM +0000", 13),
    ],
)
def test_clocks_of_twelve_hours_are_read(text: str, hour: int) -> None:
    """H-10: morning is not evening."""
    moment = read_date([text.encode()], [])

    assert moment is not None
    assert (moment.hour, moment.minute) == (hour, 30)


@pytest.mark.parametrize("zone", ["XYZT", "Praha", ""])
def test_an_unknown_zone_is_taken_for_utc_and_named(zone: str) -> None:
    """H-10: the trace says that the time may be wrong by hours."""
    defects: list[str] = []
    moment = read_date([f"Mon, 16 Nov 2026 09:00:00 {zone}".encode()], defects)

    assert moment is not None
    assert (moment.isoformat(), defects) == (NINE, ["a date in an unknown time zone"])


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "Mon, 99 Nov 2026 10:00:00 +0100", "16 Nov 2026 99:00 +0100", "1 Jan 0001"],
)
def test_what_is_no_date_is_none(text: str) -> None:
    """H-10: then the time of receipt counts."""
    defects: list[str] = []

    assert read_date([text.encode()], defects) is None
    assert "no valid date" in defects
