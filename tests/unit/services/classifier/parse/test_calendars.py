import base64
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.calendar_builders import a_calendar, a_part, an_event, only, parsed, read

PRAGUE = ZoneInfo("Europe/Prague")


def test_an_invitation_is_read_whole() -> None:
    """R-5, V2-1: every property that the records need is read."""
    event, defects = only(
        "SEQUENCE:2",
        "DTSTAMP:20261102T081500Z",
        "DTSTART;TZID=Europe/Prague:20261110T090000",
        "DTEND;TZID=Europe/Prague:20261110T100000",
        "SUMMARY:Porada\\, rozpočet\\nleden",
        "LOCATION:Zasedačka 2\\; přízemí",
        "ORGANIZER;CN=Jan Novák:mailto:Jan@Firma.cz",
        "ATTENDEE;CN=Eva;PARTSTAT=ACCEPTED:mailto:eva@firma.cz",
        "ATTENDEE:MAILTO:Petr@Firma.cz",
        "RRULE:FREQ=WEEKLY;BYDAY=TU",
    )
    assert defects == []
    assert (event.method, event.uid, event.sequence) == ("REQUEST", "porada-1@firma.cz", 2)
    assert event.recurrence_id is None
    assert event.stamp == datetime(2026, 11, 2, 8, 15, tzinfo=UTC)
    assert event.start == datetime(2026, 11, 10, 9, tzinfo=PRAGUE)
    assert event.end == datetime(2026, 11, 10, 10, tzinfo=PRAGUE)
    assert (event.summary, event.location) == (
        "Porada, rozpočet leden",
        "Zasedačka 2; přízemí",
    )
    assert event.organizer == "jan@firma.cz"
    assert [(who.address, who.answer) for who in event.attendees] == [
        ("eva@firma.cz", "ACCEPTED"),
        ("petr@firma.cz", "NEEDS-ACTION"),
    ]
    assert event.rule == "FREQ=WEEKLY;BYDAY=TU"
    assert not event.all_day


@pytest.mark.parametrize(
    ("content_type", "fields"),
    [
        ("text/calendar; charset=utf-8; method=REQUEST", ()),
        ("application/ics; name=invite.ics", ()),
        ("application/octet-stream", ('Content-Disposition: attachment; filename="Pozvánka.ICS"',)),
    ],
)
def test_calendar_parts_are_told_by_type_or_name(
    content_type: str, fields: tuple[str, ...]
) -> None:
    """R-5: text/calendar, application/ics and any file named *.ics are calendar parts."""
    mail = parsed(
        a_part(b"text", "text/plain"), a_part(a_calendar(*an_event()), content_type, *fields)
    )
    assert [event.uid for event in mail.events] == ["porada-1@firma.cz"]


def test_other_parts_are_no_calendar() -> None:
    """R-5: a calendar's text in a plain text part is only text."""
    assert parsed(a_part(a_calendar(*an_event()), "text/plain")).events == ()


def test_a_calendar_without_a_method_is_left_out() -> None:
    """R-5: without METHOD in the calendar and in the header nothing is invited."""
    mail = parsed(a_part(a_calendar(*an_event(), method=None)))
    assert mail.events == ()
    assert "a calendar without a METHOD" in mail.defects


def test_the_header_gives_the_method_where_the_calendar_has_none() -> None:
    """R-5: METHOD of the calendar goes before the method parameter of its part."""
    lacking = a_calendar(*an_event(), method=None)
    assert parsed(a_part(lacking, "text/calendar; method=cancel")).events[0].method == "CANCEL"
    own = a_calendar(*an_event(), method="reply")
    assert parsed(a_part(own, "text/calendar; method=REQUEST")).events[0].method == "REPLY"


def test_the_same_calendar_twice_gives_its_event_once() -> None:
    """V2-1: Outlook and Google send a calendar inside the text and again as a file."""
    calendar = a_calendar(*an_event("SEQUENCE:1"))
    mail = parsed(a_part(calendar), a_part(calendar, "application/ics; name=invite.ics"))
    assert len(mail.events) == 1


def test_occurrences_of_a_series_stand_apart() -> None:
    """V2-1: UID and RECURRENCE-ID are the key; a moment counts in UTC, whatever its zone."""
    events, _ = read(
        a_calendar(
            *an_event("DTSTART;TZID=Europe/Prague:20261110T090000"),
            *an_event("RECURRENCE-ID;TZID=Europe/Prague:20261117T090000"),
            *an_event("RECURRENCE-ID:20261124T080000Z"),
            *an_event("RECURRENCE-ID;VALUE=DATE:20261201"),
            *an_event("RECURRENCE-ID:20261208T090000"),
        )
    )
    assert [event.recurrence_id for event in events] == [
        None,
        "20261117T080000Z",
        "20261124T080000Z",
        "20261201",
        "20261208T090000",
    ]


