"""The writer's stage: a group of mails in one transaction - effects, journal, claims together.

Consumes `MailClassified`, emits `MailRecorded`. On failure the transaction leaves nothing, and the
runner gives the group again, mail by mail. The same mail id twice has one effect: the journal row
is written in the transaction that makes the effect, and is looked for first.

A group takes all its locks at its begin, before it reads anything, so writers at the same time
never wait for each other, and what is read stays true.
"""

import random
import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine

from services.writer.apply import apply
from services.writer.attachments import AttachmentStore
from services.writer.decisions.claim import Settled, keys_of, late_command_ids, settle
from services.writer.earlier import read_earlier, tasks_wanted
from services.writer.earlier_reports import ReportReading
from services.writer.events import with_events
from services.writer.group_locks import locks_of
from services.writer.journal import (
    Decided,
    decided_before,
    decided_now,
    key_owners,
    made_before,
    record,
)
from services.writer.late_marks import LateMarks
from services.writer.late_threads import LateThreads
from services.writer.legacy_log import LegacyLog
from services.writer.spelling import as_spelled
from services.writer.task_numbers import reserve_task_numbers
from services.writer.unit_of_work import UnitOfWork
from shared import metrics
from shared.contracts.commands import UpsertInvitation
from shared.contracts.messages import MailClassified, MailRecorded
from shared.log import Logger
from shared.netgenium.database.engine import ConflictError, write_transaction
from shared.netgenium.database.locks import hold
from shared.netgenium.schema.tables import ErpTables

_TRIES = 4
_LONGEST_PAUSE_SECONDS = 0.2

_log = Logger()

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WriterStage:
    """Applies the commands of classified mails to the ERP.

    Attributes:
        engine: The database.
        erp: Its mapped tables.
        attachments: Where files go.
        legacy_log: The log in the manual's words.
        clock: Returns the time, aware, in local time.
        pause: Waits for some seconds, before a group that met another writer is tried again.
        own_domains: Of the company: its own mail may come back (S-7).
    """

    engine: Engine
    erp: ErpTables
    attachments: AttachmentStore
    legacy_log: LegacyLog
    clock: Callable[[], datetime]
    pause: Callable[[float], None] = time.sleep
    own_domains: Container[str] = frozenset()
    name: str = "writer"

    def handle(self, batch: Sequence[MailClassified]) -> Sequence[MailRecorded]:
        """Record all of `batch` in one commit; mail recorded before stays as it is.

        Raises:
            ConflictError: Each time there was a row with one of our keys: other writers were first
                too often, or the ERP has a unique column that a mail cannot fit.
            TransientError: The database is unreachable.
            PermanentError: A command can never be applied; nothing of the batch is recorded.
        """
        recorded, settled = self._commit(batch)
        # For mails that were recorded before, too: whoever recorded them may have ended before it.
        threads = LateThreads(self.engine, self.erp, self.clock)
        self._tried(lambda: threads.join(batch))
        marks = LateMarks(self.engine, self.erp, self.clock, self.own_domains)
        self._tried(lambda: marks.join(batch))
        now = self.clock()
        self.legacy_log.catch_up(self.engine)
        for one in settled:
            age = (now - one.mail.received_at).total_seconds()
            metrics.recorded(one.mail.box, one.verdict, age)
            metrics.flagged(one.flags)
            _log.info(
                "mail recorded",
                mail_id=str(one.mail.mail_id),
                box=one.mail.box,
                verdict=list(one.verdict),
                commands=[command.kind for command in one.commands],
            )
        return recorded

    def _tried(self, work: Callable[[], T]) -> T:
        for _ in range(_TRIES - 1):
            try:
                return work()
            except ConflictError:
                # Another writer claimed one of our keys in the meantime: now it can be seen.
                _log.info("group is tried again")
                self.pause(random.uniform(0, _LONGEST_PAUSE_SECONDS))  # noqa: S311 - no secret
        return work()

    def _commit(self, batch: Sequence[MailClassified]) -> tuple[list[MailRecorded], list[Settled]]:
        return self._tried(lambda: self._commit_once(batch))

    def _commit_once(
        self, batch: Sequence[MailClassified]
    ) -> tuple[list[MailRecorded], list[Settled]]:
        with write_transaction(self.engine) as connection:
            batch = [as_spelled(with_events(mail), connection.dialect) for mail in batch]
            hold(connection, *locks_of(batch))
            before = decided_before(connection, [mail.mail_id for mail in batch])
            fresh = {m.mail_id: m for m in batch if m.again or m.mail_id not in before}
            owners = key_owners(connection, (key for mail in batch for key in keys_of(mail)))
            made = made_before(connection, late_command_ids(fresh.values(), owners))
            settled = self._apply(
                connection, _with_news(settle(fresh.values(), owners, made), before)
            )
            now = self.clock()
            record(connection, settled, before, now)
            self.legacy_log.note(connection, (one.verdict for one in settled), now)
        decided = {**before, **{one.mail.mail_id: decided_now(one) for one in settled}}
        again = before.keys() - {one.mail.mail_id for one in settled}
        invited = {one.mail.mail_id: _invited(one) for one in settled}
        recorded = []
        for mail in batch:
            # A redelivery may have been decided otherwise since: what the journal says is done.
            word = _recorded(mail, decided[mail.mail_id], again=mail.mail_id in again)
            users = invited.pop(mail.mail_id, ())
            recorded.append(word.model_copy(update={"calendar_users": users}))
            again.add(mail.mail_id)
        return recorded, settled

    def _apply(self, connection: Connection, settled: Sequence[Settled]) -> list[Settled]:
        commands = [command for one in settled for command in one.may_apply]
        earlier, now = read_earlier(connection, self.erp, commands), self.clock()
        ReportReading(connection, self.erp, self.own_domains, now).add_to(earlier, settled)
        work = UnitOfWork(connection, self.erp, now, earlier)
        wanted = tasks_wanted(commands, earlier)
        work.task_numbers = reserve_task_numbers(connection, self.erp, wanted)
        for one in settled:
            for command in one.commands:
                apply(command, one.mail, work)
        work.flush()
        self.attachments.store(work)
        return [work.outcome.of(one) for one in settled]


def _with_news(settled: Sequence[Settled], before: Container[UUID]) -> list[Settled]:
    """Leave out replays that have nothing left to do: their verdict stays what it was."""
    return [one for one in settled if one.commands or one.mail.mail_id not in before]


def _invited(one: Settled) -> tuple[int, ...]:
    """Return the users whose invitations a mail has told of."""
    users = {each.user.id for each in one.commands if isinstance(each, UpsertInvitation)}
    return tuple(sorted(users))


def _recorded(mail: MailClassified, decided: Decided, *, again: bool) -> MailRecorded:
    return MailRecorded(
        mail_id=mail.mail_id,
        box=mail.box,
        source=mail.source,
        subject=mail.subject,
        verdict=decided.verdict,
        again=again,
        mailbox=decided.mailbox,
    )
