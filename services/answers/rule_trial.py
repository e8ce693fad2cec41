"""What a rule file would do with mails that are recorded: the real chain, nothing written (C-3)."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select

from services.answers.cause_of_difference import RULES, Compared
from services.answers.decided_again import arrival_again, decided_again
from services.answers.difference import Then, whole_commands
from services.answers.named_differences import DifferenceNames
from services.assembly.composition import Erp
from services.classifier.facts.facts import BoxContext, Facts, LookUp
from services.classifier.reading.journaled import read_mail
from services.classifier.reading.mail import Mail
from shared.backup.store import BackupStore
from shared.contracts.content import TraceLine
from shared.contracts.mailbox_actions import MailboxActions, noted_actions
from shared.contracts.verdict import words_of
from shared.errors import AwayError, TransientError
from shared.netgenium.database.engine import database_errors
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import journal_table

MOST_BYTES = 64_000_000
"""Larger mails are passed over: several processes have one in memory each."""


@dataclass(frozen=True, slots=True)
class TriedMail:
    """One mail, and what the rules would do with it.

    Attributes:
        rules: Lines of the trace that say which hold; empty: none does.
        verdict, commands: What would be decided now; the commands by their kinds.
        recorded: The verdict that was recorded.
        recorded_commands: Kinds; None: an earlier version has recorded none.
        compared: In what something else would come of it, and why.
        mailbox: What would become of it in its box; None: what `disposition` says.
        recorded_mailbox: What rules wanted done with it there when it was recorded.
    """

    mail_id: UUID
    subject: str
    sender: str | None
    rules: tuple[TraceLine, ...]
    verdict: tuple[str, ...]
    commands: tuple[str, ...]
    recorded: tuple[str, ...]
    recorded_commands: tuple[str, ...] | None
    compared: Compared
    mailbox: MailboxActions | None
    recorded_mailbox: MailboxActions | None

    @property
    def differs(self) -> bool:
        """Whether something else would come of it."""
        return bool(self.compared.differences)


class TriedBatch(NamedTuple):
    """What came of some backups.

    Attributes:
        mails: Those of the box, in the order of their backups.
        passed_over: Backups of other boxes, of no recorded mail, too large, or that cannot be read.
    """

    mails: Sequence[TriedMail]
    passed_over: int


@dataclass(frozen=True, slots=True)
class _Journalled:
    """What the journal has of a mail."""

    source: str
    received_at: datetime
    sha256: str
    decided: Then


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """Tries the rules of a context on backups.

    Attributes:
        data: The data folder.
        erp: Has the journal.
        context: Of the box, with the rules that are tried.
        look_up: Facts, as the classifier has them.
        begin: Mails that came before are passed over.
    """

    data: Path
    erp: Erp
    context: BoxContext
    look_up: LookUp
    begin: datetime

    def batch(self, files: Sequence[Path]) -> TriedBatch:
        """Try every recorded mail of the box among some backups.

        Raises:
            TransientError: The database, or the disk of the backups, is unreachable.
        """
        known = self._journal(files)
        read = [(file, known[file], self._bytes(file)) for file in files if file in known]
        mails = [(then, self._read(file, then, raw)) for file, then, raw in read if raw]
        facts = self.look_up([(mail, self.context) for _, mail in mails]) if mails else ()
        tried = [
            _tried(mail, then.decided, found)
            for (then, mail), found in zip(mails, facts, strict=True)
        ]
        return TriedBatch(self._with_names(tried), len(files) - len(tried))

    def _with_names(self, mails: Sequence[TriedMail]) -> Sequence[TriedMail]:
        """Return mails whose differences name people and records."""
        told = [one for mail in mails for one in mail.compared.differences]
        if not told:
            return mails
        with database_errors(self.erp.engine), self.erp.engine.connect() as connection:
            names = DifferenceNames(connection, self.erp.tables, told)
        return [replace(one, compared=names.compared(one.compared)) for one in mails]

    def _bytes(self, file: Path) -> bytes | None:
        try:
            return BackupStore(self.data).read_up_to(MOST_BYTES, _key(file, self.data))
        except AwayError:
            raise
        except TransientError:
            return None

    def _read(self, file: Path, then: _Journalled, raw: bytes) -> Mail:
        arrival = arrival_again(UUID(file.stem), then.received_at, then.sha256, then.source)
        return read_mail(raw, _key(file, self.data), self.context, arrival)

    def _journal(self, files: Sequence[Path]) -> Mapping[Path, _Journalled]:
        """Return those of `files` that are the backup of a recorded mail of the box."""
        by_key = {_key(file, self.data): file for file in files}
        found: dict[Path, _Journalled] = {}
        with database_errors(self.erp.engine), self.erp.engine.connect() as connection:
            for chunk in in_chunks(sorted(UUID(file.stem) for file in files)):
                for key, then in _recorded(connection, chunk, self.context.box.name, self.begin):
                    if key in by_key:
                        found[by_key[key]] = then
        return found


def _recorded(
    connection: Connection, ids: Sequence[UUID], box: str, begin: datetime
) -> Iterator[tuple[str, _Journalled]]:
    own = journal_table.c
    query = select(
        own.backup_key,
        own.source,
        own.received_at,
        own.content_sha256,
        own.verdict,
        own.commands,
        own.trace,
        own.mailbox,
    ).where(own.mail_id.in_(ids), own.box == box, own.received_at >= begin)
    for row in connection.execute(query):
        mailbox, trace = noted_actions(row.mailbox), json.loads(row.trace)
        then = Then(words_of(row.verdict), row.commands, mailbox, trace)
        yield row.backup_key, _Journalled(row.source, row.received_at, row.content_sha256, then)


def _tried(mail: Mail, then: Then, facts: Facts) -> TriedMail:
    decided, compared = decided_again(mail, facts, then)
    held = (line for line in decided.trace if line.id in RULES and line.hit)
    then_made = None if then.commands is None else json.loads(then.commands)
    return TriedMail(
        mail_id=mail.mail_id,
        subject=mail.parsed.subject,
        sender=mail.sender,
        rules=tuple(held),
        verdict=decided.words,
        commands=_kinds(command.kind for command in whole_commands(decided)),
        recorded=tuple(then.verdict),
        recorded_commands=(
            None if then_made is None else _kinds(str(one.get("kind", "more")) for one in then_made)
        ),
        compared=compared,
        mailbox=decided.mailbox,
        recorded_mailbox=then.mailbox,
    )


def _kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return kinds with their counts, as `2 create_activity`."""
    return tuple(f"{n} {kind}" if n > 1 else kind for kind, n in sorted(Counter(kinds).items()))


def _key(file: Path, data: Path) -> str:
    return file.relative_to(data).as_posix()
