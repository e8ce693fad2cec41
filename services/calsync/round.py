"""A user's round as others see it: who is left alone, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.calsync.apply import Applying
from services.calsync.calendars.port import MailboxRefusedError, Participant, Window
from services.calsync.ledger import Ledger
from services.calsync.one_round import OneRound, RoundSettings
from services.calsync.users import CalendarUser, UserStates
from services.calsync.writing import Done
from services.calsync.zones import window_on
from shared.errors import AwayError, CRMServiceError, TransientError
from shared.netgenium.database.engine import database_errors, write_transaction

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
class Rounds(RoundSettings):
    """Does rounds; one object for all users, which several threads may use."""

    def run(self, user: Participant) -> RoundOfUser:
        """Do one round; whatever concerns this user alone becomes its result.

        A mailbox that has asked to wait is left alone until then, whichever process was told.

        Raises:
            CredentialsRefusedError: The token was refused; so it will be for all.
            AwayError: The database or Graph is unreachable for all.
        """
        now = self.clock()
        state = self._state(user, now)
        if state.wait_until is not None and state.wait_until > now:
            reason = f"the mailbox asked to be left alone until {state.wait_until.isoformat()}"
            return self._told(user, "failed", reason, None)
        try:
            done = OneRound(self, user, now, self._window(now), state).run()
        except AwayError:
            raise
        except (TransientError, MailboxRefusedError) as error:
            self._failed(user, now, error)
            return self._told(user, "failed", str(error), None)
        failure = done.failures[0] if done.failures else None
        return self._told(user, "failed" if failure else "ok", failure, done)

    def _state(self, user: Participant, now: datetime) -> CalendarUser:
        """Return what is kept of a user; of another account nothing is."""
        with database_errors(self.engine), self.engine.connect() as connection:
            known = UserStates(connection).find(user)
        if known is not None and known.mailbox == user.mailbox:
            return known
        with write_transaction(self.engine) as connection:
            states = UserStates(connection)
            state = states.read(user, now)
            if state.mailbox != user.mailbox:
                # Another account: its events are other ones, whatever their ids.
                Ledger(connection, now).forget_user(user.user_id)
                state = states.renewed(state, user)
            return state

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
