"""Writes into the calendar that stay safe whatever the answer is (K, "Writing safely")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from services.calsync.calendars.port import (
    CalendarItem,
    EventCalendar,
    FieldValues,
    ItemChangedError,
    ItemContent,
    ItemGoneError,
    ItemRefusedError,
    NewItem,
    Participant,
)
from services.calsync.content import differing, same, value
from services.calsync.link import CalendarLink
from services.calsync.rules import CalendarRules
from services.calsync.zones import moment_of
from shared.errors import TransientError

_SPACE = UUID("6d3c2f0a-9a55-5d0f-8f39-0d9f2f6f1d2e")
_USED = "ErrorDuplicateTransactionId"
_AROUND = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EventWrites:
    """Writes events of one user."""

    calendar: EventCalendar
    user: Participant
    rules: CalendarRules

    def make(self, link: CalendarLink, content: ItemContent) -> CalendarItem | None:
        """Make the event of a link, once; None while the answer is not known.

        Raises:
            ItemRefusedError: The calendar does not take it.
            TransientError: The mailbox asks to wait.
        """
        name = self.transaction_id(link)
        try:
            return self.calendar.create(self.user, NewItem(content, str(link.activity_id), name))
        except ItemRefusedError as error:
            if error.code != _USED:
                raise
        except TransientError as error:
            if error.retry_after_seconds is not None:
                raise
        return self.find(link, content)

    def find(self, link: CalendarLink, content: ItemContent) -> CalendarItem | None:
        """Look for the event that an earlier request may have made: by tag, then by its time."""
        tag, name = str(link.activity_id), self.transaction_id(link)
        tagged = self.calendar.tagged(self.user, tag)
        unnamed = (item for item in tagged if item.transaction_id is None)
        if own := self._own(tagged, name) or next(unnamed, None):
            return own
        start = moment_of(content.start, self.rules.zone) - _AROUND
        end = moment_of(content.end, self.rules.zone) + _AROUND
        return self._own(self.calendar.between(self.user, start, end), name)

    def _own(self, items: Sequence[CalendarItem], name: str) -> CalendarItem | None:
        """Return the one with this transaction id."""
        return next((item for item in items if item.transaction_id == name), None)

    def transaction_id(self, link: CalendarLink) -> str:
        """Return the name of the request: the same until the event was proven to be deleted."""
        parts = (self.rules.tenant, self.user.mailbox, str(link.activity_id), str(link.generation))
        return str(uuid5(_SPACE, "\0".join(parts)))

    def change(self, seen: CalendarItem, known: ItemContent, values: FieldValues) -> CalendarItem:
        """Set fields of an event that shows `known`; three writes at most.

        An event that already shows the values is returned as it is: an earlier answer was lost.

        Raises:
            ItemChangedError: A person has changed it meanwhile: it must be planned anew.
            ItemGoneError: It does not exist.
            ItemRefusedError: The calendar does not take it.
            TransientError: It may have been written.
        """
        version: str | None = seen.version or None
        for again in (True, False):
            try:
                return self.calendar.change(self.user, seen.id, version, values)
            except ItemChangedError:
                now = self.calendar.get(self.user, seen.id)
                if _shows(now.content, values):
                    return now
                if differing(known, now.content):
                    raise
                version = now.version if again else None
        return self.calendar.change(self.user, seen.id, version, values)

    def delete(self, seen: CalendarItem, known: ItemContent) -> None:
        """Delete an event that shows `known`; one that is gone already is no error.

        Raises:
            ItemChangedError: A person has changed it meanwhile: it must be planned anew.
            ItemRefusedError: The calendar does not let it go.
            TransientError: It may have been deleted.
        """
        version: str | None = seen.version or None
        for again in (True, False):
            try:
                return self.calendar.delete(self.user, seen.id, version)
            except ItemChangedError:
                try:
                    now = self.calendar.get(self.user, seen.id)
                except ItemGoneError:
                    return None
                if differing(known, now.content) or now.attendees or not now.own:
                    raise
                version = now.version if again else None
        return self.calendar.delete(self.user, seen.id, version)


def _shows(content: ItemContent, values: FieldValues) -> bool:
    return all(same(name, value(content, name), wanted) for name, wanted in values.items())
