"""Builders for tests of calendar parts."""

from collections.abc import Sequence

from services.classifier.parse.calendar_lines import Budget
from services.classifier.parse.calendars import read_calendar
from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import CalendarEvent, ParsedMail

EASTERN = (
    "BEGIN:VTIMEZONE",
    "TZID:Our Eastern",
    "BEGIN:STANDARD",
    "DTSTART:20071104T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
    "TZOFFSETFROM:-0400",
    "TZOFFSETTO:-0500",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:20070311T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
    "TZOFFSETFROM:-0500",
    "TZOFFSETTO:-0400",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
)
"""A zone with the rules of New York under a name of its own."""


def an_event(*lines: str, uid: str = "porada-1@firma.cz") -> tuple[str, ...]:
    """Lines of a VEVENT."""
    return ("BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT")


def a_calendar(*lines: str, method: str | None = "REQUEST") -> bytes:
    """A calendar around `lines`."""
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", *([f"METHOD:{method}"] if method else []))
    return "\r\n".join((*head, *lines, "END:VCALENDAR", "")).encode()


def a_part(body: bytes, content_type: str = "text/calendar", *fields: str) -> bytes:
    """A part of a multipart."""
    head = "\r\n".join((f"Content-Type: {content_type}", *fields))
    return head.encode() + b"\r\n\r\n" + body


def parsed(*parts: bytes) -> ParsedMail:
    """A multipart mail of `parts`, parsed."""
    head = b'From: jan@firma.cz\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
    return parse_mail(
        head + b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--", "k"
    )


def read(
    data: bytes, charset: str | None = None, method: str | None = None
) -> tuple[list[CalendarEvent], list[str]]:
    """Events and defects of one calendar."""
    defects: list[str] = []
    return list(read_calendar(data, charset, method, Budget(), defects)), defects


def only(*lines: str, before: Sequence[str] = ()) -> tuple[CalendarEvent, list[str]]:
    """The one event with these lines."""
    events, defects = read(a_calendar(*before, *an_event(*lines)))
    assert len(events) == 1
    return events[0], defects
