"""Outlook in the world of the calendar's tests: the double of Microsoft Graph and our client.

It has what `MemoryCalendar` has for tests, so that the same machine runs over the real client.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from services.calsync.calendars.graph import times
from services.calsync.calendars.graph.items import TAG_ID
from services.calsync.calendars.memory import Trouble
from services.calsync.calendars.port import (
    CalendarItem,
    EventCalendar,
    ItemContent,
    ItemTime,
    Participant,
    Whereabouts,
)
from tests.calendar_world import EVA, JAN, ZONE
from tests.servers.graph import bodies, ids
from tests.servers.graph.mailbox import DEFAULT, DELETED, GraphMailbox
from tests.servers.graph.messages import Json, RefusalError
from tests.servers.graph.server import GraphServer
from tests.servers.graph.stored import StoredEvent

ELSEWHERE = "other"
_YEARS = datetime(2025, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class OutlookAtGraph:
    """The Microsoft side of the port, with what people do in Outlook."""

    def __init__(self, graph: GraphServer, asked: EventCalendar, looked: EventCalendar) -> None:
        """Take the double, the client of the rounds, and another one that nobody counts."""
        self._trouble: Trouble = lambda _call: None
        self._graph = graph
        self._asked = asked
        self._looked = looked
        for user in (JAN, EVA):
            self._mailbox(user.mailbox)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a method of the port, which meets trouble before and after."""
        method = getattr(self._asked, name)
        if name == "requests":
            return method  # type: ignore[no-any-return]

        def met(*given: Any) -> Any:
            self._trouble(f"before {name}")
            answer = method(*given)
            self._trouble(f"after {name}")
            return answer

        return met

    def add(self, mailbox: str, content: ItemContent, **facts: Any) -> str:
        """Add an event as a person does; return its id."""
        event = self._mailbox(mailbox).create(_event(content))
        name = ids.immutable(event.stem)
        if facts:
            self.set_facts(mailbox, name, **facts)
        return name

    def add_series(
        self, mailbox: str, content: ItemContent, starts: list[ItemTime], **facts: Any
    ) -> str:
        """Add a series with an occurrence each week."""
        master = self.add(mailbox, content, **facts)
        self.plan_series(mailbox, master, starts)
        return master

    def plan_series(self, mailbox: str, master_id: str, starts: list[ItemTime]) -> None:
        """Give a series the occurrences at `starts`, which lie a week apart, and no others."""
        if not starts:
            self._mailbox(mailbox).delete(master_id)
            return
        event = self._stored(mailbox, master_id)
        content: Any = self._looked.get(_user(mailbox), master_id).content
        length = content.end - content.start
        recurrence = {
            "pattern": {
                "type": "weekly",
                "interval": 1,
                "daysOfWeek": [_DAYS[starts[0].weekday()]],
            },
            "range": {"type": "numbered", "numberOfOccurrences": len(starts)},
        }
        values = _values({"start": starts[0], "end": starts[0] + length})
        self._mailbox(mailbox).patch(master_id, values | {"recurrence": recurrence})
        assert event.is_series

    def edit(self, mailbox: str, event_id: str, **values: Any) -> None:
        """Change content as a person does; what the service refuses is not done."""
        if {"start", "end"} & set(values):
            content = self._looked.get(_user(mailbox), event_id).content
            values = {"start": content.start, "end": content.end} | values
            if values["end"] <= values["start"]:
                values["end"] = values["start"] + timedelta(minutes=1)
        with suppress(RefusalError):
            self._mailbox(mailbox).patch(event_id, _values(values))

    def set_facts(self, mailbox: str, event_id: str, **facts: Any) -> None:
        """Change anything but content; without facts it is another version alone."""
        own = self._mailbox(mailbox)
        view = own.find(event_id)
        fields = view.event.fields
        if view.day is not None:
            times_of = {name: view.fields[name] for name in ("start", "end")}
            fields = view.event.changed.setdefault(view.day, times_of) if facts else {}
        if "tag" in facts and facts["tag"] is not None:
            view.event.tags[TAG_ID] = facts["tag"]
        if "called_off" in facts:
            fields["isCancelled"] = facts["called_off"]
        if "attendees" in facts:
            people = [{"emailAddress": {"address": one}} for one in facts["attendees"]]
            fields["attendees"] = people
        if facts.get("own") is False:
            fields["organizer"] = facts.get("organizer") or "chief@firma.cz"
        if facts.get("online"):
            fields["isOnlineMeeting"] = True
            fields["body"] = bodies.with_meeting(fields["body"], 1)
        if facts.get("kind") == "single":
            own.patch(event_id, _event(facts["content"]) | {"recurrence": None})
        own.touch(view.event)

    def remove(self, mailbox: str, event_id: str, *, for_good: bool = True) -> None:
        """Delete an event; with `for_good` it cannot be asked for any more."""
        own = self._mailbox(mailbox)
        view = own.find(event_id)
        own.delete(event_id)
        if for_good and view.day is None:
            own.purged.add(view.event.number)

    def move(self, mailbox: str, event_id: str, where: Whereabouts) -> None:
        """Move an event to another calendar or back, or out of Deleted Items."""
        calendar = DEFAULT if where == "calendar" else ELSEWHERE
        self._mailbox(mailbox).move(self._stored(mailbox, event_id), calendar)

    def reissue(self, mailbox: str, event_id: str) -> str:
        """Give an event a new id."""
        event = self._stored(mailbox, event_id)
        self._mailbox(mailbox).reissue(event)
        return ids.immutable(event.stem)

    def lose_cursors(self, _mailbox: str) -> None:
        """Forget all cursors."""
        self._graph.company.delta.lose_tokens()

    def shown(self, mailbox: str) -> Mapping[str, CalendarItem]:
        """Return what the calendar shows, by id, without masters."""
        return {item.id: item for item in self._looked.between(_user(mailbox), *_YEARS)}

    def _calendar(self, mailbox: str) -> SimpleNamespace:
        """Return where every event is, as `MemoryCalendar` keeps it."""
        own = self._mailbox(mailbox)
        known = {
            ids.immutable(event.stem): SimpleNamespace(
                where=_where(event),
                item=SimpleNamespace(
                    version="gone" if event.number in own.purged else "1",
                    master=None,
                    kind="master" if event.is_series else "single",
                ),
            )
            for event in own.events.values()
        }
        return SimpleNamespace(events=known)

    def _mailbox(self, name: str) -> GraphMailbox:
        """Return a mailbox; it is made when it is first asked for."""
        company = self._graph.company
        if name not in {account.id for account in company.accounts}:
            made = company.add(f"{name.replace(' ', '-')}@firma.cz", object_id=name)
            made.calendars[ELSEWHERE] = "Other"
            made.deleted_answer = True
        return company.mailbox(name)

    def _stored(self, mailbox: str, event_id: str) -> StoredEvent:
        return self._mailbox(mailbox).find(event_id).event


def _user(mailbox: str) -> Participant:
    return Participant(1, "", mailbox)


def _where(event: StoredEvent) -> str:
    return {DEFAULT: "calendar", DELETED: "nowhere"}.get(event.calendar, "elsewhere")


def _event(content: ItemContent) -> Json:
    names = ("subject", "text", "start", "end", "location", "private")
    return _values({name: getattr(content, name) for name in names})


def _values(values: Mapping[str, Any]) -> Json:
    given: Json = {}
    for name, value in values.items():
        if name in ("start", "end"):
            clock, zone = times.written(value, ZONE)
            given[name] = {"dateTime": clock, "timeZone": zone}
            given["isAllDay"] = not isinstance(value, datetime)
        elif name == "text":
            given["body"] = {"contentType": "text", "content": value}
        elif name == "location":
            given["location"] = {"displayName": value}
        elif name == "private":
            given["sensitivity"] = "private" if value else "normal"
        else:
            given[name] = value
    return given