def test_an_occurrence_that_cannot_be_told_is_left_out() -> None:
    """V2-1: a CANCEL of one unreadable occurrence must not cancel the whole series."""
    events, defects = read(a_calendar(*an_event("RECURRENCE-ID:soon"), method="CANCEL"))
    assert events == []
    assert "an event without a readable RECURRENCE-ID" in defects


@pytest.mark.parametrize("uid", ["", "   "])
def test_an_event_without_a_uid_is_left_out(uid: str) -> None:
    """V2-1: without a UID no record can be found again."""
    events, defects = read(a_calendar(*an_event(uid=uid)))
    assert events == []
    assert "an event without a UID" in defects


def test_a_uid_is_trimmed_and_cut() -> None:
    """V2-1, H-26: a UID has at most 500 characters."""
    events, _ = read(a_calendar(*an_event(uid="  a b " + 600 * "x")))
    assert events[0].uid == "a b " + 496 * "x"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("7", 7),
        ("+3", 3),
        ("-1", 0),
        ("soon", 0),
        ("2147483648", 2**31 - 1),
        (9000 * "9", 2**31 - 1),
        ("٣", 0),
    ],
)
def test_a_sequence_is_a_number_within_bounds(said: str, meant: int) -> None:
    """V2-1, H-26: SEQUENCE is at least 0, and at most what a database column holds."""
    assert only(f"SEQUENCE:{said}")[0].sequence == meant


def test_whole_days_are_dates_with_their_end_as_it_stands() -> None:
    """V2-2: an all-day event is a date; its end is the day behind it (RFC 5545)."""
    event, _ = only("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227")
    assert (event.start, event.end) == (date(2026, 12, 24), date(2026, 12, 27))
    assert event.all_day


def test_midnight_behind_value_date_is_a_date() -> None:
    """V2-2: some programs write a time where they say that it is a date."""
    event, _ = only("DTSTART;VALUE=DATE:20261224T000000")
    assert event.start == date(2026, 12, 24)
    assert event.all_day


@pytest.mark.parametrize("zone", [";TZID=Central Europe Standard Time", ";TZID=Europe/Prague", ""])
@pytest.mark.parametrize(
    "mark", ["X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT"]
)
@pytest.mark.parametrize("end", ["DTEND{}:20261111T000000", "DURATION:P1D"])
def test_midnights_that_are_marked_as_whole_days_are_dates(zone: str, mark: str, end: str) -> None:
    """V2-2: Exchange writes an all-day event as midnights of its zone, with a mark of its own."""
    event, defects = only(f"DTSTART{zone}:20261110T000000", end.format(zone), f"{mark}:TRUE")

    assert event.all_day
    assert (event.start, event.end) == (date(2026, 11, 10), date(2026, 11, 11))
    assert defects == []


@pytest.mark.parametrize(
    ("start", "mark"), [("20261110T090000", "TRUE"), ("20261110T000000", "FALSE")]
)
def test_a_time_of_day_is_no_whole_day_whatever_is_marked(start: str, mark: str) -> None:
    """V2-2: near miss - nine o'clock is not midnight, and midnight alone is a time."""
    event, _ = only(f"DTSTART:{start}", "DURATION:PT1H", f"X-MICROSOFT-CDO-ALLDAYEVENT:{mark}")

    assert not event.all_day


def test_a_floating_time_stays_without_a_zone() -> None:
    """V2-2: a time without a zone is the recipient's, which only the writer knows."""
    event, defects = only("DTSTART:20261110T090000")
    assert event.start == datetime(2026, 11, 10, 9)  # noqa: DTZ001
    assert defects == []


