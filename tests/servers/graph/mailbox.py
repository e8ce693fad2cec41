"""One mailbox: its calendars and events, and what has changed in which order.

The methods are what Outlook, other programs and the service itself do; requests end here, too.
"""

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Literal

from tests.servers.graph import ids, series
from tests.servers.graph.accounts import GraphAccount
from tests.servers.graph.meetings import Meetings
from tests.servers.graph.messages import Json, RefusalError, not_found
from tests.servers.graph.rewriting import DEFAULTS, rewritten
from tests.servers.graph.stored import StoredEvent, View, of_event

DEFAULT, DELETED = "calendar", "deleted"
"""Names of the default calendar and of Deleted Items, which is none."""


class GraphMailbox:
    """The calendars of one account.

    Attributes:
        refuse_repeated: Whether a POST with a known transaction id is refused; else it is answered
            with the event that the first one made, if it says the same.
        deleted_answer: Whether deleted events still answer by their immutable id, from Deleted
            Items.
        purged: Numbers of deleted events that do not answer from Deleted Items any more.
        search_lags: Whether searches by property find nothing that was made from now on.
        changes_are_late: Whether delta does not show what changes from now on, until `reveal`.
        occurrence_uids: What iCalUId an occurrence shows: its master's, one of its own, or none.
        seen: The order of changes as delta knows it: the number of the latest, by event.
    """

    def __init__(
        self, account: GraphAccount, meetings: Meetings, now: Callable[[], datetime]
    ) -> None:
        """Make an empty mailbox with a default calendar."""
        self.account = account
        self.refuse_repeated = True
        self.deleted_answer = False
        self.search_lags = False
        self.changes_are_late = False
        self.occurrence_uids: Literal["master", "own", "none"] = "master"
        self.calendars = {DEFAULT: "Calendar"}
        self.seen: dict[int, int] = {}
        self.events: dict[int, StoredEvent] = {}
        self.purged: set[int] = set()
        self._hidden_from_search: set[int] = set()
        self._late: set[int] = set()
        self._meetings = meetings
        self._now = now
        self._numbers = 0
        self._order = 0
        self._transactions: dict[str, tuple[int, Json]] = {}

    # What is there

    @property
    def address(self) -> str:
        """Return the address that its meetings are sent from."""
        return self.account.mail or self.account.upn

    @property
    def order(self) -> int:
        """Return the number of the latest change."""
        return self._order

    def living(self, calendar: str | None = None) -> Iterator[StoredEvent]:
        """Return the events of a calendar, or of all; oldest first."""
        for event in self.events.values():
            if event.calendar == calendar or (calendar is None and event.calendar != DELETED):
                yield event

    def searchable(self) -> Iterator[StoredEvent]:
        """Return the events that a search by property finds."""
        return (each for each in self.living() if each.number not in self._hidden_from_search)

    def owns(self, event: StoredEvent) -> bool:
        """Whether the user is the organiser."""
        return str(event.fields["organizer"]).lower() == self.address.lower()

    def find(self, name: str) -> View:
        """Return what an id stands for; the case of letters counts."""
        master, day = ids.parts(name)
        for event in self.events.values():
            forever, until_moved = ids.immutable(event.stem), self.mutable_id(event)
            kept = self.deleted_answer and event.number not in self.purged
            answers = event.calendar != DELETED or (kept and master == forever)
            if master in (forever, until_moved) and answers:
                return _view(event, day)
        raise not_found()

    @staticmethod
    def mutable_id(event: StoredEvent) -> str:
        """Return the id that lasts until the next move."""
        return ids.mutable(event.stem, event.moves)

    # What people and programs do

    def create(self, given: Json, calendar: str = DEFAULT) -> StoredEvent:
        """Make an event and invite its attendees.

        A transaction id that was used before makes no second one.
        """
        transaction = given.get("transactionId")
        if transaction in self._transactions:
            return self._repeated(str(transaction), given)
        fields = series.begun_at_first(rewritten(DEFAULTS, given))
        event = self._add({**fields, "organizer": self.address}, calendar)
        event.tags = _tags(given)
        if transaction:
            event.transaction = str(transaction)
            self._transactions[event.transaction] = event.number, copy.deepcopy(given)
        self._meetings.made(self.address, event)
        return event

    def patch(self, name: str, given: Json) -> View:
        """Change an event or one occurrence of a series, and tell attendees."""
        view = self.find(name)
        before = view.fields
        if view.day is not None:
            series.change_occurrence(view.event, view.day, given)
        else:
            self._patch_whole(view.event, given)
        view.event.tags |= _tags(given)
        self.touch(view.event)
        if self.owns(view.event):
            self._meetings.changed(self.address, view.event, before, given)
        return _view(view.event, view.day)

    def delete(self, name: str) -> None:
        """Delete an event or one occurrence of a series, and call it off for attendees."""
        view = self.find(name)
        if view.day is not None:
            view.event.cancelled.add(view.day)
            view.event.changed.pop(view.day, None)
        else:
            view.event.calendar = DELETED
        self.touch(view.event)
        if self.owns(view.event):
            self._meetings.cancelled(self.address, view.event, view.event.attendees)

    def restore(self, event: StoredEvent) -> None:
        """Take an event back from Deleted Items."""
        self.move(event, DEFAULT)

    def move(self, event: StoredEvent, calendar: str) -> None:
        """Move an event to another calendar: its id that does not survive this is another now."""
        event.calendar = calendar
        event.moves += 1
        self.touch(event)

    def copy(self, event: StoredEvent) -> StoredEvent:
        """Copy an event as Outlook does: with its tags, as a new one."""
        made = self._add(copy.deepcopy(event.fields), event.calendar)
        made.tags = dict(event.tags)
        return made

    def reissue(self, event: StoredEvent) -> None:
        """Give an event another id for good, as an archive mailbox or an import does."""
        former = copy.copy(event)
        former.calendar = DELETED
        self.events[former.number] = former
        self.purged.add(former.number)
        self._changed(former)
        event.number, event.stem = self._next()
        self.events[event.number] = event
        self.touch(event)

    def touch(self, event: StoredEvent) -> None:
        """Give an event another etag, whatever has changed or not."""
        event.version += 1
        event.modified = self._now()
        self._changed(event)

    def respond(self, event: StoredEvent, attendee: str, answer: str) -> None:
        """Note an attendee's answer, on the organiser's side or in his own copy."""
        for one in event.fields["attendees"]:
            if one["emailAddress"]["address"].lower() == attendee.lower():
                one["status"] = {"response": answer, "time": self._now().isoformat()}
        if attendee.lower() == self.address.lower():
            event.fields["responseStatus"] = answer
        self.touch(event)

    def call_off(self, event: StoredEvent) -> None:
        """Mark an event as cancelled; it stays in the calendar."""
        event.fields["isCancelled"] = True
        self.touch(event)

    def reveal(self) -> None:
        """Let everything be seen that was late, in delta and in searches, from now on."""
        self.changes_are_late = self.search_lags = False
        self._hidden_from_search.clear()
        late, self._late = sorted(self._late), set()
        for number in late:
            self._changed(self.events[number])

    # What the meetings of others do

    def take_invitation(self, uid: str, organizer: str, fields: Json, source: StoredEvent) -> None:
        """Make the copy of somebody else's meeting, or bring it up to date."""
        event = self.of_uid(uid) or self._add(dict(DEFAULTS), DEFAULT, uid)
        answer = event.fields.get("responseStatus", "notResponded")
        event.fields |= {**copy.deepcopy(fields), "organizer": organizer, "responseStatus": answer}
        event.changed = copy.deepcopy(source.changed)
        event.cancelled = set(source.cancelled)
        self.touch(event)

    def take_cancellation(self, uid: str) -> None:
        """Call the copy of somebody else's meeting off."""
        event = self.of_uid(uid)
        if event is not None:
            self.call_off(event)

    def of_uid(self, uid: str) -> StoredEvent | None:
        """Return the event with an iCalUId."""
        return next((each for each in self.living() if each.uid == uid), None)

    # Inside

    def _add(self, fields: Json, calendar: str, uid: str | None = None) -> StoredEvent:
        number, stem = self._next()
        now = self._now()
        name = uid or f"040000008200E00074C5B7101A82E008{stem}".upper() + f"{number:08d}"
        event = StoredEvent(number, stem, calendar, name, now, now, fields)
        self.events[number] = event
        if self.search_lags:
            self._hidden_from_search.add(number)
        self._changed(event)
        return event

    def _next(self) -> tuple[int, str]:
        number = self._numbers
        self._numbers += 1
        return number, ids.stem(self.account.id, number)

    def _changed(self, event: StoredEvent) -> None:
        if self.changes_are_late:
            self._late.add(event.number)
        if event.number in self._late:
            return
        self._order += 1
        self.seen[event.number] = self._order

    def _patch_whole(self, event: StoredEvent, given: Json) -> None:
        after = rewritten(event.fields, given)
        if {"start", "end", "recurrence", "isAllDay"} & set(given):
            after = series.begun_at_first(after)
            # The service forgets exceptions when the series itself is moved.
            event.changed.clear()
            event.cancelled.clear()
        event.fields = after

    def _repeated(self, transaction: str, given: Json) -> StoredEvent:
        number, first = self._transactions[transaction]
        if self.refuse_repeated or first != given:
            message = "The transactionId was already used to create a different event."
            raise RefusalError(HTTPStatus.CONFLICT, "ErrorDuplicateTransactionId", message)
        return self.events[number]


def _view(event: StoredEvent, day: date | None) -> View:
    if day is None:
        return of_event(event)
    if not event.is_series or day not in event.dates(day):
        raise not_found()
    return of_event(event, day)


def _tags(given: Json) -> dict[str, str]:
    given_tags = given.get("singleValueExtendedProperties") or ()
    return {one["id"]: one["value"] for one in given_tags}


def utc_now() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)
