"""Local time: the ERP's wall clock, days of the window, all-day items (K-2, K-6). Pure."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.calsync.calendars.port import ItemContent, ItemTime, Window

_DAY = timedelta(days=1)


def instant_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant that a wall time in `zone` means.

    Of a time that comes twice the later one (standard time) is meant; one that does not exist runs
    on: 02:30 is 03:30. Seconds are cut.

    Args:
        moment: The wall time as an aware moment, whichever of two equal ones.
        zone: The ERP's zone.
    """
    local = moment.astimezone(zone).replace(second=0, microsecond=0, fold=1)
    return local.astimezone(UTC)


def moment_of(day: ItemTime, zone: ZoneInfo) -> datetime:
    """Return the instant of a time; of a day its midnight in `zone`."""
    if isinstance(day, datetime):
        return day
    return datetime.combine(day, time(), zone).astimezone(UTC)


def days_of(start: datetime, end: datetime | None, zone: ZoneInfo) -> tuple[date, date]:
    """Return first day, and day after the last, of an all-day activity; read leniently (K-2b).

    An end that is missing, equal to the start, or within the last day includes that day.
    """
    first = start.astimezone(zone).date()
    if end is None or end <= start:
        return first, first + _DAY
    local = end.astimezone(zone)
    after = local.date() if local.time() == time() else local.date() + _DAY
    return first, max(after, first + _DAY)


def window_on(today: date, past_days: int, future_days: int, zone: ZoneInfo) -> Window:
    """Return the window of a day: it slides at midnight."""
    return Window(today - past_days * _DAY, today + (future_days + 1) * _DAY, zone)


def inside(content: ItemContent, window: Window) -> bool:
    """Return whether an item overlaps the window."""
    begin, end = _edges(window)
    starts = moment_of(content.start, window.zone)
    return starts < end and moment_of(content.end, window.zone) > begin


@lru_cache(maxsize=16)
def _edges(window: Window) -> tuple[datetime, datetime]:
    return window.begin, window.end
