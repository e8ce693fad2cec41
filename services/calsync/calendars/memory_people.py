"""What people do in Outlook, and what the service does on its own, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from services.calsync.calendars.port import (
    CalendarItem,
    ItemContent,
    ItemTime,
    Whereabouts,
)
from services.calsync.content import canonical
from services.calsync.zones import moment_of

_UTC = ZoneInfo("UTC")


@dataclass(slots=True)
class StoredEvent:
    """An event and where it is."""

    item: CalendarItem
    changed: int
    where: Whereabouts = "calendar"


@dataclass(slots=True)
class StoredCalendar:
    """The events of one mailbox, by id."""

    events: dict[str, StoredEvent] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)
    requests: int = 0


class OutlookInMemory:
    """Mailboxes with calendars; a series is told anew whenever one of its occurrences changes."""

    def __init__(self) -> None:
        """Begin without any mailbox."""
        self._calendars: dict[str, StoredCalendar] = {}
        self._count = 0

    def add(self, mailbox: str, content: ItemContent, **facts: Any) -> str:  # noqa: ANN401 - any fact
        """Add an event as a person does; return its id."""
        stored = self._calendar(mailbox)
        item = self._put(stored, canonical(content))
        stored.events[item.id].item = replace(item, **facts)
        return item.id

    def add_series(
        self,
        mailbox: str,
        content: ItemContent,
        starts: Sequence[ItemTime],
        **facts: Any,  # noqa: ANN401 - any fact
    ) -> str:
        """Add a series with an occurrence at each of `starts`; return its master's id."""
        master = self.add(mailbox, content, kind="master", **facts)
        self.plan_series(mailbox, master, starts)
        return master

    def plan_series(self, mailbox: str, master_id: str, starts: Sequence[ItemTime]) -> None:
        """Give a series the occurrences at `starts` and no others: ids follow from the dates."""
        stored = self._calendar(mailbox)
        for one in stored.events.values():
            if one.item.master == master_id:
                one.where = "nowhere"
        master = stored.events[master_id]
        for start in starts:
            self._plan_occurrence(stored, master, start)
        self._set(master, kind="master")

    def edit(self, mailbox: str, event_id: str, **values: Any) -> None:  # noqa: ANN401 - any field
        """Change content as a person does."""
        one = self._calendar(mailbox).events[event_id]
        self._set(one, content=canonical(replace(one.item.content, **values)))

    def set_facts(self, mailbox: str, event_id: str, **facts: Any) -> None:  # noqa: ANN401 - any fact
        """Change anything but content: attendees, cancelled, a new version without a change."""
        self._set(self._calendar(mailbox).events[event_id], **facts)

    def remove(self, mailbox: str, event_id: str, *, for_good: bool = True) -> None:
        """Delete an event as a person does; with `for_good` it cannot be asked for any more."""
        stored = self._calendar(mailbox)
        one = stored.events[event_id]
        self._remove(stored, one)
        if for_good:
            one.item = replace(one.item, version="gone")

    def move(self, mailbox: str, event_id: str, where: Whereabouts) -> None:
        """Move an event or a series to another calendar or back, an event out of Deleted Items."""
        stored = self._calendar(mailbox)
        one = stored.events[event_id]
        one.where = where
        for occurrence in stored.events.values():
            if occurrence.item.master == event_id and occurrence.where != "nowhere":
                occurrence.where = where
        self._set(one)

    def reissue(self, mailbox: str, event_id: str) -> str:
        """Give an event or a series a new id, as a move of the mailbox does."""
        stored = self._calendar(mailbox)
        new_id = f"event-{self._tick()}"
        every = stored.events.values()
        former = [one for one in every if event_id in {one.item.id, one.item.master}]
        for old in former:
            item = replace(old.item, id=old.item.id.replace(event_id, new_id, 1))
            if item.master:
                item = replace(item, master=new_id)
            stored.events[item.id] = StoredEvent(item, self._count, old.where)
        for old in former:
            old.where, old.changed = "nowhere", self._count
            old.item = replace(old.item, version="gone")
        return new_id

    def lose_cursors(self, mailbox: str) -> None:
        """Forget all cursors."""
        self._calendar(mailbox).cursors.clear()

    def shown(self, mailbox: str) -> Mapping[str, CalendarItem]:
        """Return what the calendar shows, by id, without masters."""
        return {
            event_id: one.item
            for event_id, one in self._calendar(mailbox).events.items()
            if one.where == "calendar" and one.item.kind != "master"
        }

    def _calendar(self, mailbox: str) -> StoredCalendar:
        return self._calendars.setdefault(mailbox, StoredCalendar())

    def _tick(self) -> int:
        self._count += 1
        return self._count

    def _put(self, stored: StoredCalendar, content: ItemContent) -> CalendarItem:
        number = self._tick()
        item = CalendarItem(f"event-{number}", str(number), content, uid=f"uid-{number}")
        stored.events[item.id] = StoredEvent(item, number)
        return item

    def _plan_occurrence(
        self, stored: StoredCalendar, series: StoredEvent, start: ItemTime
    ) -> None:
        master = series.item
        item_id = f"{master.id}@{start.isoformat()}"
        first = master.content
        length = moment_of(first.end, _UTC) - moment_of(first.start, _UTC)
        content = canonical(replace(first, start=start, end=start + length))
        item = replace(
            master,
            id=item_id,
            version=str(self._tick()),
            kind="occurrence",
            master=master.id,
            original_start=content.start,
            content=content,
        )
        stored.events[item_id] = StoredEvent(item, self._count, series.where)

    def _remove(self, stored: StoredCalendar, one: StoredEvent) -> None:
        one.where = "nowhere"
        one.changed = self._tick()
        if one.item.kind == "occurrence" and one.item.master in stored.events:
            # The whole series is told anew.
            stored.events[one.item.master].changed = self._count
        for other in stored.events.values():
            if other.item.master == one.item.id:
                other.where = "nowhere"

    def _set(self, one: StoredEvent, **facts: Any) -> None:  # noqa: ANN401 - any fact
        number = self._tick()
        one.item = replace(one.item, version=str(number), **facts)
        one.changed = number
