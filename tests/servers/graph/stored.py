"""An event as a mailbox keeps it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.servers.graph import recurrence, zones
from tests.servers.graph.messages import Json


@dataclass(slots=True)
class StoredEvent:
    """A single event or a series.

    Attributes:
        number: Its place among the events of its mailbox.
        stem: What its ids are made of.
        fields: Its properties as Graph names them; times as they were sent.
        version: Goes up with every change, whatever it was.
        moves: How often it went to another calendar.
        tags: Single-value extended properties, by their ids.
        changed: Of a series: what single occurrences have otherwise, by their dates.
        cancelled: Of a series: dates that were taken out.
    """

    number: int
    stem: str
    calendar: str
    uid: str
    created: datetime
    modified: datetime
    fields: Json
    version: int = 1
    moves: int = 0
    transaction: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    changed: dict[date, Json] = field(default_factory=dict)
    cancelled: set[date] = field(default_factory=set)

    @property
    def is_series(self) -> bool:
        """Whether it is a series master."""
        return bool(self.fields.get("recurrence"))

    @property
    def attendees(self) -> list[str]:
        """Return the addresses of all attendees."""
        return addresses(self.fields)

    def first_day(self) -> date:
        """Return the day of the first occurrence."""
        return zones.wall(self.fields["start"]).date()

    def dates(self, last: date) -> list[date]:
        """Return the days of a series up to `last`, those that were taken out left out."""
        found = recurrence.dates(self.fields["recurrence"], self.first_day(), last)
        return [day for day in found if day not in self.cancelled]


@dataclass(frozen=True, slots=True)
class View:
    """What an id stands for: an event, or one occurrence of a series.

    Attributes:
        day: The date of an occurrence in its series.
        fields: The properties that count for it.
    """

    event: StoredEvent
    day: date | None
    fields: Json

    @property
    def kind(self) -> str:
        """Return Graph's `type`."""
        if self.day is not None:
            return "exception" if self.day in self.event.changed else "occurrence"
        return "seriesMaster" if self.event.is_series else "singleInstance"

    @property
    def begin(self) -> datetime:
        """Return when it begins; an all-day event as if its days were those of UTC."""
        return _instant(self.fields, "start")

    @property
    def end(self) -> datetime:
        """Return when it ends."""
        return _instant(self.fields, "end")

    @property
    def original_instant(self) -> datetime:
        """Return when the series has it; of an all-day one the midnight of the series' zone."""
        return zones.instant(of_event(self.event, self.day, plain=True).fields["start"])


def of_event(event: StoredEvent, day: date | None = None, *, plain: bool = False) -> View:
    """Return an event, or one occurrence of it; `plain` leaves out what that has otherwise."""
    if day is None:
        return View(event, None, event.fields)
    shift = day - event.first_day()
    times = {name: _shifted(event.fields[name], shift) for name in ("start", "end")}
    other = {} if plain else event.changed.get(day, {})
    return View(event, day, {**event.fields, **times, **other})


def addresses(fields: Json) -> list[str]:
    """Return the addresses of all attendees."""
    return [one["emailAddress"]["address"] for one in fields.get("attendees") or ()]


def _shifted(moment: Json, by: timedelta) -> Json:
    return zones.clock(zones.wall(moment) + by, moment["timeZone"])


def _instant(fields: Json, name: str) -> datetime:
    moment = fields[name]
    return zones.instant({**moment, "timeZone": "UTC"} if fields.get("isAllDay") else moment)
