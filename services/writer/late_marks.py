"""Releases held marks once the mail that came back turns out to be ours (behaviour S-7).

A bounce may be recorded before the copy of the mail that it returns. As with threads, it is looked
for after the commit of a group: of two writers, one with the bounce and one with the copy, the
later one sees both. Who ends before it gets the same mails again, and a mark is released once.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from services.writer.held_marks import HeldMark, decide, held_mark_of
from shared.contracts.commands import CountSoftBounce, MarkForbidden
from shared.contracts.messages import MailClassified
from shared.domain.copies import message_key
from shared.domain.sent import sent_by_us
from shared.netgenium.database.engine import database_errors
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.held_mark_table import held_mark_table
from shared.netgenium.queries.sent import read_sent
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class LateMarks:
    """Makes marks that were held because the mail that came back was not recorded yet.

    Attributes:
        own_domains: Of the company: its own mail may come back.
    """

    engine: Engine
    erp: ErpTables
    clock: Callable[[], datetime]
    own_domains: Container[str]

    def join(self, mails: Iterable[MailClassified]) -> int:
        """Look for what waits for one of `mails`, which are recorded; return how many marks it was.

        Raises:
            ConflictError: Another writer was first: trying again will see what it wrote.
            TransientError: The database is unreachable.
            PermanentError: A right is missing, or the mapping does not fit.
        """
        named = {message_key(one): one for mail in mails for one in self._may_be_returned(mail)}
        waiting = self._waiting(named) if named else ()
        if not waiting:
            return 0
        with database_errors(self.engine), self.engine.connect() as connection:
            names = {named[key] for key, _ in waiting}
            sent = read_sent(connection, self.erp, names, self.own_domains)
        ours: dict[str, list[HeldMark]] = {}
        for key, mark in waiting:
            if mark.address in sent.get(named[key], ()):
                ours.setdefault(named[key], []).append(mark)
        now = self.clock()
        return sum(
            decide(self.engine, self.erp, marks, "released", by=f"the copy of {name}", now=now)
            for name, marks in ours.items()
        )

    def _may_be_returned(self, mail: MailClassified) -> Iterable[str]:
        """Yield the Message-ID of a mail of ours, and of what a report of this group returns."""
        if mail.message_id and sent_by_us(
            mail.sender, mail.direction, mail.flags, self.own_domains
        ):
            yield mail.message_id
        for one in mail.commands:
            report = one.report if isinstance(one, MarkForbidden | CountSoftBounce) else None
            if report and report.original and not report.believed:
                yield report.original

    def _waiting(self, keys: Iterable[str]) -> list[tuple[str, HeldMark]]:
        # By the key alone: asked for an order, too, Firebird would walk through all that waits.
        asked = select(held_mark_table)
        with database_errors(self.engine), self.engine.connect() as connection:
            rows = [
                row
                for chunk in in_chunks(sorted(keys))
                for row in connection.execute(
                    asked.where(held_mark_table.c.returned_key.in_(chunk))
                )
                if row.decided_at is None and row.why == "unproven"
            ]
        rows.sort(key=lambda row: (row.held_at, row.command_id))
        return [(row.returned_key, held_mark_of(row)) for row in rows]
