"""The dates of a series, from Graph's pattern and range."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice, takewhile
from typing import Any

from dateutil import rrule

from tests.servers.graph.messages import Json, bad_request
from tests.servers.graph.zones import midnight

MOST = 999
"""Occurrences of a series that the double looks at: the service's own limit."""

_DAYS = {
    "monday": rrule.MO,
    "tuesday": rrule.TU,
    "wednesday": rrule.WE,
    "thursday": rrule.TH,
    "friday": rrule.FR,
    "saturday": rrule.SA,
    "sunday": rrule.SU,
}
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_SHORTEST_MONTH = 28
_FREQUENCIES = {
    "daily": rrule.DAILY,
    "weekly": rrule.WEEKLY,
    "absoluteMonthly": rrule.MONTHLY,
    "relativeMonthly": rrule.MONTHLY,
    "absoluteYearly": rrule.YEARLY,
    "relativeYearly": rrule.YEARLY,
}


def dates(recurrence: Json, first: date, last: date) -> Iterator[date]:
    """Return the days of a series that begins on `first`, up to `last` and never more than `MOST`.

    A pattern that Graph does not know is refused.
    """
    limits: Json = recurrence.get("range") or {}
    count = limits.get("numberOfOccurrences") if limits.get("type") == "numbered" else None
    if limits.get("type") == "endDate":
        last = min(last, date.fromisoformat(limits["endDate"]))
    rule = rrule.rrule(
        **_rule(recurrence.get("pattern") or {}), dtstart=midnight(first), count=count or MOST
    )
    found: Iterator[datetime] = islice(iter(rule), MOST)
    return (each.date() for each in takewhile(lambda each: each.date() <= last, found))


def _rule(pattern: Mapping[str, Any]) -> Json:
    kind = pattern.get("type")
    if kind not in _FREQUENCIES:
        raise bad_request("ErrorInvalidRequest", f"The recurrence pattern '{kind}' is not valid.")
    rule: Json = {"freq": _FREQUENCIES[kind], "interval": pattern.get("interval") or 1}
    week = _DAYS[pattern.get("firstDayOfWeek") or "sunday"]
    days = [_DAYS[day] for day in pattern.get("daysOfWeek") or ()]
    if kind == "weekly":
        rule |= {"wkst": week, "byweekday": days}
    elif kind.startswith("relative"):
        rule |= {"byweekday": days, "bysetpos": _PLACES[pattern.get("index") or "first"]}
    elif kind.startswith("absolute"):
        rule |= _day_of_month(int(pattern["dayOfMonth"]))
    if kind.endswith("Yearly"):
        rule["bymonth"] = int(pattern["month"])
    return rule


def _day_of_month(day: int) -> Json:
    """Return the rule for a day of the month; in a month without it its last day is meant."""
    if day <= _SHORTEST_MONTH:
        return {"bymonthday": day}
    return {"bymonthday": list(range(_SHORTEST_MONTH, day + 1)), "bysetpos": -1}