@pytest.mark.parametrize(
    ("begin", "duration", "end"),
    [
        ("DTSTART:20261110T090000Z", "PT1H30M", datetime(2026, 11, 10, 10, 30, tzinfo=UTC)),
        ("DTSTART;VALUE=DATE:20261224", "P1W", date(2026, 12, 31)),
        # The night in which Prague gains an hour: a day is a day, 24 hours are less.
        (
            "DTSTART;TZID=Europe/Prague:20261024T120000",
            "P1D",
            datetime(2026, 10, 25, 12, tzinfo=PRAGUE),
        ),
        (
            "DTSTART;TZID=Europe/Prague:20261025T010000",
            "PT4H",
            datetime(2026, 10, 25, 4, tzinfo=PRAGUE),
        ),
        ("DTSTART:20261110T090000Z", "-PT1H", None),
        ("DTSTART:20261110T090000Z", "P99999999999W", None),
        ("DTSTART:20261110T090000Z", "P60000W", None),
        ("DTSTART:20261110T090000Z", "an hour", None),
    ],
)
def test_a_duration_gives_the_end(begin: str, duration: str, end: datetime | date | None) -> None:
    """V2-2: without DTEND the end is start and DURATION."""
    assert only(begin, f"DURATION:{duration}")[0].end == end


@pytest.mark.parametrize(
    "value",
    [
        "99991231T235959Z",
        "16010101T000000",
        "20261332T090000",
        "20261110T250000",
        "soon",
        "²0261110",
    ],
)
def test_an_impossible_start_costs_only_itself(value: str) -> None:
    """V2-2, H-26: a bad DTSTART leaves the rest of the event, with a defect."""
    event, defects = only(f"DTSTART:{value}", "SUMMARY:Porada")
    assert event.start is None
    assert event.summary == "Porada"
    assert "DTSTART cannot be read: ValueError" in defects


def test_a_start_and_an_end_of_two_kinds_give_no_end() -> None:
    """V2-2: a day and an hour cannot be compared."""
    event, defects = only("DTSTART;VALUE=DATE:20261110", "DTEND:20261110T100000Z")
    assert event.end is None
    assert "an event that begins on a date and ends at a time" in defects


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("ORGANIZER:mailto:jan@firma.cz", "jan@firma.cz"),
        ("ORGANIZER:jan@firma.cz", "jan@firma.cz"),
        ("ORGANIZER:MAILTO:Jan%2Bcrm@Firma.cz", "jan+crm@firma.cz"),
        (
            'ORGANIZER;CN="Novák: Jan";SENT-BY="mailto:eva@firma.cz":mailto:jan@firma.cz',
            "jan@firma.cz",
        ),
        ('ORGANIZER;CN=Jan "Honza" Novák:mailto:jan@firma.cz', "jan@firma.cz"),
        ('ORGANIZER;CN="Jan Novák:mailto:jan@firma.cz', "jan@firma.cz"),
        ("ORGANIZER;CN=Firma: Jan:mailto:jan@firma.cz", "jan@firma.cz"),
        ("ORGANIZER:mailto:<jan@firma.cz>", "jan@firma.cz"),
        ("ORGANIZER:mailto:jan@firma.cz?subject=x", "jan@firma.cz"),
        ("ORGANIZER;EMAIL=jan@firma.cz:/aMTIzNDU/principal/", "jan@firma.cz"),
        ('ORGANIZER;SENT-BY="mailto:eva@firma.cz":invalid:nomail', None),
        ("ORGANIZER:mailto:jan@firma.cz%0D%0ABcc: x", None),
        ("ORGANIZER:mailto:", None),
        ("organizer :mailto:jan@firma.cz", "jan@firma.cz"),
    ],
)
def test_an_organizer_is_a_mail_address(line: str, address: str | None) -> None:
    """V2-2, H-26: every way of writing an organiser gives the address, or none."""
    assert only(line)[0].organizer == address


def test_attendees_are_told_once_and_counted() -> None:
    """V2-2, H-26: each address once with its first answer, at most 1,000 of them."""
    many = [f"ATTENDEE:mailto:u{number}@firma.cz" for number in range(1001)]
    event, defects = only("ATTENDEE;PARTSTAT=declined:mailto:U0@firma.cz", *many)
    assert len(event.attendees) == 300
    assert event.attendees[0].answer == "DECLINED"
    assert "attendees beyond the limit" in defects


def test_an_answer_is_a_word() -> None:
    """V2-1, H-26: what is no word is no answer."""
    event, _ = only('ATTENDEE;PARTSTAT="<b>":mailto:eva@firma.cz')
    assert event.attendees[0].answer == "NEEDS-ACTION"


def test_texts_are_clean_lines_and_cut() -> None:
    """V2-2, H-26: no control characters, no direction overrides, at most 1,000 characters."""
    event, _ = only("SUMMARY:a\u202eb\x07 \\n c\\\\d", "LOCATION:" + 2000 * "x")
    assert event.summary == "ab c\\d"
    assert event.location == 1000 * "x"


