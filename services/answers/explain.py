"""`explain`: what would become of mails, and why; the real chain, nothing written (O-1)."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path

from services.classifier.decide import decide
from services.classifier.facts.facts import BoxContext, Facts, LookUp
from services.classifier.outcome.bounces import Judged, judge
from services.classifier.reading.extract import Arrival
from services.classifier.reading.journaled import read_mail
from services.classifier.reading.mail import Mail
from services.classifier.stage import classified
from services.fetcher.mail_id import mail_id
from services.fetcher.sources.file_time import moment_of
from shared.backup.store import key_of
from shared.contracts.messages import MailClassified, MailFetched
from shared.contracts.origin import MailOrigin
from shared.contracts.said import said
from shared.errors import WrongUseError

_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Explained:
    """A file with its mail and what would become of it."""

    file: str
    mail: Mail
    outcome: MailClassified
    bounce: Sequence[Judged] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read, and why."""

    file: str
    error: str


def files_of(arguments: Iterable[str]) -> list[Path]:
    """Return files in the order given; a folder stands for its files by name.

    Raises:
        WrongUseError: A folder has no file.
    """
    files: list[Path] = []
    for argument in arguments:
        path = Path(argument)
        if not os.path.isdir(argument):  # noqa: PTH112 - Path.is_dir raises for some bad names
            files.append(path)
            continue
        try:
            inside = sorted(entry for entry in path.iterdir() if not entry.is_dir())
        except OSError:
            files.append(path)
            continue
        if not inside:
            raise WrongUseError(
                said("The folder {path} holds no file; name a folder with mails", path=path)
            )
        files += inside
    return files


def explain(
    files: Sequence[Path], context: BoxContext, look_up: LookUp
) -> Iterator[Explained | Unreadable]:
    """Explain every file, in order; an unreadable one does not stop the rest.

    Raises:
        TransientError: The database is unreachable.
        PermanentError: The mapping does not fit the database.
    """
    rest = iter(files)
    while chunk := list(islice(rest, _AT_ONCE)):
        read = [_read(path, context) for path in chunk]
        mails = [(one.mail, context) for one in read if isinstance(one, _Read)]
        facts = iter(look_up(mails) if mails else ())
        for one in read:
            yield one if isinstance(one, Unreadable) else _explain(one, next(facts))


@dataclass(frozen=True, slots=True)
class _Read:
    file: str
    message: MailFetched
    mail: Mail


def _read(path: Path, context: BoxContext) -> _Read | Unreadable:
    try:
        if path.exists() and not path.is_file():
            return Unreadable(str(path), "cannot be read: not a plain file")
        raw = path.read_bytes()
        modified = path.stat().st_mtime
    except OSError as error:
        return Unreadable(str(path), f"cannot be read: {error.strerror}")
    digest = sha256(raw).hexdigest()
    own_id = mail_id(context.box.email, MailOrigin.EML_DIR, path.name, digest)
    received_at = moment_of(modified)
    message = MailFetched(
        mail_id=own_id,
        box=context.box.name,
        source=f"file:{path.name}",
        received_at=received_at,
        size=len(raw),
        sha256=digest,
        # Where its backup would lie: nothing is read from there.
        backup_key=key_of(own_id, received_at.date()),
    )
    mail = read_mail(
        raw,
        message.backup_key,
        context,
        Arrival(message.mail_id, message.received_at, digest),
    )
    return _Read(str(path), message, mail)


def _explain(read: _Read, facts: Facts) -> Explained:
    facts = _without_itself(read.mail, facts)
    outcome = classified(read.message, read.mail, facts, decide(read.mail, facts))
    return Explained(read.file, read.mail, outcome, judge(read.mail, facts))


def _without_itself(mail: Mail, facts: Facts) -> Facts:
    """Leave the mail itself out: one that was processed before is no duplicate of itself (R-e)."""
    processed = facts.processed
    if processed and processed.content_sha256 == mail.content_sha256:
        return replace(facts, processed=None)
    return facts
