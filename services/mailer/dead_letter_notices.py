"""Dead letters are told to whoever minds the service: together, at most once an hour (I-9)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from services.mailer.notices import BETWEEN, PATIENCE, Notice
from shared.contracts.said import said_many
from shared.netgenium.database.engine import database_errors
from shared.netgenium.own.tables import dead_letter_table, outbox_table

KIND = "dead letters"

_LATELY = timedelta(days=2)
"""What died before is not told: the first start would tell of years."""

_OWN = dead_letter_table.c


@dataclass(frozen=True, slots=True)
class DeadLetterNotices:
    """Tells what died since the last notice; which that was, the outbox knows.

    Attributes:
        engine: The database, which has copies of the dead letters.
        service: Who tells.
        tell: Sends a notice; returns whether it is on its way.
    """

    engine: Engine
    service: str
    tell: Callable[[Notice], bool]

    def post(self, now: datetime) -> int:
        """Tell of what died since the last notice, an hour after that; return how many died.

        Copies of dead letters come late, so the last minutes belong to the next notice.

        Raises:
            TransientError: The database is unreachable.
        """
        with database_errors(self.engine), self.engine.connect() as connection:
            last = self._last(connection, now)
            if last is not None and now - last < BETWEEN:
                return 0
            since = (last or now - _LATELY) - PATIENCE
            count, reason = _died(connection, since, now - PATIENCE)
        if count:
            told = said_many(
                "{n} mail could not be processed: {reason}; see crmservice dead-letters list",
                "{n} mails could not be processed, the last because: {reason}; see crmservice "
                "dead-letters list",
                count,
                reason=reason,
            )
            self.tell(Notice(self.service, KIND, told, 1, now))
        return count

    def _last(self, connection: Connection, now: datetime) -> datetime | None:
        """Return when the last notice of this kind was made, of the hours that count."""
        hours = range(int((_LATELY + BETWEEN) / BETWEEN) + 1)
        ids = [Notice(self.service, KIND, "", 1, now - BETWEEN * ago).outbox_id for ago in hours]
        own = outbox_table.c
        query = select(func.max(own.created_at)).where(own.outbox_id.in_(ids))
        last: datetime | None = connection.scalar(query)
        return last


def _died(connection: Connection, since: datetime, until: datetime) -> tuple[int, str]:
    """Return how many mails died in that time and still wait, with the reason of the last one."""
    which = _OWN.ended_at.is_(None), _OWN.died_at > since, _OWN.died_at <= until
    count = connection.scalar(select(func.count()).select_from(dead_letter_table).where(*which))
    last = select(_OWN.reason).where(*which).order_by(_OWN.died_at.desc(), _OWN.mail_id)
    return count or 0, connection.scalar(last.limit(1)) or ""
