"""One whole round for one user: look at both sides, plan, do it, remember the cursor.

Killed at any point, or ended by an error, the next round finishes or repeats without effect twice:
the cursor moves on last.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Engine

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
from services.calsync.activities import look_at_activities
from services.calsync.answers import carry_answers
from services.calsync.apply import Applying
from services.calsync.brake import braked
from services.calsync.calendars.erp import ErpCalendar
from services.calsync.calendars.port import (
    CalendarChanges,
    CursorLostError,
    EventCalendar,
    MailboxRefusedError,
    Participant,
    Window,
)
from services.calsync.event_writes import EventWrites
from services.calsync.events import EventLook
from services.calsync.ledger import Ledger
from services.calsync.link import CalendarLink
from services.calsync.newcomers import Newcomers
from services.calsync.plan import Planning, plan_link
from services.calsync.rules import CalendarRules
from services.calsync.sights import ActivityEvidence, EventEvidence
from services.calsync.users import CalendarUser, UserStates
from services.calsync.writing import Assigning, Done, Writing
from services.calsync.zones import window_on
from shared.errors import AwayError, CRMServiceError, TransientError
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.schema.tables import ErpTables

Result = Literal["ok", "failed", "refused", "parked"]


@dataclass(frozen=True, slots=True)
class RoundOfUser:
    """What came of one user's round, as `crmservice calendar sync` shows it.

    Attributes:
        reason: Why it is not `ok`.
        to_calendar, to_erp: What was done on each side.
        held, notes: What waits for a person after the round.
        requests: How many requests it took.
    """

    user: str
    result: Result
    reason: str | None = None
    to_calendar: Done = field(default_factory=Done)
    to_erp: Done = field(default_factory=Done)
    held: int = 0
    notes: int = 0
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Rounds:
    """Does rounds; one object for all users.

    Attributes:
        e_mail_type: Id of the activity type of e-mails.
        clock: Gives the moment; tests have their own.
        takes_part: Ids of all users who take part (K-9).
    """

    engine: Engine
    erp: ErpTables
    calendar: EventCalendar
    rules: CalendarRules
    assigning: Assigning
    clock: Callable[[], datetime]
    e_mail_type: int | None = None
    takes_part: frozenset[int] = frozenset()

    def run(self, user: Participant) -> RoundOfUser:
        """Do one round; whatever concerns this user alone becomes its result.

        A mailbox that has asked to wait is left alone until then, whichever process was told.

        Raises:
            CredentialsRefusedError: The token was refused; so it will be for all.
            AwayError: The database or Graph is unreachable for all.
        """
        now = self.clock()
        until = self._waits_until(user, now)
        if until is not None:
            reason = f"the mailbox asked to be left alone until {until.isoformat()}"
            return self._told(user, "failed", reason, None)
        try:
            done = _Round(self, user, now, self._window(now)).run()
        except AwayError:
            raise
        except (TransientError, MailboxRefusedError) as error:
            self._failed(user, now, error)
            return self._told(user, "failed", str(error), None)
        failure = done.failures[0] if done.failures else None
        return self._told(user, "failed" if failure else "ok", failure, done)

    def _waits_until(self, user: Participant, now: datetime) -> datetime | None:
        with write_transaction(self.engine) as connection:
            until = UserStates(connection).read(user, now).wait_until
        return until if until and until > now else None

    def _window(self, now: datetime) -> Window:
        rules = self.rules
        today = now.astimezone(rules.zone).date()
        return window_on(today, rules.past_days, rules.future_days, rules.zone)

    def _failed(self, user: Participant, now: datetime, error: CRMServiceError) -> None:
        """Keep why, and how long the mailbox wants to be left alone."""
        with write_transaction(self.engine) as connection:
            states = UserStates(connection)
            states.failed(states.read(user, now), error, now)

    def _told(
        self,
        user: Participant,
        result: Result,
        reason: str | None,
        done: Applying | None,
    ) -> RoundOfUser:
        with database_errors(self.engine), self.engine.connect() as connection:
            ledger = Ledger(connection, self.clock())
            held, notes = ledger.held(user.user_id), len(ledger.open_notes(user.user_id))
        return RoundOfUser(
            user.address,
            result,
            reason,
            done.work.to_calendar if done else Done(),
            done.work.to_erp if done else Done(),
            held,
            notes,
            self.calendar.requests(user),
        )


@dataclass(slots=True)
class _Round:
    """One round."""

    rounds: Rounds
    user: Participant
    now: datetime
    window: Window

    def run(self) -> Applying:
        state, links = self._known()
        changes = self._changes(state)
        look = EventLook(self.rounds.calendar, self.user, self.window, self.rounds.rules, self.now)
        events = look(links, changes)
        activities, moved = self._activities(links, events)
        applying = self._applying()
        seen = _Seen(links, events, activities, changes.complete, moved)
        actions, undecided = self._actions(seen)
        for action in sorted(braked(actions, links, self.window, self.rounds.rules), key=_order):
            applying.do(action)
        self._answers(changes, events, applying)
        if not (undecided or applying.undecided or events.undecided):
            self._moved_on(changes)
        return applying

    def _known(self) -> tuple[CalendarUser, Sequence[CalendarLink]]:
        with write_transaction(self.rounds.engine) as connection:
            states = UserStates(connection)
            state = states.read(self.user, self.now)
            ledger = Ledger(connection, self.now)
            if state.mailbox != self.user.mailbox:
                # Another account: its events are other ones, whatever their ids.
                ledger.forget_user(self.user.user_id)
                state = states.renewed(state, self.user)
            return state, ledger.links(self.user.user_id)

    def _changes(self, state: CalendarUser) -> CalendarChanges:
        """Return the changes; the window is frozen in a cursor, so another day begins anew."""
        cursor = state.cursor if state.window_first == self.window.first else None
        try:
            return self.rounds.calendar.changes(self.user, self.window, cursor)
        except CursorLostError:
            return self.rounds.calendar.changes(self.user, self.window, None)

    def _activities(
        self, links: Sequence[CalendarLink], events: EventEvidence
    ) -> tuple[ActivityEvidence, frozenset[int]]:
        engine = self.rounds.engine
        with database_errors(engine), engine.connect() as connection:
            erp = ErpCalendar(
                connection,
                self.rounds.erp,
                default_minutes=self.rounds.rules.default_minutes,
                e_mail_type=self.rounds.e_mail_type,
            )
            found = look_at_activities(erp, self.user, self.window, links, events)
            ledger = Ledger(connection, self.now)
            moved = [link for link in links if found.of(link).state == "moved"]
            return found, frozenset(_in_step_elsewhere(ledger, moved))

    def _actions(self, seen: "_Seen") -> tuple[list[Action], bool]:
        """Return what to do, and whether something without a link could not be judged."""
        rules, takes_part = self.rounds.rules, self.rounds.takes_part
        known = Planning(self.window, self.now, rules, takes_part, seen.moved)
        new_ones = seen.events.new or seen.activities.new
        newcomers = Newcomers(
            EventWrites(self.rounds.calendar, self.user, rules),
            known,
            seen.events.new,
            seen.activities.new,
            seen.links,
            self._memory() if new_ones else (),
            seen.complete,
        )
        new = list(newcomers.actions())
        found = {one.link.item_id for one in new if isinstance(one, MakeEvent) and one.link}
        return [*_of_links(seen, known, found), *new], newcomers.undecided

    def _memory(self) -> Sequence[CalendarLink]:
        engine = self.rounds.engine
        with database_errors(engine), engine.connect() as connection:
            return Ledger(connection, self.now).memory(self.user.user_id)

    def _applying(self) -> Applying:
        rounds = self.rounds
        work = Writing(
            rounds.engine,
            rounds.erp,
            EventWrites(rounds.calendar, self.user, rounds.rules),
            rounds.assigning,
            self.now,
            rounds.rules.default_minutes,
            rounds.e_mail_type,
        )
        return Applying(work)

    def _answers(self, changes: CalendarChanges, events: EventEvidence, applying: Applying) -> None:
        """Carry what the user has answered in Outlook to the records of invitations (K-4a)."""
        seen = (one.item for one in events.sights.values() if one.item)
        applying.work.to_erp.changed += carry_answers(
            self.rounds.engine, self.rounds.erp, self.user, self.now, (*changes.items, *seen)
        )

    def _moved_on(self, changes: CalendarChanges) -> None:
        with write_transaction(self.rounds.engine) as connection:
            states = UserStates(connection)
            state = states.read(self.user, self.now)
            states.moved_on(state, changes.cursor, self.window.first, self.now)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What both sides show in this round."""

    links: Sequence[CalendarLink]
    events: EventEvidence
    activities: ActivityEvidence
    complete: bool
    moved: frozenset[int]


def _of_links(seen: _Seen, known: Planning, found: set[UUID]) -> Iterator[Action]:
    """Yield what the plan says of each link; an open question is kept in any case."""
    for link in seen.links:
        if link.item_id in found:
            continue
        asked = seen.events.asked.get(link.item_id)
        planned = list(plan_link(link, seen.activities.of(link), seen.events.of(link), known))
        yield from planned
        if asked is not None and not planned:
            yield SaveLink(asked)


def _in_step_elsewhere(ledger: Ledger, links: Iterable[CalendarLink]) -> Iterator[int]:
    """Activities that have moved to another user and have an event in his calendar (K-9)."""
    for link in links:
        if link.activity_id is None:
            continue
        others = ledger.links_of_activity(link.activity_id)
        if any(one.user_id != link.user_id and one.state == "in_step" for one in others):
            yield link.activity_id


def _order(action: Action) -> int:
    """What is only known comes first, then what is made, then what is deleted."""
    match action:
        case SaveLink() | Hold():
            return 0
        case Carry() | MakeActivity():
            return 1
        case MakeEvent() | EndLink() | ReturnActivity():
            return 2
        case Drop():
            return 3
