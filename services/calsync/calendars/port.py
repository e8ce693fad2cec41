"""The port of a calendar: what the ERP, Microsoft 365 and the in-memory calendar have in common.

An *item* is a meeting or appointment as one side shows it, in one canonical form: times are
instants without seconds (datetime, UTC), or, for an all-day item, days (date, the end exclusive).
An *id* is the side's own: the immutable event id, case-sensitive, or the activity's id in digits.
A *version* is the side's own mark of a state (an etag); it may change without any change of the
content. A *cursor* is the side's memory of what it has told.

Errors: `TransientError` (with `retry_after_seconds` where the service asks for it) for all that may
pass; after a write it means that the write may have happened. `AwayError` if the service is
unreachable for everybody. `CredentialsRefusedError` if the token or the consent is refused, which
concerns all users. Those below concern one item or one user.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from shared.contracts.said import Said
from shared.errors import PermanentError, TransientError

ItemTime = datetime | date
"""An instant (UTC, without seconds), or a day of an all-day item."""

SyncedField = Literal["subject", "text", "start", "end", "location", "private"]
"""What is kept in step; all-day is said by the type of start and end."""

FieldValues = Mapping[SyncedField, str | bool | ItemTime]


class ItemGoneError(PermanentError):
    """The service says that the item does not exist: 404 with an item's code, a proof (K-7)."""


class ItemChangedError(TransientError):
    """The item has another version than the one the write was meant for (412)."""


class ItemRefusedError(PermanentError):
    """The service refuses this write of this item for good.

    Attributes:
        code: The service's own word, as `ErrorOccurrenceCrossingBoundary`.
    """

    def __init__(self, sentence: Said, code: str) -> None:
        """Compose from a sentence and the service's code."""
        super().__init__(sentence)
        self.code = code


class MailboxRefusedError(PermanentError):
    """The calendar of one user cannot be used: no licence, mailbox missing or closed, no right.

    Attributes:
        gone: The account itself is not found; who it is must be looked up anew (K-1).
    """

    def __init__(self, sentence: Said, *, gone: bool = False) -> None:
        """Compose from a sentence that says what the administrator can do."""
        super().__init__(sentence)
        self.gone = gone


