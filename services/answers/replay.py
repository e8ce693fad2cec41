"""`replay`: backed up mail goes through classifier and writer again (behaviour O-1).

The same mail id has its effects once, so nothing is doubled: what was processed stays as it is,
what was not is processed now. `again` bypasses the duplicate rule (R-a): then a mail makes
whatever it has not made yet.
"""

import errno
import hashlib
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from services.assembly.clock import local_clock
from services.assembly.composition import Erp
from services.fetcher.fetch import INLINE_BYTES
from services.fetcher.mail_id import mail_id
from services.fetcher.sources.file_time import moment_of
from services.fetcher.sources.imap.message_info import folder_of
from services.fetcher.sources.port import BATCH_BYTES
from shared.backup.store import FOLDER, BackupStore
from shared.batching import batched
from shared.broker.port import Publisher
from shared.contracts.messages import FetchedMail, MailFetched
from shared.contracts.primitives import BACKUP_KEY_FORM
from shared.contracts.said import said
from shared.errors import WrongUseError
from shared.netgenium.database.engine import database_errors
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import journal_table
from shared.owner import give, refuse_strangers
from shared.settings.box import Box

BATCH = 50
_READ_BYTES = 1024 * 1024
_KIND = "replay"


@dataclass(frozen=True, slots=True)
class _Known:
    """Where the journal says that a mail came from."""

    box: str
    source: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a batch of mails.

    Attributes:
        mails: How many they were.
        kept: Those of them that were not processed, each with its reason.
    """

    mails: int
    kept: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Replay:
    """Finds mail and publishes it.

    Attributes:
        data: Where the backups are.
        erp: Its journal knows where each mail came from.
        boxes: One of them gets mail that the journal does not know.
        box: The name of that box; None: there is only one.
        again: Bypass the duplicate rule.
        processed: Is told which mails were processed, batch by batch.
    """

    data: Path
    erp: Erp
    boxes: Sequence[Box]
    box: str | None = None
    again: bool = False
    processed: Callable[[Sequence[UUID]], None] = lambda _: None

    def files(self, targets: Sequence[str]) -> list[Path]:
        """Return the files that `targets` (folders with theirs, files or mail ids) name.

        Raises:
            WrongUseError: One of them names nothing.
        """
        return [file for target in targets for file in self._found(target)]

    def publish(
        self, files: Sequence[Path], publisher: Publisher[FetchedMail]
    ) -> Iterator[Replayed]:
        """Publish the mails of `files`, batch by batch; yields what became of each batch.

        Raises:
            TransientError: Database, disk or the next stage is unreachable.
            WrongUseError: It is not clear which box a mail belongs to, a file cannot be read, or
                the services could not read its backup.
        """
        for batch in batched(files, _size, BATCH, BATCH_BYTES):
            mails = self._mails(batch)
            publisher.publish(mails)
            kept = publisher.flush().kept
            self.processed([one.mail_id for one in mails if one.mail_id not in kept])
            yield Replayed(len(mails), kept)

    def _found(self, target: str) -> list[Path]:
        path = Path(target)
        if path.is_dir():
            # The folder of all backups has one for each day.
            if found := sorted(file for file in path.rglob("*.eml") if not file.is_dir()):
                return found
            raise WrongUseError(said("{target} and its folders hold no .eml file", target=target))
        if path.is_file():
            return [path]
        try:
            wanted = UUID(target)
        except ValueError:
            raise WrongUseError(
                said(
                    "{target} is no folder, no file and no mail id; crmservice list journal has "
                    "them",
                    target=target,
                )
            ) from None
        if key := BackupStore(self.data).find(wanted):
            return [self.data / key]
        raise WrongUseError(
            said(
                "there is no backup of the mail {wanted} in {folder}",
                wanted=wanted,
                folder=self.data / FOLDER,
            )
        )

    def _mails(self, files: Sequence[Path]) -> list[FetchedMail]:
        ids = {file: self._own_id(file) for file in files}
        journal = self._journal(own for own in ids.values() if own)
        mails = []
        for file, own in ids.items():
            try:
                mails.append(self._mail(file, journal.get(own) if own else None, own))
            except OSError as error:
                raise WrongUseError(
                    said(
                        "{file} cannot be read: {reason}; check the file and who may read it",
                        file=file,
                        reason=error.strerror,
                    )
                ) from None
        return mails

    def _own_id(self, file: Path) -> UUID | None:
        """Return the mail id of one of our backups; None for a file from elsewhere."""
        if not file.absolute().is_relative_to(self.data):
            return None
        key = file.absolute().relative_to(self.data).as_posix()
        return UUID(file.stem) if re.fullmatch(BACKUP_KEY_FORM, key) else None

    def _mail(self, file: Path, known: _Known | None, own: UUID | None) -> FetchedMail:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            # A pipe would be waited for.
            raise OSError(errno.EINVAL, "not a plain file")
        received_at = moment_of(found.st_mtime)
        box = self._box(known.box if known else None)
        if own is None:
            message = self._taken_in(file, box)
        else:
            # One that root has written earlier, as a user whom the services are not.
            give(file, self.data)
            key = file.absolute().relative_to(self.data).as_posix()
            size, sha256 = _measured(file)
            message = MailFetched(
                mail_id=own, box=box.name, source=f"{_KIND}:{file.name}", received_at=received_at,
                size=size, sha256=sha256, backup_key=key,
            )  # fmt: skip
        if known:
            origin = {
                "source": known.source,
                "received_at": known.received_at,
                "folder": folder_of(known.source),
            }
            message = message.model_copy(update=origin)
        message = message.model_copy(update={"again": self.again})
        raw = file.read_bytes() if message.size <= INLINE_BYTES else None
        return FetchedMail(message, raw)

    def _taken_in(self, file: Path, box: Box) -> MailFetched:
        """Back up a file from elsewhere first, under an id of its content and name."""
        refuse_strangers(self.data)
        store, day = BackupStore(self.data), local_clock(box)().date()
        backup = store.write_large(
            _slices(file), day, partial(mail_id, box.email, _KIND, file.name)
        )
        return MailFetched(
            mail_id=backup.mail_id, box=box.name, source=f"{_KIND}:{file.name}",
            received_at=moment_of(file.stat().st_mtime), size=backup.size, sha256=backup.sha256,
            backup_key=backup.key,
        )  # fmt: skip

    def _box(self, name: str | None) -> Box:
        name = name or self.box
        if name is None and len(self.boxes) == 1:
            return self.boxes[0]
        names = ", ".join(box.name for box in self.boxes)
        if name is None:
            raise WrongUseError(
                said("say with --box which box the mail belongs to: {names}", names=names)
            )
        for box in self.boxes:
            if box.name == name:
                return box
        raise WrongUseError(
            said("no --config names the box {name}; there are {names}", name=name, names=names)
        )

    def _journal(self, mail_ids: Iterable[UUID]) -> dict[UUID, _Known]:
        columns = journal_table.c
        with database_errors(self.erp.engine), self.erp.engine.connect() as connection:
            return {
                row.mail_id: _Known(row.box, row.source, row.received_at)
                for chunk in in_chunks(mail_ids)
                for row in connection.execute(
                    select(columns.mail_id, columns.box, columns.source, columns.received_at).where(
                        columns.mail_id.in_(chunk)
                    )
                )
            }


def _size(file: Path) -> int:
    with suppress(OSError):
        return file.stat().st_size
    return 0


def _measured(file: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for piece in _slices(file):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()


def _slices(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_READ_BYTES):
            yield piece
