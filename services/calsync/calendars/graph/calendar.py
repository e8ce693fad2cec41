"""The default calendars of Microsoft 365: the port's Microsoft side."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from services.calsync.calendars.graph import lists, requests, times
from services.calsync.calendars.graph.answers import GraphEvent
from services.calsync.calendars.graph.items import (
    HtmlToText,
    changed_event,
    created,
    item_of,
    new_event,
    tag_of,
)
from services.calsync.calendars.graph.rounds import Round, run_round
from services.calsync.calendars.graph.trouble import unreadable
from services.calsync.calendars.graph.wire import GraphWire
from services.calsync.calendars.port import (
    CalendarChanges,
    CalendarItem,
    FieldValues,
    ItemGoneError,
    ItemRefusedError,
    NewItem,
    Participant,
    Whereabouts,
    Window,
)
from services.calsync.zones import inside

_DELETED_BEFORE = "ErrorCannotDeleteObject"
_UNREADABLE = (ValueError, TypeError, AttributeError, KeyError)


class GraphCalendar:
    """Implements `EventCalendar`; may be used by several threads."""

    def __init__(self, wire: GraphWire, zone: ZoneInfo, html_to_text: HtmlToText) -> None:
        """Take the way to Graph, the company's zone, and what makes text of HTML."""
        self._wire = wire
        self._zone = zone
        self._html_to_text = html_to_text

    def changes(self, user: Participant, window: Window, cursor: str | None) -> CalendarChanges:
        """Return what has changed; also everything for a cursor that was for another window."""
        with self._readable():
            ended = self._wire.run(run_round(self._wire, user.mailbox, window, cursor))
            return self._changes(ended, window)

    def get(self, user: Participant, item_id: str) -> CalendarItem:
        """Return one event with its tag."""

        async def ask() -> tuple[GraphEvent, GraphEvent | None]:
            event = await lists.one(self._wire, user.mailbox, item_id)
            return await lists.with_master(self._wire, user.mailbox, event)

        with self._readable():
            return self._item(*self._wire.run(ask()))

    def create(self, user: Participant, new: NewItem) -> CalendarItem:
        """Make an event in the default calendar: busy, without attendees."""
        request = requests.creation(self._wire.user(user.mailbox), new_event(new, self._zone))
        with self._readable():
            made = self._wire.run(self._wire.send(user.mailbox, request, GraphEvent, writing=True))
            # The answer shows no extended properties.
            return replace(self._item(made), tag=new.tag)

    def change(
        self, user: Participant, item_id: str, version: str | None, values: FieldValues
    ) -> CalendarItem:
        """Set fields of an event, or of one occurrence of a series."""
        event = changed_event(values, self._zone)
        request = requests.change(self._wire.user(user.mailbox), item_id, version, event)

        async def ask() -> tuple[GraphEvent, GraphEvent | None]:
            after = await self._wire.send(user.mailbox, request, GraphEvent, writing=True)
            return await lists.with_master(self._wire, user.mailbox, after)

        with self._readable():
            return self._item(*self._wire.run(ask()))

    def delete(self, user: Participant, item_id: str, version: str | None) -> None:
        """Delete an event, or take one occurrence out of its series."""
        request = requests.deletion(self._wire.user(user.mailbox), item_id, version)
        try:
            self._wire.run(self._wire.send_deletion(user.mailbox, request))
        except ItemGoneError:
            return
        except ItemRefusedError as error:
            # What was deleted before is sometimes forbidden to be deleted again.
            if error.code != _DELETED_BEFORE:
                raise

    def occurrences(
        self, user: Participant, master_id: str, window: Window
    ) -> Sequence[CalendarItem]:
        """Return all occurrences of a series in the window, fresh."""

        async def ask() -> tuple[GraphEvent, list[GraphEvent]]:
            master = await lists.one(self._wire, user.mailbox, master_id)
            times_of = window.begin, window.end
            return master, await lists.instances(self._wire, user.mailbox, master_id, *times_of)

        with self._readable():
            master, found = self._wire.run(ask())
            return [self._item(event, master) for event in found]

    def between(self, user: Participant, begin: datetime, end: datetime) -> Sequence[CalendarItem]:
        """Return what the default calendar shows now in that time, tags included."""

        async def ask() -> tuple[list[GraphEvent], dict[str, GraphEvent]]:
            found = await lists.between(self._wire, user.mailbox, begin, end)
            return found, await lists.masters_of(self._wire, user.mailbox, found)

        with self._readable():
            found, masters = self._wire.run(ask())
            return list(self._items(found, masters))

    def with_uid(self, user: Participant, uid: str) -> Sequence[CalendarItem]:
        """Return single events and masters with this iCalUId."""
        return self._matching(user, requests.with_uid(uid))

    def tagged(self, user: Participant, tag: str) -> Sequence[CalendarItem]:
        """Return the events with this tag, oldest first."""
        return self._matching(user, requests.with_tag(tag))

    def tags(self, user: Participant, window: Window) -> Mapping[str, str]:
        """Return the tags of all tagged events in the window, by event id."""
        ask = lists.between(self._wire, user.mailbox, window.begin, window.end, ["id"])
        tagged = ((event.id, tag_of(event)) for event in self._wire.run(ask))
        return {name: tag for name, tag in tagged if tag}

    def place(self, user: Participant, item: CalendarItem) -> Whereabouts:
        """Return where an event is: the calendar's view of its own time decides."""
        begin, end = _time(item)

        async def ask() -> Whereabouts:
            shown = await lists.between(self._wire, user.mailbox, begin, end, ["id"])
            if any(event.id == item.id for event in shown):
                return "calendar"
            return await lists.whereabouts(self._wire, user.mailbox, item.id)

        return self._wire.run(ask())

    def requests(self, user: Participant) -> int:
        """Return how many requests were made for this user since the last call."""
        return self._wire.requests(user.mailbox)

    def _matching(self, user: Participant, wanted: str) -> Sequence[CalendarItem]:
        with self._readable():
            found = self._wire.run(lists.matching(self._wire, user.mailbox, wanted))
            return [self._item(event) for event in sorted(found, key=created)]

    def _changes(self, ended: Round, window: Window) -> CalendarChanges:
        events = ended.masters | ended.told.events
        removed = ended.told.removed | (
            {each.series_master_id or "" for each in events.values() if each.of_series}
            - set(ended.masters)
        )
        items = self._items(events.values(), ended.masters)
        # Graph's window is one of instants: days at its edges are in it in one zone or another.
        shown = (each for each in items if not ended.complete or _is_in(each, window))
        return CalendarChanges(
            items=tuple(shown),
            removed=frozenset(removed),
            complete=ended.complete,
            cursor=ended.cursor,
        )

    def _items(
        self, events: Iterable[GraphEvent], masters: Mapping[str, GraphEvent]
    ) -> Iterator[CalendarItem]:
        for event in events:
            if not event.of_series:
                yield self._item(event)
            elif master := masters.get(event.series_master_id or ""):
                yield self._item(event, master)

    def _item(self, event: GraphEvent, master: GraphEvent | None = None) -> CalendarItem:
        return item_of(event, self._html_to_text, master)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Take what is not as Graph promises it for an answer that cannot be read."""
        try:
            yield
        except _UNREADABLE:
            raise unreadable(self._wire.host) from None


def _is_in(item: CalendarItem, window: Window) -> bool:
    return item.kind == "master" or inside(item.content, window)


def _time(item: CalendarItem) -> tuple[datetime, datetime]:
    start, end = item.content.start, item.content.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        return start, end
    return times.day_bounds(start, end)
