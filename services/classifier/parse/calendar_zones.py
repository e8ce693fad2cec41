"""Zones of calendar times: IANA and Windows names, display names, VTIMEZONE (RFC 5545 3.6.5).

No name is ever looked up on disk that is not in the list of known names, and a zone that a mail
defines counts for that mail alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from services.classifier.parse.calendar_lines import Component
from services.classifier.parse.calendar_observances import DefinedZone, read_zone
from services.classifier.parse.calendar_values import windows_zone
from services.classifier.parse.guard import guarded
from shared.domain.folding import fold_line

_DISPLAY_NAME = re.compile(r"\((?:UTC|GMT)\s?(?:([+-])([0-9]{1,2})[:.]?([0-9]{2})?)?\)\s*(.+)")
_OFFSET_NAME = re.compile(r"(?:UTC|GMT)\s?([+-])([0-9]{1,2})(?::?([0-9]{2}))?")
_BETWEEN_CITIES = re.compile(r"[,;/]")
_NAME_CHARACTERS = 200
_UTC_NAMES = frozenset(("utc", "gmt", "z", "tzone://microsoft/utc"))
_SMALLEST_SUFFIX, _LARGEST_SUFFIX = 2, 3
_LOCAL_NAMES = {
    # Display names of Windows in Czech and German, and of America, which name no IANA city.
    "praha": "Europe/Prague",
    "prag": "Europe/Prague",
    "budapest": "Europe/Budapest",
    "lublan": "Europe/Ljubljana",
    "belehrad": "Europe/Belgrade",
    "varsava": "Europe/Warsaw",
    "warszawa": "Europe/Warsaw",
    "warschau": "Europe/Warsaw",
    "viden": "Europe/Vienna",
    "wien": "Europe/Vienna",
    "berlin": "Europe/Berlin",
    "bern": "Europe/Zurich",
    "rim": "Europe/Rome",
    "rom": "Europe/Rome",
    "brusel": "Europe/Brussels",
    "brussel": "Europe/Brussels",
    "kodan": "Europe/Copenhagen",
    "pariz": "Europe/Paris",
    "kyjev": "Europe/Kyiv",
    "atheny": "Europe/Athens",
    "lisabon": "Europe/Lisbon",
    "londyn": "Europe/London",
    "eastern time (us & canada)": "America/New_York",
    "central time (us & canada)": "America/Chicago",
    "mountain time (us & canada)": "America/Denver",
    "pacific time (us & canada)": "America/Los_Angeles",
}


@dataclass(slots=True)
class Zones:
    """Zones of one calendar.

    Attributes:
        defined: Its VTIMEZONE components.
    """

    defined: Sequence[Component] = ()
    _found: dict[str, tzinfo | DefinedZone | None] = field(default_factory=dict)

    def localise(self, moment: datetime, name: str, defects: list[str]) -> datetime:
        """Return `moment`, which has no zone, in the zone `name`; unchanged if that is unknown."""
        key = name[:_NAME_CHARACTERS].strip().strip("\"'").strip().casefold()
        if key not in self._found:
            self._found[key] = self._find(key, defects)
        zone = self._found[key]
        if zone is None:
            defects.append("an unknown time zone")
            return moment
        if isinstance(zone, DefinedZone):
            return moment.replace(tzinfo=timezone(zone.offset(moment)))
        return moment.replace(tzinfo=zone)

    def _find(self, key: str, defects: list[str]) -> tzinfo | DefinedZone | None:
        if key in _UTC_NAMES:
            return UTC
        known = _by_path(key) or windows_zone(key)
        if known:
            return ZoneInfo(known)
        # A bare name as EST may mean what the mail itself defines under it.
        defined = self._defined(key, defects)
        if defined:
            return defined
        bare = _known_names().get(key)
        return ZoneInfo(bare) if bare else _by_display_name(key) or _by_offset(key)

    def _defined(self, key: str, defects: list[str]) -> DefinedZone | None:
        for component in self.defined:
            name = component.first("TZID")
            # A name with a colon may stand behind the first one, unquoted.
            if name and name.rest.partition(":")[2].strip().strip("\"'").casefold() == key:
                return guarded("VTIMEZONE", lambda zone=component: read_zone(zone), None, defects)  # type: ignore[misc]
        return None


@cache
def _known_names() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(available_timezones())}


@cache
def _cities() -> dict[str, str]:
    """Folded last word of the IANA names, as `new york`."""
    names = sorted(_known_names().values())
    cities = {name.rpartition("/")[2].replace("_", " ").casefold(): name for name in names}
    return cities | _LOCAL_NAMES


def _by_path(key: str) -> str | None:
    """Read a name with slashes, also after a maker's prefix: `/mozilla.org/2005/Europe/Prague`."""
    parts = key.split("/")
    for length in (_LARGEST_SUFFIX, _SMALLEST_SUFFIX):
        known = _known_names().get("/".join(parts[-length:])) if len(parts) >= length else None
        if known:
            return known
    return None


def _by_display_name(key: str) -> tzinfo | None:
    """Read `(UTC+01:00) Praha`: the first city that is known and keeps the offset in winter."""
    found = _DISPLAY_NAME.fullmatch(key.upper())
    if not found:
        return None
    offset = _offset(found[1], found[2], found[3])
    return next((zone for zone in _named(found[4]) if _standard_offset(zone) == offset), None)


def _named(cities: str) -> Iterator[ZoneInfo]:
    for city in _BETWEEN_CITIES.split(cities):
        name = _cities().get(fold_line(city))
        if name:
            yield ZoneInfo(name)


def _standard_offset(zone: ZoneInfo) -> timedelta | None:
    """Return the smaller offset of a year: daylight saving time adds."""
    days = (datetime(2026, month, 15, tzinfo=zone) for month in (1, 7))
    return min(day.utcoffset() or timedelta() for day in days)


def _by_offset(key: str) -> tzinfo | None:
    """Read `UTC+01:00`."""
    found = _OFFSET_NAME.fullmatch(key.upper())
    if not found:
        return None
    offset = _offset(found[1], found[2], found[3])
    return timezone(offset) if abs(offset) < timedelta(days=1) else None


def _offset(sign: str | None, hours: str | None, minutes: str | None) -> timedelta:
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return -offset if sign == "-" else offset
