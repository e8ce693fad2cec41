"""One VEVENT as plain data (RFC 5545 section 3.6.1). A bad property costs only itself."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import unquote

from services.classifier.parse import limits
from services.classifier.parse.calendar_lines import Component, Property
from services.classifier.parse.calendar_values import (
    in_range,
    plain_text,
    read_duration,
    read_time,
)
from services.classifier.parse.calendar_zones import Zones
from services.classifier.parse.charsets import clean_line
from services.classifier.parse.guard import guarded
from services.classifier.parse.parsed_mail import Attendee, CalendarEvent
from shared.domain.addresses import comparable

_UID_CHARACTERS = 500
_RULE_CHARACTERS = 500
_TEXT_CHARACTERS = 1000
_LARGEST_SEQUENCE = 2**31 - 1
_SEQUENCE = re.compile(r"\+?0*+([0-9]*)")
_ADDRESS = re.compile(r"[^\s@:<>\"]{1,256}@[^\s@:<>\"]{1,256}")
_TOKEN = re.compile(r"[A-Z][A-Z0-9-]{0,39}")
_ALL_DAY = ("X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT")
_MAILTO = re.compile(r"(?i)mailto:")

Moment = datetime | date


def read_event(
    component: Component, method: str, zones: Zones, defects: list[str]
) -> CalendarEvent | None:
    """Read the event that `component` describes; None where it cannot be told which event it is.

    That is so without a UID, and with a RECURRENCE-ID that cannot be read: what is said of one
    occurrence must not be taken for the whole series.
    """
    reader = _Reader(component, zones, defects)
    uid = reader.text("UID", _UID_CHARACTERS)
    if not uid:
        defects.append("an event without a UID")
        return None
    recurrence_id = reader.recurrence_id()
    if recurrence_id is None and component.first("RECURRENCE-ID"):
        defects.append("an event without a readable RECURRENCE-ID")
        return None
    start, end = reader.span()
    rule = component.first("RRULE")
    return CalendarEvent(
        method=method,
        uid=uid,
        recurrence_id=recurrence_id,
        sequence=reader.sequence(),
        stamp=reader.stamp(),
        start=start,
        end=end,
        summary=reader.text("SUMMARY", _TEXT_CHARACTERS),
        location=reader.text("LOCATION", _TEXT_CHARACTERS),
        organizer=reader.organizer(),
        attendees=reader.attendees(),
        rule=(clean_line(rule.value)[:_RULE_CHARACTERS] or None) if rule else None,
    )


def read_address(line: Property) -> str | None:
    """Return the mail address of an ORGANIZER or ATTENDEE in lower case; None without one.

    A value that is no mail address (a path, a URN) may have one in its EMAIL parameter (RFC 7986).
    """
    value = _MAILTO.split(line.value)[-1]
    for said in (value.partition("?")[0], line.parameter("EMAIL") or ""):
        address = clean_line(unquote(said, errors="replace")).strip("<>\"' ")
        address = comparable(address)
        if _ADDRESS.fullmatch(address):
            return address
    return None


def token(value: str | None) -> str | None:
    """Return a word as methods and answers are, in upper case; None if it is none."""
    word = (value or "").strip().upper()
    return word if _TOKEN.fullmatch(word) else None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the properties of one event."""

    component: Component
    zones: Zones
    defects: list[str]

    def text(self, name: str, limit: int) -> str:
        line = self.component.first(name)
        if line is None:
            return ""
        plain = guarded(name, lambda: plain_text(line.value), "", self.defects)
        return clean_line(plain)[:limit].strip()

    def sequence(self) -> int:
        line = self.component.first("SEQUENCE")
        found = _SEQUENCE.fullmatch(line.value.strip()) if line else None
        if not found or not found[1]:
            return 0
        # Ten digits are enough to tell; the longest line would take long to convert.
        return min(int(found[1][:11]), _LARGEST_SEQUENCE)

    def moment(self, name: str) -> Moment | None:
        """Read a date, an aware moment, or a naive one: floating, or of an unknown zone."""
        line = self.component.first(name)
        if line is None:
            return None
        return guarded(name, lambda: self._moment(line), None, self.defects)

    def _moment(self, line: Property) -> Moment:
        found = read_time(line.last_value.partition("T")[0] if _is_date(line) else line.last_value)
        if not in_range(found):
            raise ValueError("a year that events do not have")
        zone = line.parameter("TZID", before_last_colon=True)
        if zone is None or not isinstance(found, datetime) or found.tzinfo:
            return found
        return self.zones.localise(found, zone, self.defects)

    def stamp(self) -> datetime | None:
        """DTSTAMP in UTC, which it must be in anyway."""
        found = self.moment("DTSTAMP")
        if not isinstance(found, datetime):
            return None
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)

    def span(self) -> tuple[Moment | None, Moment | None]:
        """Start and end; Exchange marks whole days, which it writes as midnights."""
        start = self.moment("DTSTART")
        end = self.end(start)
        marked = (self.component.first(name) for name in _ALL_DAY)
        is_marked = any(line and line.value.strip().upper() == "TRUE" for line in marked)
        if is_marked and _is_midnight(start) and (end is None or _is_midnight(end)):
            return _day(start), _day(end)
        return start, end

    def end(self, start: Moment | None) -> Moment | None:
        """DTEND, or what DURATION gives."""
        if self.component.first("DTEND"):
            end = self.moment("DTEND")
            if end and start and isinstance(end, datetime) != isinstance(start, datetime):
                self.defects.append("an event that begins on a date and ends at a time")
                return None
            return end
        line = self.component.first("DURATION")
        if line is None or start is None:
            return None
        return guarded("DURATION", lambda: _later(start, line), None, self.defects)

    def recurrence_id(self) -> str | None:
        found = self.moment("RECURRENCE-ID")
        if found is None:
            return None
        if not isinstance(found, datetime):
            return f"{found:%Y%m%d}"
        if found.tzinfo:
            return f"{found.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        return f"{found:%Y%m%dT%H%M%S}"

    def organizer(self) -> str | None:
        line = self.component.first("ORGANIZER")
        return read_address(line) if line else None

    def attendees(self) -> tuple[Attendee, ...]:
        """Return each address once; the first answer counts."""
        answers: dict[str, str] = {}
        for line in self.component.all("ATTENDEE"):
            address = read_address(line)
            if address is None:
                continue
            if len(answers) == limits.ATTENDEES and address not in answers:
                self.defects.append(limits.ATTENDEES_BEYOND)
                break
            answers.setdefault(address, token(line.parameter("PARTSTAT")) or "NEEDS-ACTION")
        return tuple(Attendee(address, answer) for address, answer in answers.items())


def _is_midnight(moment: Moment | None) -> bool:
    return isinstance(moment, datetime) and moment.time() == time()


def _day(moment: Moment | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _is_date(line: Property) -> bool:
    """Return whether it is a date; some programs write midnight after VALUE=DATE."""
    return (line.parameter("VALUE", before_last_colon=True) or "").upper() == "DATE"


def _later(start: Moment, line: Property) -> Moment:
    """Add a duration to `start`; days by the wall clock, hours as they pass (RFC 5545 3.3.6)."""
    duration = read_duration(line.value)
    days, rest = timedelta(days=duration.days), timedelta(seconds=duration.seconds)
    if not isinstance(start, datetime) or start.tzinfo is None:
        end = start + duration
    else:
        end = ((start + days).astimezone(UTC) + rest).astimezone(start.tzinfo)
    if not in_range(end):
        raise ValueError("a year that events do not have")
    return end
