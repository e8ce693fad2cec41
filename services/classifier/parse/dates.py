"""The Date field (RFC 5322 section 3.3), as programs of all ages write it (H-10). Total.

The standard library reads day, month and year in many orders, but takes each zone that it does not
know for UTC, and passes over "PM".
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from services.classifier.parse.guard import guarded
from shared.domain.folding import fold_line

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_CHARACTERS = 200
_COMMENT = re.compile(r"\([^()]*\)?")
_CLOCK = re.compile(
    r"(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d{1,9})?(?: ?([ap])\.?m\b\.?)?"
)
_YEAR = re.compile(r"(?<![\d+-])(?:19|20)\d{2}(?!\d)")
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_NAME = re.compile(r"[a-z]{1,9}")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}t\d{2}:\d{2}")
_ZONES = {
    # Zone names have no standard; these have one meaning in mail.
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("cet", "mez", "sec", "met", "west", "bst"), 1),
    **dict.fromkeys(("cest", "mesz", "selc", "mest", "eet"), 2),
    **dict.fromkeys(("eest", "msk"), 3),
    "jst": 9,
    "edt": -4,
    "est": -5,
    "cdt": -5,
    "cst": -6,
    "mdt": -6,
    "mst": -7,
    "pdt": -7,
    "pst": -8,
}
_NOON = 12


def read_date(values: Sequence[bytes], defects: list[str]) -> datetime | None:
    """Return the first valid date of raw field values, in UTC, between 1970 and 2100."""
    for value in values:
        text = fold_line(value[:_CHARACTERS].decode("utf-8", "replace"))
        moment = guarded("the date", lambda text=text: _date(text, defects), None, defects)  # type: ignore[misc]
        if moment and _EARLIEST <= moment < _LATEST:
            return moment
    if values:
        defects.append("no valid date")
    return None


def _date(text: str, defects: list[str]) -> datetime | None:
    if _ISO.match(text):
        written = datetime.fromisoformat(text.upper())
        return (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
    comment = _COMMENT.search(text)
    text = _COMMENT.sub(" ", text)
    clock = _CLOCK.search(text)
    if clock is None:
        return _moment(text)
    zone = text[clock.end() :]
    if comment and not zone.strip():
        # The name of the zone, which otherwise only explains its number.
        zone = comment[0]
    year = _YEAR.search(zone)
    # As the C library writes it, the year is last.
    day = f"{text[: clock.start()]} {year[0] if year else ''}"
    moment = _moment(f"{day} {_hour(clock)}:{clock[2]}:{clock[3] or '00'}")
    return moment - _offset(_YEAR.sub(" ", zone), defects) if moment else None


def _moment(text: str) -> datetime | None:
    """Return the moment that a text without a zone gives, in UTC."""
    parsed = parsedate_tz(text)
    if parsed is None:
        return None
    return datetime(*parsed[:6], tzinfo=UTC) - timedelta(seconds=parsed[9] or 0)


def _hour(clock: re.Match[str]) -> int:
    hour = int(clock[1])
    if clock[4] is None or hour > _NOON:
        return hour
    return hour % _NOON + (_NOON if clock[4] == "p" else 0)


def _offset(zone: str, defects: list[str]) -> timedelta:
    """Return how far a zone is before UTC; a number goes before a name."""
    number = _OFFSET.search(zone)
    if number:
        hours, minutes = int(number[2]), int(number[3] or 0)
        offset = timedelta(hours=hours, minutes=minutes)
        return -offset if number[1] == "-" else offset
    name = _NAME.search(zone)
    if name is None or name[0] not in _ZONES:
        defects.append("a date in an unknown time zone")
        return timedelta()
    return timedelta(hours=_ZONES[name[0]])
