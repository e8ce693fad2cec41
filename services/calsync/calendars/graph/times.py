"""Times as Graph writes them: a wall clock and the name of its zone. Pure."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import tz_win, win_tz

from services.calsync.calendars.graph.answers import GraphTime
from services.calsync.calendars.port import ItemTime

_SECONDS = len("2026-03-29T01:30:00")
_HALF_DAY = timedelta(hours=12)


def time_of(moment: GraphTime, *, all_day: bool) -> ItemTime:
    """Return an instant, or the day of an all-day event, whose clock is not converted.

    Raises:
        ValueError: It is not a time.
    """
    # Graph writes seven digits of a second.
    clock = datetime.fromisoformat(moment.date_time[:_SECONDS])
    if all_day:
        # Midnight in any zone: a service that converts all the same moves it by half a day at most.
        return (clock + _HALF_DAY).date()
    return _instant(clock, moment.time_zone)


def original_time(moment: datetime, *, all_day: bool) -> ItemTime:
    """Return when a series has an occurrence: an instant, or the day that midnight belongs to."""
    instant = moment.astimezone(UTC)
    return (instant + _HALF_DAY).date() if all_day else instant.replace(second=0, microsecond=0)


def written(time: ItemTime, zone: ZoneInfo) -> tuple[str, str]:
    """Return wall clock and zone for Graph: an instant in UTC, a day as the company's midnight.

    Instants are written in UTC because a wall clock shows one hour a year twice. Days are not:
    who sees the event in another zone than it was written for may see two days.
    """
    if isinstance(time, datetime):
        clock, name = time.astimezone(UTC), "UTC"
    else:
        clock, name = datetime(time.year, time.month, time.day, tzinfo=UTC), _zone_name(zone)
    return f"{clock:%Y-%m-%dT%H:%M:%S}", name


def query(moment: datetime) -> str:
    """Return an instant as a parameter of a request."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def day_bounds(start: date, end: date) -> tuple[datetime, datetime]:
    """Return a time that has these days in whatever zone."""
    first = datetime(start.year, start.month, start.day, tzinfo=UTC)
    last = datetime(end.year, end.month, end.day, tzinfo=UTC)
    return first - timedelta(days=1), last + timedelta(days=1)


def _instant(clock: datetime, name: str) -> datetime:
    try:
        zone = ZoneInfo(win_tz.get(name, name))
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(name) from None
    # Of a time that comes twice the later one is meant, as Windows does it (K-6).
    both = (clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(both).replace(second=0, microsecond=0)


def _zone_name(zone: ZoneInfo) -> str:
    """Return a zone's name on Windows: not every other name is understood."""
    return tz_win.get(zone.key, "UTC")
