"""Zones that a calendar defines itself (RFC 5545 section 3.6.5), evaluated without expansion.

For a moment, each observance is asked for its onsets in that year and before: a yearly rule is
evaluated for two years, whatever it says. Any other rule makes the zone unknown.
"""

import calendar
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.classifier.parse.calendar_lines import Component
from services.classifier.parse.calendar_values import read_offset, read_time

_OBSERVANCES = 100
"""Of one zone; beyond it the zone is unknown. Zones with their whole history have about seventy."""

_DATES = 500
"""RDATE values of one observance."""

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"-?[0-9]{1,4}")
_WEEK, _MONTHS = 7, 12
_RULE_PARTS = frozenset(("BYMONTH", "BYDAY", "BYMONTHDAY", "BYSETPOS", "UNTIL", "WKST"))


@dataclass(frozen=True, slots=True)
class _Yearly:
    """A day of every year.

    Attributes:
        month: 1 to 12.
        days: Days of the month that may be meant, at most seven; empty for all.
        weekday: 0 for Monday; None for any, if there are days.
        position: Which of the days that fit, from 1; negative from the end.
        until: The last onset; None without an end.
    """

    month: int
    days: tuple[int, ...]
    weekday: int | None
    position: int
    until: datetime | None

    def in_year(self, year: int) -> datetime | None:
        """Return the begin of the day in `year`; None without one."""
        last = calendar.monthrange(year, self.month)[1]
        day = self._among_days(year, last) if self.days else self._among_weeks(year, last)
        return _midnight(year, self.month, day) if 1 <= day <= last else None

    def _among_days(self, year: int, last: int) -> int:
        """Return the day that fits, of those that are named; 0 without one."""
        named = sorted({day if day > 0 else last + 1 + day for day in self.days})
        fit = [
            day
            for day in named
            if 1 <= day <= last and self.weekday in (None, calendar.weekday(year, self.month, day))
        ]
        place = self.position - 1 if self.position > 0 else self.position
        return fit[place] if -len(fit) <= place < len(fit) else 0

    def _among_weeks(self, year: int, last: int) -> int:
        """Return the first, second, … or last such weekday; outside the month if there is none."""
        weekday = self.weekday or 0
        if self.position > 0:
            first = 1 + (weekday - calendar.weekday(year, self.month, 1)) % _WEEK
            return first + _WEEK * (self.position - 1)
        end = last - (calendar.weekday(year, self.month, last) - weekday) % _WEEK
        return end + _WEEK * (self.position + 1)


@dataclass(frozen=True, slots=True)
class _Observance:
    """Standard or daylight saving time from its onsets on; local times of the time before."""

    onsets: tuple[datetime, ...]
    before: timedelta
    after: timedelta
    rule: _Yearly | None

    def near(self, year: int) -> Iterator[datetime]:
        """Yield onsets in `year`, and the last before it."""
        first, end = (bisect_left(self.onsets, _midnight(one, 1, 1)) for one in (year, year + 1))
        yield from self.onsets[max(first - 1, 0) : end]
        if self.rule is None:
            return
        until = self.rule.until
        latest = min(year, until.year) if until else year
        time = self.onsets[0] - _midnight(self.onsets[0].year, 1, 1)
        time -= timedelta(days=time.days)
        for one in (latest - 1, latest):
            day = self.rule.in_year(max(one, 1))
            if day and self.onsets[0] <= day + time and (until is None or day + time <= until):
                yield day + time


@dataclass(slots=True)
class DefinedZone:
    """A zone with its observances, at least one."""

    observances: tuple[_Observance, ...]
    _years: dict[int, list[tuple[datetime, timedelta]]] = field(default_factory=dict)

    def offset(self, moment: datetime) -> timedelta:
        """Return the UTC offset at `moment`, which is local and has no zone."""
        if moment.year not in self._years:
            near = (
                (onset, one.after) for one in self.observances for onset in one.near(moment.year)
            )
            self._years[moment.year] = sorted(near)
        changes = self._years[moment.year]
        place = bisect_right(changes, moment, key=lambda change: change[0])
        if place:
            return changes[place - 1][1]
        return min(self.observances, key=lambda one: one.onsets[0]).before


