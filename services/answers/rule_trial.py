"""What a rule file would do with the mail of some time: the real chain, nothing written (C-3).

The backups are read batch by batch, day by day, so memory is bounded however many there are.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, select

from services.answers.difference import Then, differ, whole_commands
from services.assembly.composition import Erp
from services.classifier.chain import SoFar
from services.classifier.decide import decide, decide_archived
from services.classifier.facts.facts import BoxContext, LookUp
from services.classifier.reading.extract import Arrival
from services.classifier.reading.journaled import read_mail
from services.classifier.reading.mail import Mail
from services.fetcher.sources.imap.message_info import folder_of
from services.fetcher.sources.port import BATCH_BYTES
from shared.backup.store import FOLDER
from shared.batching import batched
from shared.contracts.content import TraceLine
from shared.contracts.mailbox_actions import MailboxActions, noted_actions
from shared.contracts.verdict import words_of
from shared.netgenium.database.engine import database_errors
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import journal_table

_AT_ONCE = 50
_OF_RULES = {"C-1", "R-13"}


@dataclass(frozen=True, slots=True)
class TriedMail:
    """One mail, and what the rules would do with it.

    Attributes:
        held: The lines of the trace of those that hold; empty: none does.
        verdict, commands: What would be decided now; the commands by their kinds.
        recorded: The verdict that was recorded.
        recorded_commands: Kinds; None: an earlier version has recorded none.
        differs: Whether something else would come of it.
        mailbox: What would become of it in its box; None: what `disposition` says.
        recorded_mailbox: What rules wanted done with it there when it was recorded.
    """

    mail_id: UUID
    subject: str
    sender: str | None
    held: tuple[TraceLine, ...]
    verdict: tuple[str, ...]
    commands: tuple[str, ...]
    recorded: tuple[str, ...]
    recorded_commands: tuple[str, ...] | None
    differs: bool
    mailbox: MailboxActions | None
    recorded_mailbox: MailboxActions | None

    @property
    def rules(self) -> tuple[str, ...]:
        """What the trace says of the rules that hold."""
        return tuple(line.reason for line in self.held)


@dataclass(slots=True)
class TrialCount:
    """How many mails there were, and what came of them.

    Attributes:
        looked_at: Mails of the box that were tried.
        passed_over: Backups of other boxes, of no recorded mail, or that cannot be read.
    """

    looked_at: int = 0
    hit: int = 0
    differ: int = 0
    passed_over: int = 0


@dataclass(frozen=True, slots=True)
class _Journalled:
    """What the journal has of a mail."""

    source: str
    received_at: datetime
    sha256: str
    decided: Then
    archived: bool


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """Tries the rules of a context on backups.

    Attributes:
        data: The data folder.
        erp: Has the journal.
        context: Of the box, with the rules that are tried.
        look_up: Facts, as the classifier has them.
        count: Is kept while mails are tried.
    """

    data: Path
    erp: Erp
    context: BoxContext
    look_up: LookUp
    count: TrialCount

    def since(self, begin: datetime) -> Iterator[TriedMail]:
        """Try every recorded mail of the box that came since `begin`, in the order of the days.

        Raises:
            TransientError: The database is away.
        """
        for files in batched(_backups(self.data, begin), _size, _AT_ONCE, BATCH_BYTES):
            known = self._journal(files, begin)
            read = [(file, known[file], _bytes(file)) for file in files if file in known]
            mails = [(then, raw, self._read(file, then, raw)) for file, then, raw in read if raw]
            self.count.passed_over += len(files) - len(mails)
            facts = self.look_up([(mail, self.context) for _, _, mail in mails]) if mails else ()
            for (then, _, mail), found in zip(mails, facts, strict=True):
                decided = (decide_archived if then.archived else decide)(mail, found)
                yield self._counted(_tried(mail, then.decided, decided))

    def _counted(self, tried: TriedMail) -> TriedMail:
        self.count.looked_at += 1
        self.count.hit += bool(tried.rules)
        self.count.differ += tried.differs
        return tried

    def _read(self, file: Path, then: _Journalled, raw: bytes) -> Mail:
        arrival = Arrival(
            UUID(file.stem),
            then.received_at,
            then.sha256,
            from_file=then.source.startswith("emlDir:"),
            folder=folder_of(then.source),
        )
        return read_mail(raw, _key(file, self.data), self.context, arrival)

    def _journal(self, files: Sequence[Path], begin: datetime) -> Mapping[Path, _Journalled]:
        """Those of `files` that are the backup of a recorded mail of the box."""
        by_key = {_key(file, self.data): file for file in files}
        found: dict[Path, _Journalled] = {}
        with database_errors(self.erp.engine), self.erp.engine.connect() as connection:
            for chunk in in_chunks(sorted(UUID(file.stem) for file in files)):
                for key, then in _recorded(connection, chunk, self.context.box.name, begin):
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
        archived = any(line.get("rule") == "archive" for line in json.loads(row.trace))
        yield (
            row.backup_key,
            _Journalled(
                row.source,
                row.received_at,
                row.content_sha256,
                Then(words_of(row.verdict), row.commands, noted_actions(row.mailbox)),
                archived,
            ),
        )


def _tried(mail: Mail, then: Then, decided: SoFar) -> TriedMail:
    held = tuple(line for line in decided.trace if line.id in _OF_RULES and line.hit)
    then_made = None if then.commands is None else json.loads(then.commands)
    return TriedMail(
        mail_id=mail.mail_id,
        subject=mail.parsed.subject,
        sender=mail.sender,
        held=held,
        verdict=decided.words,
        commands=_kinds(command.kind for command in whole_commands(decided)),
        recorded=tuple(then.verdict),
        recorded_commands=(
            None if then_made is None else _kinds(str(one.get("kind", "more")) for one in then_made)
        ),
        differs=differ(decided, then),
        mailbox=decided.mailbox,
        recorded_mailbox=then.mailbox,
    )


def _kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return kinds with their counts, as `2 create_activity`."""
    return tuple(f"{n} {kind}" if n > 1 else kind for kind, n in sorted(Counter(kinds).items()))


def _backups(data: Path, begin: datetime) -> Iterator[Path]:
    """Yield the backups of `begin`'s day and later; one day is listed at a time."""
    # A folder is a day of the box's zone, whichever zone `begin` is told in.
    root, first = data / FOLDER, (begin - timedelta(days=1)).date().isoformat()
    days = sorted(day for day in root.iterdir() if day.name >= first) if root.is_dir() else []
    for day in days:
        if day.is_dir():
            yield from sorted(file for file in day.glob("*.eml") if _is_backup(file))


def _is_backup(file: Path) -> bool:
    try:
        return str(UUID(file.stem)) == file.stem
    except ValueError:
        return False


def _key(file: Path, data: Path) -> str:
    return file.relative_to(data).as_posix()


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
