"""Times as Graph reads and writes them: a wall clock and the name of its zone."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

from tests.servers.graph.messages import Json, bad_request

IANA = set(
    "America/Los_Angeles America/New_York America/Sao_Paulo Asia/Kolkata Asia/Tokyo "
    "Australia/Sydney Etc/GMT Europe/Athens Europe/Berlin Europe/Budapest Europe/London "
    "Europe/Paris Europe/Warsaw Pacific/Auckland".split()
)
"""Names beside those of Windows; as in the service's documentation, Prague is not among them."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,7})?Z?")


@cache
def zone(name: str) -> ZoneInfo:
    """Return the zone called `name`; a name that Graph does not take is refused."""
    if name == "UTC" or name in IANA:
        return ZoneInfo(name)
    if name in win_tz:
        return ZoneInfo(win_tz[name])
    message = f"A valid TimeZone value must be specified. '{name}' is not supported."
    raise bad_request("TimeZoneNotSupportedException", message)


def wall(moment: Json) -> datetime:
    """Return the wall clock of a `dateTimeTimeZone`, without a zone and in whole seconds."""
    found = _TIME.fullmatch(str(moment.get("dateTime")))
    if found is None:
        message = "Cannot convert the literal to the expected type 'Edm.DateTimeOffset'."
        raise bad_request("ErrorInvalidRequest", message)
    return datetime.fromisoformat(found[1])


def instant(moment: Json) -> datetime:
    """Return the instant of a `dateTimeTimeZone` in UTC."""
    return at(wall(moment), str(moment.get("timeZone") or "UTC"))


def at(clock: datetime, name: str) -> datetime:
    """Return the instant at which clocks of a zone show `clock`.

    As Windows does it: of a time that comes twice the later one (standard time) is meant, and one
    that does not exist runs on.
    """
    first, second = (clock.replace(tzinfo=zone(name), fold=fold) for fold in (0, 1))
    one, other = first.astimezone(UTC), second.astimezone(UTC)
    return max(one, other)


def written(moment: datetime, name: str) -> Json:
    """Return an instant as a `dateTimeTimeZone` of a zone."""
    return clock(moment.astimezone(zone(name)).replace(tzinfo=None), name)


def clock(time: datetime, name: str) -> Json:
    """Return a wall clock as a `dateTimeTimeZone`."""
    return {"dateTime": f"{time:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": name}


def stamp(moment: datetime) -> str:
    """Return an instant as Graph writes it where no zone is chosen."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def query_time(text: str) -> datetime:
    """Return a time of a query; one without an offset is in UTC."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise bad_request("ErrorInvalidParameter", f"'{text}' is not a date and time.") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def midnight(day: date) -> datetime:
    """Return the midnight at which a day begins, as a wall clock."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall clock has no zone


def days(start: datetime, end: datetime) -> timedelta:
    """Return how long an all-day event lasts, at least a day."""
    return max(end - start, timedelta(days=1))