def read_zone(component: Component) -> DefinedZone:
    """Return the zone that a VTIMEZONE defines.

    Raises:
        ValueError: It cannot be told what it means, or it is beyond the limits.
    """
    if not 0 < len(component.children) <= _OBSERVANCES:
        raise ValueError("a zone without observances, or with too many")
    return DefinedZone(tuple(_observance(child) for child in component.children))


def _observance(component: Component) -> _Observance:
    onset = _local(_required(component, "DTSTART"))
    rule = component.first("RRULE")
    lines = [one.value for one in component.all("RDATE")]
    # Counted before any is read.
    if sum(line.count(",") + 1 for line in lines) > _DATES:
        raise ValueError("too many dates")
    dates = [_local(value) for line in lines for value in line.split(",")]
    before = read_offset(_required(component, "TZOFFSETFROM"))
    return _Observance(
        onsets=(onset, *sorted(one for one in dates if one > onset)),
        before=before,
        after=read_offset(_required(component, "TZOFFSETTO")),
        rule=_rule(rule.value, onset, before) if rule else None,
    )


def _required(component: Component, name: str) -> str:
    found = component.first(name)
    if found is None:
        raise ValueError(f"no {name}")
    return found.value


def _local(value: str) -> datetime:
    """Return a time, or the begin of a day, without its zone."""
    found = read_time(value.partition("/")[0])
    if isinstance(found, datetime):
        return found.replace(tzinfo=None)
    return _midnight(found.year, found.month, found.day)


def _midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day)  # noqa: DTZ001 - local by definition


def _rule(value: str, onset: datetime, before: timedelta) -> _Yearly:
    """Return a yearly rule whose onset is one day; ValueError for every other."""
    parts = dict(part.split("=", 1) for part in value.strip().upper().split(";") if part)
    at = {"BYHOUR": onset.hour, "BYMINUTE": onset.minute, "BYSECOND": onset.second}
    # Lotus Notes says the time of day again.
    yearly = {"FREQ": "YEARLY", "INTERVAL": "1"} | {name: str(time) for name, time in at.items()}
    if "FREQ" not in parts or any(
        parts[name] != yearly[name] if name in yearly else name not in _RULE_PARTS for name in parts
    ):
        raise ValueError("a rule that zones do not have")
    days = tuple(_number(day) for day in parts.get("BYMONTHDAY", "").split(",") if day)
    position, weekday = _by_day(parts.get("BYDAY"), parts.get("BYSETPOS"), alone=not days)
    if weekday is None and not days:
        days = (onset.day,)
    if len(days) > _WEEK:
        raise ValueError("more days than zones have")
    month = _number(parts.get("BYMONTH", str(onset.month)))
    if not 1 <= month <= _MONTHS:
        raise ValueError("no month")
    until = _local(parts["UNTIL"]) if "UNTIL" in parts else None
    if until and parts["UNTIL"].endswith("Z"):
        until += before
    return _Yearly(month, days, weekday, position, until)


def _by_day(value: str | None, position: str | None, *, alone: bool) -> tuple[int, int | None]:
    """Read position and weekday of BYDAY; days of the month (not `alone`) give a position too."""
    if value is None:
        return _number(position or "1"), None
    found = _BY_DAY.fullmatch(value)
    if not found or (alone and not (found[1] or position)):
        raise ValueError("a rule that zones do not have")
    return _number(found[1] or position or "1"), _DAYS.index(found[2])


def _number(text: str) -> int:
    found = _NUMBER.fullmatch(text.strip().removeprefix("+"))
    if not found or int(found[0]) == 0:
        raise ValueError("not a number of a rule")
    return int(found[0])
