"""Files of a mail, stored with each activity made from it (behaviour A-4).

Strategy `table`: the bytes lie in the attachment's row. Strategy `directory`: the bytes lie in a
file below the ERP's folder, written before the row that names it, under a name of our own making;
a crash in between leaves a file without a row, which the retry writes again and `sweep` removes.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from uuid import UUID

from sqlalchemy import select

from services.writer.unit_of_work import Effect, UnitOfWork
from shared.backup.store import BackupStore
from shared.contracts.bounds import STORED_FILES
from shared.contracts.commands import CreateActivity
from shared.contracts.content import PartRef
from shared.errors import TransientError

_SUFFIX_LENGTH = 10
_PREFIX = "crm-"


@dataclass(frozen=True, slots=True)
class AttachmentStore:
    """Stores files as the mapping says.

    Attributes:
        backup: Where the bytes come from.
        erp_folder: The ERP's folder, which the strategy `directory` writes below.
    """

    backup: BackupStore
    erp_folder: Path

    def store(self, work: UnitOfWork) -> None:
        """Store the files of all activities of `work`, whose rows are written already.

        Raises:
            PermanentError: A backup is missing.
            TransientError: A file cannot be read or written now.
        """
        by_mail: dict[UUID, list[Effect]] = {}
        for effect in work.effects:
            if isinstance(effect.command, CreateActivity):
                by_mail.setdefault(effect.mail.mail_id, []).append(effect)
        for effects in by_mail.values():
            content = effects[0].mail.content
            parts = content.attachments if content else ()
            served = self._served(work, effects, len(parts))
            for part in parts:
                self._store_part(work, part, served)

    def _served(self, work: UnitOfWork, effects: list[Effect], files: int) -> Sequence[Effect]:
        """The activities that get the mail's files: where each has its own copy, not too many.

        The first always has them all, so whatever came is in the ERP once.
        """
        in_files = work.erp.mapping.attachments.strategy == "directory"
        most = len(effects) if in_files or not files else max(STORED_FILES // files, 1)
        if most < len(effects):
            reason = f"{files} files are stored with {most} of {len(effects)} activities"
            work.say(effects[0].mail, "H-3", "bounds", reason)
        return effects[:most]

    def _store_part(self, work: UnitOfWork, part: PartRef, effects: Sequence[Effect]) -> None:
        """One file for the activities of one mail; its bytes are read once."""
        decoded = self.backup.read_part(part)
        in_files = work.erp.mapping.attachments.strategy == "directory"
        place: dict[str, object] = {"content": decoded}
        if in_files:
            path = self._path(work, part, effects[0].mail.mail_id)
            self._write_file(path, decoded)
            place = {"path": str(path)}
        rows = [
            {
                "activity": effect.row.id,
                "name": part.name,
                "content_type": part.content_type,
                "size": part.size,
                **place,
            }
            for effect in effects
        ]
        table = work.erp.table("attachment")
        mapped = [
            {key: value for key, value in row.items() if work.erp.has("attachment", key)}
            for row in rows
        ]
        work.append(table, mapped)

    def _path(self, work: UnitOfWork, part: PartRef, mail_id: UUID) -> PurePosixPath:
        """The same file of the same mail always has the same path, below the ERP's folder."""
        name = hashlib.sha256(f"{mail_id}\0{part.name}".encode()).hexdigest()
        suffix = PurePosixPath(part.name).suffix
        suffix = suffix if len(suffix) <= _SUFFIX_LENGTH and suffix[1:].isalnum() else ""
        folder = PurePosixPath(work.erp.mapping.attachments.folder)
        return folder / name[:2] / f"{_PREFIX}{name[:32]}{suffix}"

    def _write_file(self, path: PurePosixPath, decoded: bytes) -> None:
        target = self.erp_folder / path
        half = target.with_name(target.name + ".part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with half.open("wb") as file:
                file.write(decoded)
                file.flush()
                os.fsync(file.fileno())
            half.rename(target)
        except OSError as error:
            raise TransientError(
                f"Cannot write the attachment {target}: {error.strerror}; "
                "check free space and access rights"
            ) from error

    def sweep(self, work: UnitOfWork, before: datetime) -> int:
        """Remove our files from before a moment that no row names; gives their number.

        A younger file may belong to a transaction that another writer has not committed yet.
        """
        if work.erp.mapping.attachments.strategy != "directory":
            return 0
        root = self.erp_folder / work.erp.mapping.attachments.folder
        known = set(work.connection.scalars(select(work.erp.table("attachment").c.path)))
        orphans = [
            file
            for file in root.glob(f"*/{_PREFIX}*")
            if file.relative_to(self.erp_folder).as_posix() not in known
            and file.stat().st_mtime < before.timestamp()
        ]
        for orphan in orphans:
            orphan.unlink(missing_ok=True)
        return len(orphans)
