"""Rounds for the users of a company, several at once (K-1)."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.calsync.answers import forget_answers
from services.calsync.calendars.port import Participant
from services.calsync.ledger import Ledger
from services.calsync.people import LookedUp, People
from services.calsync.round import RoundOfUser, Rounds
from services.calsync.saved import forget_saved
from services.calsync.users import UserStates
from shared.contracts.said import said
from shared.errors import WrongUseError
from shared.netgenium.database.engine import database_errors, write_transaction


@dataclass(slots=True)
class CompanyRounds:
    """Does the rounds of all users, or of some.

    Attributes:
        rounds: Does one round.
        people: Says who takes part.
        before: Is called before every round, to see that we still hold the lease.
        workers: How many users have their round at one time.
    """

    rounds: Rounds
    people: People
    before: Callable[[], None] = lambda: None
    workers: int = 1
    _holding: threading.Lock = field(default_factory=threading.Lock, init=False)

    def due(self) -> LookedUp:
        """Return who takes part now; old memory is dropped.

        Raises:
            CredentialsRefusedError: The token or the consent is refused.
            TransientError: Graph or the database is unreachable.
        """
        self.before()
        found = self.people.look_up()
        ids = frozenset(user.user_id for user in found.taking_part)
        self.rounds = replace(self.rounds, takes_part=ids)
        with write_transaction(self.rounds.engine) as connection:
            now = self.rounds.clock()
            Ledger(connection, now).forget_old()
            forget_saved(connection, now)
            forget_answers(connection, now)
        return found

    def one(self, user: Participant) -> RoundOfUser:
        """Do one user's round; several threads may, each for another user.

        Raises:
            CredentialsRefusedError: The token was refused; so it will be for all.
            AwayError: The database or Graph is unreachable for all.
        """
        with self._holding:
            self.before()
        return self.rounds.run(user)

    def all(
        self, addresses: Sequence[str], wait: Callable[[float], None], patience_seconds: float
    ) -> Iterator[RoundOfUser]:
        """Do one round of each user, several at once; tell of them in their order.

        Args:
            addresses: Of the users who are meant; none: all of them.
            wait: Waits so many seconds.
            patience_seconds: How long is waited in all for mailboxes that ask for it.

        Raises:
            WrongUseError: Nobody has one of the addresses.
            CredentialsRefusedError: The token was refused; so it will be for all.
            TransientError: The database or Graph is unreachable for all.
        """
        found = self.due()
        meant = _meant(found, addresses)
        for user_id, other in found.others.items():
            if meant is None or user_id in meant:
                yield other
        users = [one for one in found.taking_part if meant is None or one.user_id in meant]
        patience = _Patience(patience_seconds)
        # The first alone: what it meets that concerns everybody, all would meet.
        for user in users[:1]:
            yield self._patiently(user, wait, patience)
        with ThreadPoolExecutor(self.workers, "round") as pool:
            rounds = [pool.submit(self._patiently, user, wait, patience) for user in users[1:]]
            try:
                for each in rounds:
                    yield each.result()
            finally:
                for each in rounds:
                    each.cancel()

    def _patiently(
        self, user: Participant, wait: Callable[[float], None], patience: "_Patience"
    ) -> RoundOfUser:
        """Do a round, again after a wait that the mailbox asks for."""
        while True:
            told = self.one(user)
            if told.result == "ok":
                return told
            seconds = self._asked_to_wait(user)
            if not patience.has(seconds):
                return told
            wait(seconds)

    def _asked_to_wait(self, user: Participant) -> float:
        engine, now = self.rounds.engine, self.rounds.clock()
        with database_errors(engine), engine.connect() as connection:
            states = {one.user_id: one for one in UserStates(connection).all()}
        return _seconds_until(states[user.user_id].wait_until, now)


@dataclass(slots=True)
class _Patience:
    """How long is waited yet, by all threads together."""

    left: float
    _taking: threading.Lock = field(default_factory=threading.Lock)

    def has(self, seconds: float) -> bool:
        """Take so much; return whether there was enough, and anything to wait for."""
        with self._taking:
            enough = 0 < seconds <= self.left
            self.left -= seconds if enough else 0.0
            return enough


def _seconds_until(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (moment - now).total_seconds()) if moment else 0.0


def _meant(found: LookedUp, addresses: Sequence[str]) -> frozenset[int] | None:
    """Return the ids of the users who are meant; None: all."""
    wanted = [address.strip().lower() for address in addresses]
    if unknown := [one for one in wanted if one not in found.ids]:
        what = said("no active user of the ERP has the address {names}", names=", ".join(unknown))
        raise WrongUseError(
            said("{what}; crmservice calendar status lists those who take part", what=what)
        )
    return frozenset(found.ids[one] for one in wanted) if wanted else None
