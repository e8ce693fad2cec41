"""A calendar in memory: behaves like Microsoft 365 where the synchronisation could notice.

Deleted events can still be asked for by id; a series is shown as its master and all occurrences
whenever one of them changes, and a cancelled occurrence leaves no tombstone; a version changes at
every write; a transaction id makes one event only. `memory_people` has what people do in Outlook.
`trouble` is called around each request and may raise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from services.calsync.calendars.memory_people import OutlookInMemory, StoredCalendar, StoredEvent
from services.calsync.calendars.port import (
    CalendarChanges,
    CalendarItem,
    CursorLostError,
    FieldValues,
    ItemChangedError,
    ItemGoneError,
    ItemRefusedError,
    NewItem,
    Participant,
    Whereabouts,
    Window,
)
from services.calsync.content import canonical, fits_together, with_values
from services.calsync.zones import inside, moment_of
from shared.contracts.said import said

_UTC = ZoneInfo("UTC")

Trouble = Callable[[str], None]


class MemoryCalendar(OutlookInMemory):
    """The Microsoft side of the port, in memory."""

    def __init__(self, trouble: Trouble = lambda _call: None) -> None:
        """Take what is called with `before create`, `after create` and so on."""
        super().__init__()
        self._trouble = trouble

    def changes(self, user: Participant, window: Window, cursor: str | None) -> CalendarChanges:
        """Return the events that changed since the cursor."""
        stored = self._request(user, "changes")
        if cursor is not None and cursor not in stored.cursors:
            raise CursorLostError(said("the cursor is not known"))
        since = -1 if cursor is None else stored.cursors[cursor]
        touched = {
            one.item.master or one.item.id for one in stored.events.values() if one.changed > since
        }
        items, removed = list[CalendarItem](), set[str]()
        for one in stored.events.values():
            if (one.item.master or one.item.id) not in touched:
                continue
            if one.where == "calendar" and _shown(one.item, window):
                items.append(replace(one.item, tag=None))
            elif one.where != "nowhere" or one.item.kind != "occurrence":
                removed.add(one.item.id)
        name = str(self._tick())
        stored.cursors[name] = self._count
        found = CalendarChanges(
            tuple(items), frozenset(removed if cursor else ()), cursor is None, name
        )
        self._trouble("after changes")
        return found

    def get(self, user: Participant, item_id: str) -> CalendarItem:
        """Return an event, also a deleted one that is still kept."""
        stored = self._request(user, "get")
        return self._event(stored, item_id).item

    def create(self, user: Participant, new: NewItem) -> CalendarItem:
        """Make an event, once for each transaction id."""
        stored = self._request(user, "create")
        for one in stored.events.values():
            if new.transaction_id and one.item.transaction_id == new.transaction_id:
                raise ItemRefusedError(said("used before"), "ErrorDuplicateTransactionId")
        item = self._put(stored, canonical(new.content))
        made = replace(item, tag=new.tag, transaction_id=new.transaction_id)
        stored.events[item.id].item = made
        self._trouble("after create")
        return made

    def change(
        self, user: Participant, item_id: str, version: str | None, values: FieldValues
    ) -> CalendarItem:
        """Set fields of an event."""
        stored = self._request(user, "change")
        one = self._event(stored, item_id)
        self._expect(one, version)
        content = with_values(one.item.content, values)
        if not fits_together(content):
            raise ItemRefusedError(
                said("the end is not after the start"), "ErrorPropertyValidationFailure"
            )
        self._set(one, content=canonical(content))
        self._trouble("after change")
        return one.item

    def delete(self, user: Participant, item_id: str, version: str | None) -> None:
        """Move an event to Deleted Items; an occurrence is cancelled."""
        stored = self._request(user, "delete")
        one = stored.events.get(item_id)
        if one is not None and one.where != "nowhere":
            self._expect(one, version)
            self._remove(stored, one)
        self._trouble("after delete")

    def occurrences(
        self, user: Participant, master_id: str, window: Window
    ) -> Sequence[CalendarItem]:
        """Return the occurrences of a series in the window."""
        stored = self._request(user, "occurrences")
        self._event(stored, master_id)
        return [
            one.item
            for one in stored.events.values()
            if one.item.master == master_id and one.where != "nowhere"
            if inside(one.item.content, window)
        ]

    def between(self, user: Participant, begin: datetime, end: datetime) -> Sequence[CalendarItem]:
        """Return what the calendar shows in that time."""
        stored = self._request(user, "between")
        return [
            one.item
            for one in stored.events.values()
            if one.where == "calendar" and one.item.kind != "master"
            if moment_of(one.item.content.start, _UTC) < end
            if moment_of(one.item.content.end, _UTC) > begin
        ]

    def with_uid(self, user: Participant, uid: str) -> Sequence[CalendarItem]:
        """Return events and masters with an iCalUId that are in a calendar."""
        stored = self._request(user, "with_uid")
        return [
            one.item
            for one in stored.events.values()
            if one.item.uid == uid and one.item.kind != "occurrence" and one.where != "nowhere"
        ]

    def tagged(self, user: Participant, tag: str) -> Sequence[CalendarItem]:
        """Return the events with a tag, oldest first."""
        stored = self._request(user, "tagged")
        return [
            one.item
            for one in stored.events.values()
            if one.item.tag == tag and one.where != "nowhere"
        ]

    def tags(self, user: Participant, window: Window) -> Mapping[str, str]:
        """Return the tags of the window by event id."""
        stored = self._request(user, "tags")
        return {
            one.item.id: one.item.tag
            for one in stored.events.values()
            if one.item.tag and one.where != "nowhere" and inside(one.item.content, window)
        }

    def place(self, user: Participant, item: CalendarItem) -> Whereabouts:
        """Return where an event is."""
        stored = self._request(user, "place")
        return self._event(stored, item.id).where

    def requests(self, user: Participant) -> int:
        """Return the requests since the last call."""
        stored = self._calendar(user.mailbox)
        made, stored.requests = stored.requests, 0
        return made

    def _request(self, user: Participant, call: str) -> StoredCalendar:
        stored = self._calendar(user.mailbox)
        stored.requests += 1
        self._trouble(f"before {call}")
        return stored

    def _event(self, stored: StoredCalendar, item_id: str) -> StoredEvent:
        one = stored.events.get(item_id)
        if one is None or one.item.version == "gone":
            raise ItemGoneError(said("the event does not exist"))
        if one.item.kind == "occurrence" and one.where == "nowhere":
            raise ItemGoneError(said("the occurrence does not exist"))
        return one

    def _expect(self, one: StoredEvent, version: str | None) -> None:
        if version is not None and one.item.version != version:
            raise ItemChangedError(said("the event has another version"))


def _shown(item: CalendarItem, window: Window) -> bool:
    return item.kind == "master" or inside(item.content, window)
