"""Looks up who takes part, and parks who does not any more (K-1, K-1a, K-1b)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from services.calsync.calendars.accounts import AccountDirectory
from services.calsync.ledger import Ledger
from services.calsync.participants import ErpUser, Participants, match_participants, pilots
from services.calsync.saved import forget_saved
from services.calsync.users import UserStates
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who takes part in the calendar.

    Attributes:
        directory: The Microsoft accounts.
        only: Addresses of the pilots; none: everybody.
    """

    engine: Engine
    erp: ErpTables
    directory: AccountDirectory
    only: frozenset[str] = frozenset()

    def look_up(self, now: datetime) -> Participants:
        """Match users with accounts, and park users who take part no more: nothing is deleted.

        Done at least once a day; what has ended long ago is forgotten with it (K-7).

        Raises:
            TransientError: The database or the directory is unreachable.
            CredentialsRefusedError: The directory refuses the token.
        """
        with database_errors(self.engine), self.engine.connect() as connection:
            users = active_users(connection, self.erp)
        wanted = pilots(users, self.only)
        addresses = {address for user in wanted for address in user.addresses}
        found = match_participants(wanted, self.directory.accounts(addresses), everybody=users)
        with write_transaction(self.engine) as connection:
            states = UserStates(connection)
            states.park_all_but([one.user_id for one in found.taking_part], _reasons(found))
            for one in found.taking_part:
                states.looked_up(states.read(one, now), now)
            Ledger(connection, now).forget_old()
            forget_saved(connection, now)
        return found


def active_users(connection: Connection, erp: ErpTables) -> list[ErpUser]:
    """Return all active users who have an address, in the order of their ids."""
    user = erp.table("user").c
    query = select(user.id).where(user.active.in_([True])).order_by(user.id)
    ids = list(connection.scalars(query))
    emails = values_by_owner(connection, erp, "user", "emails", ids)
    return [
        ErpUser(one, addresses)
        for one in ids
        if (
            addresses := tuple(text.strip().lower() for text in emails.get(one, ()) if text.strip())
        )
    ]


def _reasons(found: Participants) -> dict[int, str]:
    return {one.user_id: one.reason for one in found.refused}
