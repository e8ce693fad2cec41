"""Mail that failed is told to the support, once for each time that it died (behaviour E-3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from shared.contracts.cause import Cause
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.own.outbox import Outgoing, Posted, write_outbox
from shared.netgenium.own.tables import dead_letter_table

TEMPLATE = "forward"
_LATELY = timedelta(days=2)
"""What died before is not told: the support would get years of it with the first start."""

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class FailedMailTold:
    """Dead letters that wait for a person.

    Attributes:
        engine: The database, which has their copies.
        supports: Who is told, by the name of the box.
    """

    engine: Engine
    supports: Mapping[str, str]

    def post(self, now: datetime) -> int:
        """Put what died lately into the outbox, if it is not there; return how many there are.

        Raises:
            TransientError: The database is unreachable.
        """
        posted = self._posted(now)
        if posted:
            with write_transaction(self.engine) as connection:
                write_outbox(connection, posted, now)
        return len(posted)

    def _posted(self, now: datetime) -> list[Posted]:
        own = dead_letter_table.c
        query = select(dead_letter_table).where(
            own.ended_at.is_(None), own.died_at > now - _LATELY, own.box.in_(sorted(self.supports))
        )
        with database_errors(self.engine), self.engine.connect() as connection:
            rows = connection.execute(query.order_by(own.died_at.desc()).limit(_AT_ONCE)).all()
        return [
            Posted(
                Cause.named("dead_letter", f"{row.mail_id}\0{row.queue}\0{row.released}"),
                Outgoing(
                    "support",
                    row.box,
                    self.supports[row.box],
                    TEMPLATE,
                    {
                        "subject": row.queue,
                        "reason": row.reason,
                        "mail_id": str(row.mail_id),
                        "sender": "",
                    },
                ),
            )
            for row in rows
        ]
