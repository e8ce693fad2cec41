"""Calendars whose part, or whose all-day mark, is as programs write it."""

from tests.kinds.row import Row, encoded, parts, row, text


def _invitation(encoding: str, body: str, kind: str = "text/calendar; method=REQUEST") -> bytes:
    piece = f"Content-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{body}"
    return parts("alternative", text("Pozvánka"), piece)


def calendar(start: str = "DTSTART:20261110T080000Z", *more: str) -> str:
    """A calendar with one event."""
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:REQUEST", "BEGIN:VEVENT", "UID:u1"),
        *("DTSTAMP:20261101T080000Z", "ORGANIZER:mailto:petr.svoboda@acme.example"),
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:jan.novak@firma.cz",
        *(start, *more, "SUMMARY:Schůzka", "END:VEVENT", "END:VCALENDAR"),
    ]
    return "\r\n".join(lines) + "\r\n"


_QP_CALENDAR = calendar().replace("=", "=3D").replace("ů", "=C5=AF").replace("\r\n", "\n")


_STARTS = ["2026-11-10 08:00:00+00:00"]

ROWS: list[Row] = [
    row(
        "encoding-in-quotes-invitation",
        "base64",
        _invitation('"base64"', encoded(calendar())),
        starts=_STARTS,
    ),
    row(
        "encoding-in-quotes-invitation",
        "quoted-printable",
        _invitation("'quoted-printable'", _QP_CALENDAR),
        starts=_STARTS,
    ),
    row(
        "encoding-in-quotes-invitation",
        "a comment, no semicolon in the type",
        _invitation("base64 (x)", encoded(calendar()), "text/calendar method=REQUEST"),
        starts=_STARTS,
    ),
    row(
        "allday-as-exchange-writes-it",
        "in Prague",
        _invitation(
            "8bit",
            calendar(
                "DTSTART;TZID=Central Europe Standard Time:20261110T000000",
                "DTEND;TZID=Central Europe Standard Time:20261111T000000",
                "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
            ),
        ),
        starts=["2026-11-10 all day"],
    ),
    row(
        "allday-as-exchange-writes-it",
        "in London, small letters, two days",
        _invitation(
            "8bit",
            calendar(
                "DTSTART;TZID=GMT Standard Time:20260710T000000",
                "DTEND;TZID=GMT Standard Time:20260712T000000",
                "X-Microsoft-CDO-AllDayEvent:true",
            ),
        ),
        starts=["2026-07-10 all day"],
    ),
    row(
        "allday-as-exchange-writes-it",
        "Outlook's other mark, floating",
        _invitation(
            "8bit",
            calendar(
                "DTSTART:20261224T000000",
                "DTEND:20261225T000000",
                "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT:TRUE",
            ),
        ),
        starts=["2026-12-24 all day"],
    ),
    row(
        "allday-as-exchange-writes-it",
        "FALSE is none",
        _invitation(
            "8bit", calendar("DTSTART:20261110T080000Z", "X-MICROSOFT-CDO-ALLDAYEVENT:FALSE")
        ),
        starts=_STARTS,
    ),
]