class CursorLostError(TransientError):
    """The service does not know the cursor any more (410, or 400 InvalidDeltaToken): start anew."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A user of the ERP with a calendar (K-1).

    Attributes:
        user_id: Id of the ERP's user.
        address: The e-mail address in lower case by which both were found.
        mailbox: The immutable object id of the Microsoft account.
    """

    user_id: int
    address: str
    mailbox: str


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are kept in step (K-2).

    Attributes:
        first: The first day.
        after: The day after the last one.
        zone: Where these days begin at midnight, on both sides alike.
    """

    first: date
    after: date
    zone: ZoneInfo

    @property
    def begin(self) -> datetime:
        """The instant at which the window begins."""
        return datetime.combine(self.first, time(), self.zone).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The instant at which the window ends."""
        return datetime.combine(self.after, time(), self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class ItemContent:
    r"""The synced fields of an item.

    Attributes:
        subject: One line, without blanks at its ends.
        text: Plain text with `\n` between lines; of an HTML body what a reader sees, without the
            block of an online meeting.
        start: When it begins.
        end: When it ends: after `start` and of its type.
        location: One line.
        private: Of sensitivity private or confidential.
    """

    subject: str
    text: str
    start: ItemTime
    end: ItemTime
    location: str = ""
    private: bool = False

    @property
    def all_day(self) -> bool:
        """Whether it takes whole days."""
        return not isinstance(self.start, datetime)


@dataclass(frozen=True, slots=True)
class CalendarItem:
    """An item as a side shows it now.

    Attributes:
        id: The side's own id.
        version: The state that a conditional write names.
        content: The synced fields, as the side has them.
        kind: `master` is a series itself; it has the times of its first occurrence. `occurrence` is
            one meeting of a series, moved or changed ones too.
        uid: iCalUId; of an occurrence that of its master, whatever the service says.
        master: Id of the series master; of occurrences only.
        original_start: When the series has it; of an occurrence that was not moved its start.
        own: The user is the organiser.
        organizer: The organiser's address in lower case.
        attendees: Addresses in lower case, without the organiser and without rooms.
        online: It is an online meeting: its text may not be written.
        called_off: It is cancelled, or the user has declined it (K-2d).
        answer: The user's own answer, as the service calls it: `accepted`, `declined`,
            `tentativelyAccepted`, `none`, `notResponded`, `organizer`.
        tag: The activity that the event was made for, where it was asked for (`tagged`, `tags`,
            `get`; the answers of `changes` do not show it).
        transaction_id: What the event was made with, where the service shows it.
    """

    id: str
    version: str
    content: ItemContent
    kind: Literal["single", "occurrence", "master"] = "single"
    uid: str = ""
    master: str | None = None
    original_start: ItemTime | None = None
    own: bool = True
    organizer: str = ""
    attendees: tuple[str, ...] = ()
    online: bool = False
    called_off: bool = False
    answer: str = ""
    tag: str | None = None
    transaction_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to be made.

    Attributes:
        content: Its synced fields; in a calendar it is made as busy, without attendees.
        tag: The activity it is made for (a calendar keeps it with the event).
        transaction_id: By which the service knows a repeated request.
        record: Further fields of the ERP's record, by the catalogue's names; a calendar has none.
        lists: The record's fields with several values.
    """

    content: ItemContent
    tag: str | None = None
    transaction_id: str | None = None
    record: Mapping[str, object] = field(default_factory=dict)
    lists: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalendarChanges:
    """What has changed since a cursor.

    Attributes:
        items: Each once, in its newest state; a series as its master and all its occurrences that
            the service has named. May repeat what is known, and may name items outside the window.
        removed: Ids that the service calls removed: a hint, no proof.
        complete: Without a cursor: `items` is everything that overlaps the window.
        cursor: For the next call.
    """

    items: tuple[CalendarItem, ...]
    removed: frozenset[str]
    complete: bool
    cursor: str


class Calendar(Protocol):
    """One side: the activities of the ERP, or the default calendars of Microsoft 365."""

    def changes(self, user: Participant, window: Window, cursor: str | None) -> CalendarChanges:
        """Return what has changed in the window since `cursor`; None asks for everything.

        All pages are read before it returns.

        Raises:
            CursorLostError: The cursor is not known; nothing of this round counts.
            MailboxRefusedError: This user's calendar cannot be used.
        """

    def get(self, user: Participant, item_id: str) -> CalendarItem:
        """Return one item, its tag included; also one in another calendar, or in Deleted Items.

        Raises:
            ItemGoneError: It does not exist.
            MailboxRefusedError: This user's calendar cannot be used.
        """

    def create(self, user: Participant, new: NewItem) -> CalendarItem:
        """Make an item and return it as the side has it now. Nobody is sent a mail.

        Raises:
            ItemRefusedError: It cannot be made so; with a transaction id that was used before the
                code is `ErrorDuplicateTransactionId`, if the service does not return the first one.
        """

    def change(
        self, user: Participant, item_id: str, version: str | None, values: FieldValues
    ) -> CalendarItem:
        """Set these fields and no others; return the item as the side has it now.

        Where start or end change, both are in `values`.

        Args:
            user: Whose item it is.
            item_id: The side's id.
            version: The state that is meant to be changed; None: whatever state it has.
            values: What to set.

        Raises:
            ItemChangedError: It has another version.
            ItemGoneError: It does not exist.
            ItemRefusedError: It cannot be changed so.
        """

    def delete(self, user: Participant, item_id: str, version: str | None) -> None:
        """Delete an item; one that is gone already is no error.

        Raises:
            ItemChangedError: It has another version.
            ItemRefusedError: It cannot be deleted.
        """


Whereabouts = Literal["calendar", "elsewhere", "nowhere"]
"""Where an event is: the default calendar, another one of the user, or none (Deleted Items)."""


class EventCalendar(Calendar, Protocol):
    """The Microsoft side: what can be asked beyond the port."""

    def occurrences(
        self, user: Participant, master_id: str, window: Window
    ) -> Sequence[CalendarItem]:
        """Return all occurrences of a series in the window, fresh.

        Raises:
            ItemGoneError: The series does not exist.
        """

    def between(self, user: Participant, begin: datetime, end: datetime) -> Sequence[CalendarItem]:
        """Return what the default calendar shows now in that time, tags included.

        Series are shown as their occurrences.
        """

    def with_uid(self, user: Participant, uid: str) -> Sequence[CalendarItem]:
        """Return the single events and masters with this iCalUId, in any calendar of the user."""

    def tagged(self, user: Participant, tag: str) -> Sequence[CalendarItem]:
        """Return the events with this tag, oldest first; a search may lag behind."""

    def tags(self, user: Participant, window: Window) -> Mapping[str, str]:
        """Return the tags of all tagged events in the window, by event id."""

    def place(self, user: Participant, item: CalendarItem) -> Whereabouts:
        """Return where an event is that `get` has found; asks calendarView of its own time."""

    def requests(self, user: Participant) -> int:
        """Return how many requests were made for this user since the last call."""
