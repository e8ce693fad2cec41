"""Values of calendar properties (RFC 5545 section 3.3): the one home of the icalendar library.

Only its readers of single values are asked, never with a zone: see `calendar_lines` for why.
"""

import re
from datetime import UTC, date, datetime, timedelta

from icalendar.parser import unescape_backslash
from icalendar.prop import vDDDTypes, vDuration
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

FIRST_YEAR, LAST_YEAR = 1970, 2100
"""Years of events; others are a program's mistake, or somebody's attempt."""

_WINDOWS = {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}
_TIME = re.compile(r"[0-9]{8}(?:T[0-9]{6}Z?)?")
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})(?::?[0-9]{2})?")
_DURATION_CHARACTERS = 40


def read_time(value: str) -> date | datetime:
    """Return a date, a moment in UTC, or a moment without a zone (sections 3.3.4 and 3.3.5).

    Raises:
        ValueError: It is none.
    """
    value = value.strip().upper()
    if not _TIME.fullmatch(value):
        raise ValueError("neither a date nor a time")
    found: date | datetime = vDDDTypes.from_ical(value)  # type: ignore[no-untyped-call]
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) and found.tzinfo else found


def in_range(moment: date) -> bool:
    """Return whether it is in a year that events have."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def read_duration(value: str) -> timedelta:
    """Return a duration that is not negative (section 3.3.6).

    Raises:
        ValueError: It is none.
    """
    text = value.strip().upper()[:_DURATION_CHARACTERS]
    found = vDuration.from_ical(text)  # type: ignore[no-untyped-call]
    if not isinstance(found, timedelta) or found < timedelta():
        raise ValueError("not a duration")
    return found


def read_offset(value: str) -> timedelta:
    """Return a UTC offset, whole minutes (section 3.3.14).

    Raises:
        ValueError: It is none, or it is a day or more.
    """
    found = _OFFSET.fullmatch(value.strip())
    if not found:
        raise ValueError("not an offset")
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if offset >= timedelta(days=1):
        raise ValueError("an offset of a day or more")
    return -offset if found[1] == "-" else offset


def plain_text(value: str) -> str:
    r"""TEXT without its escapes `\n`, `\,`, `\;` and two backslashes (section 3.3.11)."""
    return str(unescape_backslash(value))


def windows_zone(name: str) -> str | None:
    """Return the IANA name for a Windows one, as `Central Europe Standard Time`; else None."""
    return _WINDOWS.get(name.casefold())
