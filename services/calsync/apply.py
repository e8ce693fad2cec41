"""Does what was planned (K-6 to K-9): an effect in the ERP and its ledger row in one transaction.

What is about to be made in a calendar is in the ledger before; what was written there is confirmed
after. Killed at any point, the next round finds what is missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

from sqlalchemy import Connection, Engine

from services.calsync.actions import (
    Action,
    Carry,
    Drop,
    EndLink,
    Hold,
    MakeActivity,
    MakeEvent,
    ReturnActivity,
    SaveLink,
)
from services.calsync.calendars.erp import ErpCalendar
from services.calsync.calendars.erp_rows import ErpRecords
from services.calsync.calendars.port import (
    CalendarItem,
    FieldValues,
    ItemChangedError,
    ItemContent,
    ItemGoneError,
    ItemRefusedError,
    MailboxRefusedError,
    NewItem,
    Participant,
)
from services.calsync.content import FIELDS, same, value, values_of
from services.calsync.event_writes import EventWrites
from services.calsync.events import decides_nothing
from services.calsync.ledger import Ledger, WrittenField
from services.calsync.link import CalendarLink, NoteOfItem, Side
from services.calsync.merge import is_hidden, unsent
from services.calsync.saved import restore_saved, save_activity
from shared.errors import PermanentError, TransientError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.schema.tables import ErpTables

_GIVEN_UP = timedelta(days=1)
"""An event that an activity, deleted since, may have is looked for so long."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """What tokens and attendees give an activity (K-2c).

    Attributes:
        record, lists: Fields of a new activity.
        memory: What the ledger keeps of it, as JSON.
    """

    record: dict[str, object]
    lists: dict[str, tuple[int, ...]]
    memory: str | None = None


class Assigning(Protocol):
    """Decides what an activity belongs to, from its event."""

    def for_new(self, connection: Connection, user: Participant, event: CalendarItem) -> Assigned:
        """Return the fields of a new activity."""

    def again(
        self, connection: Connection, user: Participant, event: CalendarItem, link: CalendarLink
    ) -> Assigned | None:
        """Return what has to be set since the event was changed; None if nothing."""


@dataclass(slots=True)
class Done:
    """What was done on one side."""

    created: int = 0
    changed: int = 0
    deleted: int = 0


@dataclass(slots=True)
class Applying:
    """Does the actions of one user's round.

    Attributes:
        erp_options: How the ERP's activities are read.
        to_erp, to_calendar: What was done so far.
        undecided: Something that has no link could not be done: the cursor must not move on.
        failures: What the database refuses for good, a sentence for each item.
    """

    engine: Engine
    erp: ErpTables
    writes: EventWrites
    assigning: Assigning
    now: datetime
    default_minutes: int
    e_mail_type: int | None
    to_erp: Done = field(default_factory=Done)
    to_calendar: Done = field(default_factory=Done)
    undecided: bool = False
    failures: list[str] = field(default_factory=list)

    @property
    def user(self) -> Participant:
        """Whose round it is."""
        return self.writes.user

    def do(self, action: Action) -> None:
        """Do one action; what this item alone prevents is tried in the next round.

        Raises:
            TransientError: The database or Graph is unreachable, or the mailbox asks to wait.
            MailboxRefusedError: The account is not found.
        """
        try:
            self._do(action)
        except (ItemChangedError, ItemGoneError, ItemRefusedError):
            self._postpone(action)
        except (TransientError, MailboxRefusedError) as error:
            self._postpone(action)
            if not decides_nothing(error):
                raise
        except PermanentError as error:
            # What one item makes the database refuse must not stop the others.
            self.failures.append(str(error))
            self._postpone(action)

    def _do(self, action: Action) -> None:
        match action:
            case Carry():
                self._carry(action)
            case MakeActivity():
                self._make_activity(action)
            case MakeEvent():
                self._make_event(action)
            case Drop(from_side="erp"):
                self._drop_activity(action)
            case Drop():
                self._drop_event(action)
            case Hold() | EndLink() | SaveLink() | ReturnActivity():
                self._settle(action)

    def _postpone(self, action: Action) -> None:
        """Ask for it in the next round: delta may not name it again."""
        if action.link is None:
            self.undecided = True
            return
        with self._transaction() as (_, ledger):
            link = ledger.link(action.link.item_id)
            if link is None or link.state in {"away", "ended", "deleted"}:
                self.undecided = True
            elif not link.look:
                ledger.save(replace(link, look=True))

    @contextmanager
    def _transaction(self) -> Iterator[tuple[ErpCalendar, Ledger]]:
        with write_transaction(self.engine) as connection:
            yield self._erp_calendar(connection), Ledger(connection, self.now)

    def _erp_calendar(self, connection: Connection) -> ErpCalendar:
        return ErpCalendar(
            connection,
            self.erp,
            default_minutes=self.default_minutes,
            e_mail_type=self.e_mail_type,
        )

    def _new_link(self, origin: Side, **more: object) -> CalendarLink:
        link = CalendarLink(uuid4(), self.user.user_id, "in_step", origin, self.now)
        return replace(link, **more)  # type: ignore[arg-type]

    # Both sides are there.

    def _carry(self, action: Carry) -> None:
        merged, event = action.merged, action.event
        link = action.link or self._new_link(action.origin, activity_id=int(action.activity.id))
        link = replace(
            link.with_event(event).settled(),
            origin=action.origin,
            state=action.state,
            text_apart=merged.text_apart,
        )
        if action.link is None or merged.to_erp or not merged.to_calendar:
            link, stored = self._carry_to_erp(action, link)
        else:
            stored = action.activity.content
        if merged.to_calendar:
            self._carry_to_calendar(action, link, stored)

    def _carry_to_erp(self, action: Carry, link: CalendarLink) -> tuple[CalendarLink, ItemContent]:
        merged, event, activity = action.merged, action.event, action.activity
        with write_transaction(self.engine) as connection:
            erp, ledger = self._erp_calendar(connection), Ledger(connection, self.now)
            stored = activity.content
            if merged.to_erp:
                version = activity.version or None
                changed = erp.change(self.user, activity.id, version, merged.to_erp)
                stored = changed.content
            before = link.erp or event.content
            link = link.showing(
                erp=unsent(stored, before, merged.to_calendar), calendar=event.content
            )
            link = self._assign_again(connection, erp, link, event, activity.id)
            self._keep(ledger, link, new=action.link is None)
            if action.empties:
                ledger.empty(link)
            hidden = is_hidden(event, link.origin)
            written = _fields(merged.to_erp, activity.content, hidden=hidden)
            ledger.written(link, "erp", "K-6: changed in the calendar", written)
            ledger.close_notes(link, merged.carried)
            ledger.note(link, merged.notes)
        self.to_erp.changed += bool(merged.to_erp)
        return link, stored

    def _assign_again(
        self,
        connection: Connection,
        erp: ErpCalendar,
        link: CalendarLink,
        event: CalendarItem,
        activity_id: str,
    ) -> CalendarLink:
        assigned = self.assigning.again(connection, self.user, event, link)
        if assigned is None:
            return link
        erp.write(activity_id, assigned.record)
        for name, listed in assigned.lists.items():
            erp.write_list(activity_id, name, listed)
        return replace(link, assigned=assigned.memory)

    def _carry_to_calendar(self, action: Carry, link: CalendarLink, stored: ItemContent) -> None:
        merged, event = action.merged, action.event
        try:
            item = self.writes.change(event, event.content, merged.to_calendar)
        except ItemRefusedError as error:
            self._set_back(action, link, error)
            return
        with self._transaction() as (_, ledger):
            ledger.save(link.with_event(item).showing(erp=stored, calendar=item.content))
            hidden = is_hidden(item, link.origin)
            written = _fields(merged.to_calendar, event.content, hidden=hidden)
            ledger.written(link, "calendar", "K-6: changed in the ERP", written)
            ledger.close_notes(link, merged.carried)
            ledger.note(link, merged.notes)
        self.to_calendar.changed += 1

    def _set_back(self, action: Carry, link: CalendarLink, error: ItemRefusedError) -> None:
        """The calendar does not take it: the ERP gets the calendar's values, but for its text."""
        event, activity = action.event, action.activity
        reason = f"K-6: the calendar refused the change ({error.code})"
        values: FieldValues = {
            name: value(event.content, name) for name in action.merged.to_calendar if name != "text"
        }
        with self._transaction() as (erp, ledger):
            stored = activity.content
            if values:
                stored = erp.change(self.user, activity.id, None, values).content
            apart = link.text_apart or "text" in action.merged.to_calendar
            shown = link.showing(erp=stored, calendar=event.content)
            ledger.save(replace(shown, text_apart=apart))
            ledger.written(link, "erp", reason, _fields(values, activity.content, hidden=False))
            ledger.note(
                link,
                [
                    NoteOfItem(name, str(wanted), str(value(event.content, name)), reason)
                    for name, wanted in action.merged.to_calendar.items()
                ],
            )
        self.to_erp.changed += bool(values)

    # One side has to be made.

    def _make_activity(self, action: MakeActivity) -> None:
        event = action.event
        with write_transaction(self.engine) as connection:
            erp, ledger = self._erp_calendar(connection), Ledger(connection, self.now)
            old = action.link
            item = self._restored(connection, erp, old, event) if old else None
            assigned = None
            if item is None:
                assigned = self.assigning.for_new(connection, self.user, event)
                new = NewItem(
                    event.content,
                    record={**assigned.record, "series": _series(event)},
                    lists=assigned.lists,
                )
                item = erp.create(self.user, new)
            if old and old.activity_id and old.state != "deleted":
                ledger.bury(old, event_id=None, uid="", erp_values=None, calendar_values=None)
            link = (old or self._new_link(action.origin)).with_event(event).settled()
            link = replace(link, activity_id=int(item.id), text_apart=False)
            if assigned:
                link = replace(link, assigned=assigned.memory)
            link = link.showing(erp=item.content, calendar=event.content)
            self._keep(ledger, link, new=old is None)
            ledger.close_notes(link)
            ledger.written(link, "erp", action.reason, [WrittenField("created")])
        self.to_erp.created += 1

    def _restored(
        self, connection: Connection, erp: ErpCalendar, link: CalendarLink, event: CalendarItem
    ) -> CalendarItem | None:
        """The saved activity of an event that is back, with the event's content of now."""
        record_id = restore_saved(ErpRecords(connection, self.erp, "activity"), link)
        if record_id is None:
            return None
        values = dict(values_of(event.content, FIELDS))
        if not values["text"]:
            # The text may be a person's minutes.
            del values["text"]
        return erp.change(self.user, str(record_id), None, values)

    def _make_event(self, action: MakeEvent) -> None:
        link = self._begin_event(action)
        content = link.calendar
        if content is None:
            return
        item = action.event
        if item is None and action.searched:
            item = self.writes.find(link, content)
        if item is None and not self._is_wanted(link):
            self._give_up(link)
            return
        try:
            item = item or self.writes.make(link, content)
        except ItemRefusedError as error:
            self._refused(link, error)
            return
        if item is not None:
            self._linked(action, link, item)

    def _begin_event(self, action: MakeEvent) -> CalendarLink:
        """Write down what is going to be made before it is."""
        old, activity = action.link, action.activity
        if old is not None and old.state == "making":
            return old
        assert activity is not None  # noqa: S101 - only what is being made has none
        link = old or self._new_link("erp", activity_id=int(activity.id))
        link = replace(
            link.settled(),
            state="making",
            generation=action.generation,
            event_id=None,
            uid="",
            master=None,
            original_start=None,
            version=None,
            own=True,
            meeting=False,
            online=False,
        ).showing(erp=activity.content, calendar=activity.content)
        with self._transaction() as (_, ledger):
            if old is not None and old.event_id:
                ledger.bury(old, activity_id=None, erp_values=None)
            self._keep(ledger, link, new=old is None)
        return link

    def _is_wanted(self, link: CalendarLink) -> bool:
        """Whether the activity is still there: nothing is made for one that was deleted since."""
        with self.engine.connect() as connection:
            erp = self._erp_calendar(connection)
            state = erp.states([str(link.activity_id)]).get(str(link.activity_id))
        return (
            state is not None
            and state.item is not None
            and (state.responsible == self.user.user_id)
        )

    def _give_up(self, link: CalendarLink) -> None:
        """No event was found for an activity that is gone; a search may lag for a while."""
        if link.changed_at > self.now - _GIVEN_UP:
            return
        with self._transaction() as (_, ledger):
            ledger.save(replace(link, state="deleted"))

    def _refused(self, link: CalendarLink, error: ItemRefusedError) -> None:
        reason = f"K-2a: the calendar refused the event ({error.code})"
        with self._transaction() as (_, ledger):
            ledger.save(replace(link, state="ended"))
            ledger.note(link, [NoteOfItem("event", None, None, reason)])

    def _linked(self, action: MakeEvent, link: CalendarLink, item: CalendarItem) -> None:
        # An event that was only found may have been changed since it was made.
        found = action.event is not None or action.searched
        shown = link.calendar if found else item.content
        linked = replace(link.with_event(item).settled().showing(calendar=shown), look=found)
        with self._transaction() as (_, ledger):
            ledger.save(linked)
            ledger.close_notes(link)
            ledger.written(link, "calendar", action.reason, [WrittenField("created")])
        self.to_calendar.created += 1

    # One side has to go.

    def _drop_activity(self, action: Drop) -> None:
        link = action.link
        activity_id = str(link.activity_id)
        with write_transaction(self.engine) as connection:
            erp, ledger = self._erp_calendar(connection), Ledger(connection, self.now)
            version = action.item.version if action.item else None
            save_activity(ErpRecords(connection, self.erp, "activity"), link, self.now)
            erp.delete(self.user, activity_id, version)
            ledger.save(_ended(link, "deleted"))
            ledger.close_notes(link)
            ledger.written(link, "erp", action.reason, [WrittenField("deleted")])
        self.to_erp.deleted += 1

    def _drop_event(self, action: Drop) -> None:
        link = action.link
        known = action.item.content if action.item else link.calendar
        if known is not None and link.event_id:
            seen = action.item or CalendarItem(link.event_id, link.version or "", known)
            self.writes.delete(seen, known)
        with self._transaction() as (_, ledger):
            ledger.save(_ended(link, "deleted"))
            ledger.close_notes(link)
            ledger.written(link, "calendar", action.reason, [WrittenField("deleted")])
        self.to_calendar.deleted += 1

    def _settle(self, action: Hold | EndLink | SaveLink | ReturnActivity) -> None:
        with self._transaction() as (erp, ledger):
            link = action.link
            match action:
                case SaveLink():
                    ledger.save(link)
                case Hold():
                    ledger.save(_held(link, action, self.now))
                case EndLink():
                    ledger.save(_ended(link, action.state))
                    ledger.written(link, "erp", action.reason, [WrittenField(action.state)])
                    ledger.close_notes(link)
                    ledger.note(link, [action.note] if action.note else [])
                case ReturnActivity():
                    erp.write(str(link.activity_id), {"responsible": self.user.user_id})
                    ledger.save(replace(link, look=True))
                    ledger.written(link, "erp", "K-9: set back", [WrittenField("changed")])
                    ledger.note(link, [action.note])
                    self.to_erp.changed += 1

    def _keep(self, ledger: Ledger, link: CalendarLink, *, new: bool) -> None:
        if new:
            ledger.add(link)
        else:
            ledger.save(link)


def _ended(link: CalendarLink, state: str) -> CalendarLink:
    ended = replace(link.settled(), decision=link.decision)
    return replace(ended, state=state)  # type: ignore[arg-type]


def _held(link: CalendarLink, action: Hold, now: datetime) -> CalendarLink:
    return replace(
        link,
        state="held",
        held_side=action.side,
        held_since=link.held_since or now,
        held_reason=action.reason,
        look=action.side == "calendar",
    )


def _series(event: CalendarItem) -> str | None:
    return event.uid if event.master or event.kind == "master" else None


def _fields(values: FieldValues, old: ItemContent, *, hidden: bool) -> list[WrittenField]:
    return [
        WrittenField(
            "changed",
            name,
            None if hidden else str(value(old, name)),
            None if hidden else str(values[name]),
        )
        for name in FIELDS
        if name in values and not same(name, value(old, name), values[name])
    ]