def test_only_events_are_read() -> None:
    """R-5: tasks, notes, free times and alarms invite nobody to anything."""
    others = [
        line
        for name in ("VTODO", "VJOURNAL", "VFREEBUSY")
        for line in (f"BEGIN:{name}", f"UID:{name}", f"END:{name}")
    ]
    alarm = (
        "BEGIN:VALARM",
        "ACTION:EMAIL",
        "SUMMARY:Alarm",
        "ATTENDEE:mailto:eve@jinde.cz",
        "ATTACH:file:///etc/passwd",
        "DURATION:PT15M",
        "END:VALARM",
    )
    events, _ = read(a_calendar(*others, *an_event("DTSTART:20261110T090000Z", *alarm)))
    assert [event.uid for event in events] == ["porada-1@firma.cz"]
    assert events[0].attendees == ()
    assert (events[0].summary, events[0].end) == ("", None)


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("Příliš žluťoučký".encode(), None),
        ("Příliš žluťoučký".encode("cp1250"), "windows-1250"),
    ],
)
def test_the_charset_of_the_part_counts(data: bytes, charset: str | None) -> None:
    """R-5: without a charset a calendar is UTF-8."""
    calendar = a_calendar(*an_event("SUMMARY:@")).replace(b"@", data, 2).replace(data, b"@", 1)
    events, _ = read(calendar, charset)
    assert events[0].summary == "Příliš žluťoučký"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_text(encoding: str) -> None:
    """R-5: files of Windows begin with a mark, which also tells how they are written."""
    calendar = a_calendar(*an_event("SUMMARY:Žlu", " ťoučký")).decode().encode(encoding)
    events, defects = read(calendar)
    assert [event.summary for event in events] == ["Žluťoučký"]
    assert defects == []


def test_a_fold_inside_a_character_is_healed() -> None:
    """R-5: lines are folded by bytes, and some programs do not look where."""
    calendar = a_calendar(*an_event("SUMMARY:Ž")).replace(b"\xc5\xbd", b"\xc5\r\n \xbd")
    assert read(calendar)[0][0].summary == "Ž"


def test_a_lost_quoted_printable_is_healed() -> None:
    """R-5: a part whose transfer encoding got lost is decoded all the same."""
    event, defects = only(
        'ATTENDEE;CN=3D"Eva";PARTSTAT=3DACCEPTED:mailto:ev=\r\na@firma.cz', "SUMMARY:Osnabr=C3=BCck"
    )
    assert [(who.address, who.answer) for who in event.attendees] == [("eva@firma.cz", "ACCEPTED")]
    assert event.summary == "Osnabrück"
    assert "a calendar in an encoding that it does not name" in defects


def test_a_base64_part_is_decoded() -> None:
    """R-5: Exchange sends calendars in base64."""
    body = base64.encodebytes(a_calendar(*an_event()))
    assert (
        len(parsed(a_part(body, "text/calendar", "Content-Transfer-Encoding: base64")).events) == 1
    )


def test_a_calendar_cut_short_gives_what_is_there() -> None:
    """R-5: missing ENDs are said, and cost nothing else."""
    data = a_calendar(*an_event("SUMMARY:Porada"), *an_event("SUMMARY:Oběd", uid="2"))
    events, defects = read(data.replace(b"END:VEVENT\r\n", b"").replace(b"END:VCALENDAR", b""))
    assert [event.summary for event in events] == ["Porada", "Oběd"]
    assert {"a calendar without its end", "a calendar component without its end"} <= set(defects)


def test_events_without_a_calendar_around_them_need_the_header() -> None:
    """R-5: a bare VEVENT counts with the method of its part."""
    data = "\r\n".join(an_event()).encode()
    assert read(data)[0] == []
    assert [event.method for event in read(data, method="REQUEST")[0]] == ["REQUEST"]


def test_an_old_calendar_is_said_to_be_old() -> None:
    """R-5: vCalendar 1.0 is read as far as it is like its successor."""
    events, defects = read(a_calendar(*an_event()).replace(b"VERSION:2.0", b"VERSION:1.0"))
    assert len(events) == 1
    assert "a calendar of version 1.0" in defects


def test_a_mail_without_a_calendar_says_nothing_of_calendars() -> None:
    """R-5: most mail has no calendar part."""
    mail = parsed(a_part(b"Dobry den", "text/plain"))
    assert mail.events == ()
    assert mail.defects == ()
