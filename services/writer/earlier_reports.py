"""What reports of a group are believed by, read once for all of them (behaviours S-7, R-e)."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from services.writer.decisions.claim import Settled
from services.writer.earlier import EarlierMails
from shared.contracts.commands import CountSoftBounce, MarkForbidden
from shared.contracts.messages import MailClassified
from shared.domain.sent import sent_by_us
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.held_mark_table import held_mark_table
from shared.netgenium.queries.marks import begin_of_day, count_marks
from shared.netgenium.queries.sent import read_sent
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class ReportReading:
    """What reports are read with.

    Attributes:
        own_domains: Of the company.
        now: Aware.
    """

    connection: Connection
    erp: ErpTables
    own_domains: Container[str]
    now: datetime

    def add_to(self, earlier: EarlierMails, settled: Sequence[Settled]) -> None:
        """Add to `earlier` what the reports among `settled` are decided by."""
        commands = [
            command
            for one in settled
            for command in one.commands
            if isinstance(command, MarkForbidden | CountSoftBounce) and command.report
        ]
        reports = [command.report for command in commands if command.report]
        originals = {one.original for one in reports if one.original and not one.believed}
        if originals:
            earlier.sent = self._sent(originals, [one.mail for one in settled])
        if commands:
            earlier.held = self._held(command.command_id for command in commands)
        if any(one.most_a_day is not None for one in reports):
            zone = ZoneInfo(self.erp.mapping.time.zone)
            earlier.marks_today = count_marks(self.connection, begin_of_day(self.now, zone))

    def _sent(
        self, originals: Iterable[str], group: Iterable[MailClassified]
    ) -> Mapping[str, Container[str]]:
        """Return what the group itself has sent: a bounce may be in one group with the mail."""
        wanted = set(originals)
        found: dict[str, set[str]] = defaultdict(set)
        for mail in group:
            ours = sent_by_us(mail.sender, mail.direction, mail.flags, self.own_domains)
            if ours and mail.message_id in wanted:
                found[mail.message_id] |= set(mail.recipients)
        for one, to in read_sent(self.connection, self.erp, wanted, self.own_domains).items():
            found[one] |= to
        return found

    def _held(self, command_ids: Iterable[UUID]) -> Mapping[UUID, str | None]:
        own = held_mark_table.c
        return {
            command_id: decided_as
            for chunk in in_chunks(sorted(set(command_ids)))
            for command_id, decided_as in self.connection.execute(
                select(own.command_id, own.decided_as).where(own.command_id.in_(chunk))
            )
        }
