"""Meetings: mails to attendees, and the copies in the calendars of those of the company."""

from collections.abc import Mapping
from typing import Protocol

from tests.servers.graph.messages import Json
from tests.servers.graph.outbox import AttendeeOutbox, Kind
from tests.servers.graph.stored import StoredEvent, addresses

_COPIED = ("subject", "body", "start", "end", "isAllDay", "location", "locations", "attendees")
_COPIED_OF_SERIES = ("recurrence", "sensitivity", "isOnlineMeeting", "onlineMeetingProvider")


class Invited(Protocol):
    """The mailbox of an attendee."""

    def take_invitation(self, uid: str, organizer: str, fields: Json, source: StoredEvent) -> None:
        """Make the attendee's copy of a meeting, or bring it up to date."""

    def take_cancellation(self, uid: str) -> None:
        """Call the attendee's copy off; it stays in the calendar."""


class Meetings:
    """Sends what organisers do to attendees: a note in the outbox, a copy in their mailbox."""

    def __init__(self, outbox: AttendeeOutbox, mailboxes: Mapping[str, Invited]) -> None:
        """Take the recorder, and the mailboxes of the company by address in lower case."""
        self._outbox = outbox
        self._mailboxes = mailboxes

    def made(self, organizer: str, event: StoredEvent) -> None:
        """Invite all attendees."""
        self._tell(organizer, event, event.attendees, "invitation")

    def changed(self, organizer: str, event: StoredEvent, before: Json, given: Json) -> None:
        """Tell attendees of a change: only those concerned, if nothing but attendees changed."""
        former = set(addresses(before))
        new = [one for one in event.attendees if one not in former]
        gone = [one for one in former if one not in event.attendees]
        if set(given) - {"attendees"} - _SILENT:
            kept = [one for one in event.attendees if one in former]
            # A series with exceptions is told once more for each of them.
            self._tell(organizer, event, kept, "update", 1 + len(event.changed))
        self._tell(organizer, event, new, "invitation")
        self.cancelled(organizer, event, sorted(gone))

    def cancelled(self, organizer: str, event: StoredEvent, attendees: list[str]) -> None:
        """Call the meeting off for these attendees."""
        self._outbox.send("cancellation", organizer, attendees, event.fields["subject"])
        for mailbox in self._of(attendees):
            mailbox.take_cancellation(event.uid)

    def _tell(
        self, organizer: str, event: StoredEvent, to: list[str], kind: Kind, times: int = 1
    ) -> None:
        self._outbox.send(kind, organizer, to, event.fields["subject"], times)
        names = (*_COPIED, *_COPIED_OF_SERIES)
        fields = {name: event.fields[name] for name in names}
        for mailbox in self._of(to):
            mailbox.take_invitation(event.uid, organizer, fields, event)

    def _of(self, attendees: list[str]) -> list[Invited]:
        known = (self._mailboxes.get(one.lower()) for one in attendees)
        return [mailbox for mailbox in known if mailbox is not None]


_SILENT = {"isReminderOn", "reminderMinutesBeforeStart", "showAs", "categories", "sensitivity"}
"""What is the organiser's own matter; nobody is told."""
