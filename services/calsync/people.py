"""Looks up who takes part, and parks who does no more (K-1, K-1a, K-1b)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from services.calsync.calendars.accounts import AccountDirectory
from services.calsync.calendars.port import Participant
from services.calsync.ledger import Ledger
from services.calsync.participants import ErpUser, Participants, match_participants, pilots
from services.calsync.round import Result, RoundOfUser
from services.calsync.users import CalendarUser, UserStates
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.queries.people import read_active_users
from shared.netgenium.schema.tables import ErpTables

LOOKED_UP_FOR = timedelta(days=1)
"""How long an account is taken from memory (K-1)."""

_NO_ACCOUNT = "no Microsoft account has an address of this user"
_NO_PILOT = "calendarUser does not name this user"


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Who takes part, and what is told of the others.

    Attributes:
        taking_part: In the order of the ERP's users.
        others: The refused and the parked, by user id; no round is done for them.
        ids: The user of each address in lower case.
    """

    taking_part: tuple[Participant, ...]
    others: Mapping[int, RoundOfUser]
    ids: Mapping[str, int]


@dataclass(slots=True)
class People:
    """Who takes part.

    Attributes:
        only: The addresses of a pilot; none: everybody.
        clock: Returns the moment.
    """

    engine: Engine
    erp: ErpTables
    directory: AccountDirectory
    only: frozenset[str]
    clock: Callable[[], datetime]
    _asked_with: Sequence[ErpUser] | None = field(default=None, init=False)
    _found: LookedUp | None = field(default=None, init=False)

    def look_up(self) -> LookedUp:
        """Return who takes part; accounts are asked for once a day, and when something changed.

        Raises:
            CredentialsRefusedError: The token or the consent is refused.
            TransientError: Graph or the database is unreachable.
        """
        with database_errors(self.engine), self.engine.connect() as connection:
            users = [
                ErpUser(user_id, tuple(addresses))
                for user_id, addresses in read_active_users(connection, self.erp).items()
            ]
            due = self._due(UserStates(connection).all())
        if self._found is None or due or users != self._asked_with:
            self._found = self._ask(users)
            self._asked_with = users
        return self._found

    def _due(self, states: Iterable[CalendarUser]) -> bool:
        """Whether an account was lost, or was looked up too long ago."""
        before = self.clock() - LOOKED_UP_FOR
        return any(
            state.looked_up_at is None or state.looked_up_at < before
            for state in states
            if state.state != "parked"
        )

    def _ask(self, users: Sequence[ErpUser]) -> LookedUp:
        chosen = pilots(users, self.only)
        accounts = self.directory.accounts(one for user in users for one in user.addresses)
        found = match_participants(chosen, accounts, everybody=users)
        now = self.clock()
        with write_transaction(self.engine) as connection:
            states = UserStates(connection)
            for user in found.taking_part:
                states.looked_up(states.read(user, now), now)
            reasons = dict.fromkeys((user.user_id for user in users), _NO_PILOT)
            reasons |= dict.fromkeys((user.user_id for user in found.without), _NO_ACCOUNT)
            reasons |= {one.user_id: one.reason for one in found.refused}
            states.park_all_but((user.user_id for user in found.taking_part), reasons)
            others = _others(connection, found, now, named=bool(self.only))
        ids = {one: user.user_id for user in users for one in user.addresses}
        known = {other.user: user_id for user_id, other in others.items()}
        return LookedUp(found.taking_part, others, known | ids)


def _others(
    connection: Connection, found: Participants, now: datetime, *, named: bool
) -> dict[int, RoundOfUser]:
    """Tell of those who take no part; who has no account is refused only if named."""
    ledger = Ledger(connection, now)

    def told(user_id: int, address: str, result: Result, reason: str) -> RoundOfUser:
        held, notes = ledger.held(user_id), len(ledger.open_notes(user_id))
        return RoundOfUser(address, result, reason, held=held, notes=notes)

    others = {
        one.user_id: told(one.user_id, one.address, "parked", one.reason or "")
        for one in UserStates(connection).all()
        if one.state == "parked"
    }
    if named:
        others |= {
            user.user_id: told(user.user_id, user.addresses[0], "refused", _NO_ACCOUNT)
            for user in found.without
        }
    refused = {
        one.user_id: told(one.user_id, one.address, "refused", one.reason) for one in found.refused
    }
    return others | refused
