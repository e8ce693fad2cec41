"""Mail that failed is told to the support, once for each time that it died (behaviour E-3)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row, or_, select

from services.mailer.dead_letter_walk import DeadLetterWalk
from shared.contracts.cause import Cause
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.own.outbox import Outgoing, Posted, not_written, write_outbox
from shared.netgenium.own.tables import dead_letter_table

TEMPLATE = "forward"
LATELY = timedelta(days=2)
"""What died before is not told: the support would get years of it with the first start."""

_LATE = timedelta(minutes=10)
"""By how much the copies of dead letters are mostly late."""


@dataclass(frozen=True, slots=True)
class FailedMailTold:
    """Dead letters that wait for a person.

    A look costs the same however many there are: it goes on where the newest ended, and beside
    that through all of them, for copies that come late.

    Attributes:
        engine: The database, which has their copies.
        supports: Who is told, by the name of the box; at least one.
        backup: Finds the backup key of a mail; None where it has no backup.
    """

    engine: Engine
    supports: Mapping[str, str]
    backup: Callable[[UUID], str | None]
    _walks: Sequence[DeadLetterWalk] = field(
        default_factory=lambda: (DeadLetterWalk(_LATE), DeadLetterWalk(LATELY)), init=False
    )

    def post(self, now: datetime) -> int:
        """Put what died lately into the outbox, if it is not there; return how many were put.

        Raises:
            TransientError: The database is unreachable.
        """
        posted = self._posted(now)
        if posted:
            with write_transaction(self.engine) as connection:
                write_outbox(connection, posted, now)
        for walk in self._walks:
            walk.go_on()
        return len(posted)

    def _posted(self, now: datetime) -> list[Posted]:
        own = dead_letter_table.c
        ours = or_(own.box.is_(None), own.box.in_(sorted(self.supports)))
        open_ones = select(dead_letter_table).where(own.ended_at.is_(None), ours)
        with database_errors(self.engine), self.engine.connect() as connection:
            looks = [walk.look(connection, open_ones, now) for walk in self._walks]
            rows = [row for look in looks for row in look if row.died_at > now - LATELY]
            mail_ids = {_cause(row).id: row.mail_id for row in rows}
            new = not_written(connection, [self._told(row) for row in rows])
        return [self._with_mail(one, mail_ids[one.cause.id]) for one in new]

    def _told(self, row: Row[Any]) -> Posted:
        # Of a mail that was too heavy to be opened nobody knows the box.
        box = row.box or min(self.supports)
        values = {
            "subject": row.queue,
            "reason": row.reason,
            "mail_id": str(row.mail_id),
            "sender": "",
        }
        return Posted(_cause(row), Outgoing("support", box, self.supports[box], TEMPLATE, values))

    def _with_mail(self, posted: Posted, mail_id: UUID) -> Posted:
        """Attach the mail itself; looked for only where it goes out, in many folders."""
        key = self.backup(mail_id)
        return posted._replace(mail=replace(posted.mail, attachments=(key,))) if key else posted


def _cause(row: Row[Any]) -> Cause:
    return Cause.named("dead_letter", f"{row.mail_id}\0{row.queue}\0{row.released}")
