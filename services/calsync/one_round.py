"""The steps of one user's round: look at both sides, plan, do it, remember the cursor.

Killed at any point, or ended by an error, the next round finishes or repeats without effect twice:
the cursor moves on last.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

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
from services.calsync.activities import look_at_activities
from services.calsync.answers import carry_answers
from services.calsync.apply import Applying
from services.calsync.brake import braked
from services.calsync.calendars.erp import ErpCalendar
from services.calsync.calendars.port import (
    CalendarChanges,
    CursorLostError,
    EventCalendar,
    Participant,
    Window,
)
from services.calsync.event_writes import EventWrites
from services.calsync.events import EventLook
from services.calsync.ledger import Ledger
from services.calsync.link import CalendarLink
from services.calsync.newcomers import Newcomers
from services.calsync.plan import Planning, is_quiet, plan_link, stays
from services.calsync.rules import CalendarRules
from services.calsync.sights import ActivityEvidence, EventEvidence
from services.calsync.still import StillSides, StillUsers, ledger_mark
from services.calsync.users import CalendarUser, UserStates
from services.calsync.writing import Assigning, Writing
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """What the rounds of all users share.

    Attributes:
        e_mail_type: Id of the activity type of e-mails.
        clock: Returns the moment; tests have their own.
        takes_part: Ids of all users who take part (K-9).
        still: The users of whom the last round had nothing to do.
    """

    engine: Engine
    erp: ErpTables
    calendar: EventCalendar
    rules: CalendarRules
    assigning: Assigning
    clock: Callable[[], datetime]
    e_mail_type: int | None = None
    takes_part: frozenset[int] = frozenset()
    still: StillUsers = field(default_factory=StillUsers)


@dataclass(slots=True)
class OneRound:
    """One round.

    Attributes:
        state: What is kept of the user.
    """

    rounds: RoundSettings
    user: Participant
    now: datetime
    window: Window
    state: CalendarUser

    def run(self) -> Applying:
        """Do it; return what was done.

        Raises:
            CredentialsRefusedError: The token was refused; so it will be for all.
            TransientError: The database or Graph is unreachable, or the mailbox asks to wait.
            MailboxRefusedError: This user's calendar cannot be used.
        """
        applying = self._applying()
        changes, sides = self._changes(), self._sides()
        still = self.rounds.still
        if still.is_still(sides, changes):
            self._end(changes, EventEvidence(), applying, whole=True)
            return applying
        still.forget(self.user)
        if self._whole(changes, applying):
            still.remember(sides)
        return applying

    def _whole(self, changes: CalendarChanges, applying: Applying) -> bool:
        """Look at everything and do what is to be done; return whether nothing was, or is open."""
        links = self._links()
        look = EventLook(self.rounds.calendar, self.user, self.window, self.rounds.rules, self.now)
        events = look(links, changes)
        activities, moved = self._activities(links, events)
        seen = _Seen(links, events, activities, changes.complete, moved)
        actions, undecided = self._actions(seen)
        suspected = (link for link in events.asked.values() if link.missing_since is not None)
        rules = self.rounds.rules
        allowed = braked(actions, links, self.window, rules, suspected)
        applying.do_all(sorted(allowed, key=_order))
        undecided = undecided or applying.undecided or events.undecided
        self._end(changes, events, applying, whole=not undecided)
        return not (actions or undecided) and seen.is_still

    def _sides(self) -> StillSides:
        """Return the marks of both sides, taken before anything is read that is planned by."""
        engine = self.rounds.engine
        with database_errors(engine), engine.connect() as connection:
            ledger = ledger_mark(connection, self.user)
            activities = self._erp(connection).mark(self.user, self.window)
        return StillSides(self.user, self.window, ledger, activities)

    def _links(self) -> Sequence[CalendarLink]:
        engine = self.rounds.engine
        with database_errors(engine), engine.connect() as connection:
            return Ledger(connection, self.now).links(self.user.user_id)

    def _changes(self) -> CalendarChanges:
        """Return the changes; the window is frozen in a cursor, so another day begins anew."""
        state = self.state
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
            erp = self._erp(connection)
            found = look_at_activities(erp, self.user, self.window, links, events)
            moved = {
                link.activity_id
                for link in links
                if link.activity_id and found.of(link).state == "moved"
            }
            wanted = {*moved, *map(int, found.new)}
            others = Ledger(connection, self.now).links_of_others(self.user.user_id, wanted)
        for other in others:
            # What its former user may not give away he takes back (K-9).
            if other.user_id in self.rounds.takes_part and stays(other, self.rounds.rules):
                found.new.pop(str(other.activity_id), None)
        in_step = {one.activity_id for one in others if one.state == "in_step"}
        return found, frozenset(each for each in moved if each in in_step)

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

    def _erp(self, connection: Connection) -> ErpCalendar:
        return ErpCalendar(
            connection,
            self.rounds.erp,
            default_minutes=self.rounds.rules.default_minutes,
            e_mail_type=self.rounds.e_mail_type,
        )

    def _applying(self) -> Applying:
        rounds = self.rounds
        work = Writing(
            rounds.engine,
            rounds.erp,
            EventWrites(rounds.calendar, self.user, rounds.rules),
            rounds.assigning.for_round(),
            self.now,
            rounds.rules.default_minutes,
            rounds.e_mail_type,
        )
        return Applying(work)

    def _end(
        self, changes: CalendarChanges, events: EventEvidence, applying: Applying, *, whole: bool
    ) -> None:
        """Carry the answers given in Outlook (K-4a); of a whole round keep the cursor."""
        rounds, user = self.rounds, self.user
        seen = (one.item for one in events.sights.values() if one.item)
        with write_transaction(rounds.engine) as connection:
            items = (*changes.items, *seen)
            answered = carry_answers(connection, rounds.erp, user, self.now, items)
            if whole:
                states = UserStates(connection)
                states.moved_on(user, changes.cursor, self.window.first, self.now)
        applying.work.to_erp.changed += answered


@dataclass(frozen=True, slots=True)
class _Seen:
    """What both sides show in this round."""

    links: Sequence[CalendarLink]
    events: EventEvidence
    activities: ActivityEvidence
    complete: bool
    moved: frozenset[int]

    @property
    def is_still(self) -> bool:
        """Whether both sides are as the ledger has them, so that nothing is waited for."""
        quiet = (
            is_quiet(link, self.activities.of(link), self.events.of(link)) for link in self.links
        )
        return not self.events.new and all(quiet)


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


def _order(action: Action) -> int:
    """Order actions: what is only known comes first, then what is made, then what is deleted."""
    match action:
        case SaveLink() | Hold():
            return 0
        case Carry() | MakeActivity():
            return 1
        case MakeEvent() | EndLink() | ReturnActivity():
            return 2
        case Drop():
            return 3
