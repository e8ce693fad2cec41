from hypothesis import example, given
from hypothesis import strategies as st

from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import CalendarEvent

PIECES = st.sampled_from(
    [
        b"\n", b"\r\n", b"\r", b"\n ", b";", b":", b"=", b'"', b",", b"%", b"@", b"\\n", b"=3D",
        b"BEGIN:VCALENDAR\n", b"END:VCALENDAR\n", b"BEGIN:VEVENT\n", b"END:VEVENT\n",
        b"BEGIN:VTIMEZONE\n", b"END:VTIMEZONE\n", b"TZID:Y\n", b"BEGIN:STANDARD\n",
        b"END:STANDARD\n", b"TZOFFSETFROM:+0100\n", b"TZOFFSETTO:-0200\n", b"METHOD:REQUEST\n",
        b"UID:1\n", b"UID:2\n", b"SEQUENCE:", b"DTSTART:", b"DTSTART;TZID=Y:", b"DTEND;VALUE=DATE:",
        b"DTSTAMP:", b"RECURRENCE-ID:", b"DURATION:P", b"RDATE:", b"RRULE:FREQ=YEARLY;BYMONTH=",
        b"BYDAY=-1SU", b"UNTIL=", b"20261110T090000", b"20260229", b"T000000Z", b"99991231", b"1",
        b"-5", b"W", b"T2H", b"ATTENDEE;PARTSTAT=", b"ORGANIZER:mailto:", b"a@b.cz", b"\xff",
        b"\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"(UTC+01:00) Praha", b"UTC+9", b"SUMMARY:",
    ]
)  # fmt: skip


def checked(calendar: bytes, content_type: bytes) -> tuple[CalendarEvent, ...]:
    """Events of a mail that is one calendar part, and what must hold for any."""
    events = parse_mail(b"Content-Type: " + content_type + b"\r\n\r\n" + calendar, "key").events
    assert len(set(events)) == len(events) <= 200
    for event in events:
        assert event.method
        assert 0 < len(event.uid) <= 500
        assert 0 <= event.sequence < 2**31
        assert event.stamp is None or event.stamp.utcoffset() is not None
        for moment in (event.start, event.end):
            assert moment is None or 1970 <= moment.year <= 2100
        addresses = [who.address for who in event.attendees]
        assert len(set(addresses)) == len(addresses)
        for text in (event.uid, event.summary, event.location, event.rule or "", *addresses):
            text.encode("utf-8")
            assert not any(ord(c) < 32 for c in text)
    return events


@given(st.binary(max_size=2000))
@example(b"")
def test_any_bytes_are_a_calendar(raw: bytes) -> None:
    """R-5, H-26: any bytes as a calendar part give events, or none, and never an exception."""
    checked(raw, b"text/calendar; method=REQUEST")


@given(st.lists(PIECES, max_size=80))
def test_anything_that_looks_like_a_calendar_is_read(pieces: list[bytes]) -> None:
    """R-5, H-26: any order of the pieces that calendars are made of is read."""
    checked(b"".join(pieces), b"text/calendar; method=REQUEST; charset=utf-8")


@given(st.lists(PIECES, max_size=40), st.lists(PIECES, max_size=20))
def test_anything_inside_an_event_and_a_zone_is_read(
    pieces: list[bytes], rule: list[bytes]
) -> None:
    """V2-2, H-26: whatever stands in an event and in the rule of its zone is read."""
    zone = b"BEGIN:VTIMEZONE\nTZID:Y\nBEGIN:STANDARD\nDTSTART:19700101T020000\nRRULE:FREQ=YEARLY;"
    zone += (
        b"".join(rule) + b"\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    event = b"BEGIN:VEVENT\nUID:first\nDTSTART;TZID=Y:20261110T090000\n" + b"".join(pieces)
    checked(b"METHOD:ADD\n" + zone + event + b"\nEND:VEVENT\n", b"text/calendar; method=REQUEST")
