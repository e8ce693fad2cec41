"""What is particular about series: first dates, occurrences, exceptions."""

from datetime import date, datetime, timedelta

from tests.servers.graph import recurrence, zones
from tests.servers.graph.messages import Json, bad_request
from tests.servers.graph.rewriting import rewritten
from tests.servers.graph.stored import StoredEvent, View, of_event

_SEARCHED = timedelta(days=366 * 5)
_NEIGHBOURHOOD = timedelta(days=366 * 2)


def begun_at_first(fields: Json) -> Json:
    """Return the fields of a series with the start of its first occurrence, as the service does.

    A pattern without any date is refused.
    """
    if not fields.get("recurrence"):
        return fields
    day = zones.wall(fields["start"]).date()
    found = next(recurrence.dates(fields["recurrence"], day, day + _SEARCHED), None)
    if found is None:
        raise bad_request("ErrorInvalidRequest", "The recurrence has no occurrences.")
    shift = found - day
    moved = {
        name: zones.clock(zones.wall(fields[name]) + shift, fields[name]["timeZone"])
        for name in ("start", "end")
    }
    limits = {
        "recurrenceTimeZone": fields["start"]["timeZone"],
        **(fields["recurrence"].get("range") or {}),
        "startDate": found.isoformat(),
    }
    return {**fields, **moved, "recurrence": {**fields["recurrence"], "range": limits}}


def occurrences(event: StoredEvent, begin: datetime, end: datetime) -> list[View]:
    """Return the occurrences of a series that overlap a time, by their starts."""
    found = [of_event(event, day) for day in event.dates((end + timedelta(days=2)).date())]
    # An exception may have been moved in from behind the window.
    later = [of_event(event, day) for day in event.changed if day not in {v.day for v in found}]
    overlapping = [view for view in found + later if overlaps(view, begin, end)]
    return sorted(overlapping, key=lambda view: view.begin)


def overlaps(view: View, begin: datetime, end: datetime) -> bool:
    """Whether an event is in a time; one that ends when that begins is not."""
    return view.begin < end and (view.end > begin or view.begin == view.end == begin)


def begins_before(event: StoredEvent, begin: datetime) -> bool:
    """Whether the first occurrence of a series lies before a time."""
    return of_event(event, event.first_day(), plain=True).end <= begin


def change_occurrence(event: StoredEvent, day: date, given: Json) -> None:
    """Let one occurrence have other values than its series.

    One that would pass or meet its neighbour is refused.
    """
    after = rewritten(of_event(event, day).fields, given)
    _check_neighbours(event, day, View(event, day, after))
    own = {name: value for name, value in after.items() if value != event.fields.get(name)}
    event.changed[day] = {**own, "start": after["start"], "end": after["end"]}


def _check_neighbours(event: StoredEvent, day: date, moved: View) -> None:
    days = event.dates(day + _NEIGHBOURHOOD)
    place = days.index(day)
    start = zones.wall(moved.fields["start"]).date()
    before = of_event(event, days[place - 1]) if place else None
    after = of_event(event, days[place + 1]) if place + 1 < len(days) else None
    too_early = before and start <= zones.wall(before.fields["start"]).date()
    too_late = after and start >= zones.wall(after.fields["start"]).date()
    if too_early or too_late:
        message = "Cannot set the occurrence: it would cross or overlap its neighbour."
        raise bad_request("ErrorOccurrenceCrossingBoundary", message)
