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
from shared.contracts.commands import CreateActivity
from shared.contracts.content import PartRef
from shared.errors import AwayError

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
            TransientError: A backup cannot be read now.
            AwayError: The ERP's folder cannot be written now.
        """
        by_mail: dict[UUID, list[Effect]] = {}
        for effect in work.effects:
            if isinstance(effect.command, CreateActivity):
                by_mail.setdefault(effect.mail.mail_id, []).append(effect)
        for effects in by_mail.values():
            content = effects[0].mail.content
            for part in content.attachments if content else ():
                self._store_part(work, part, effects)

    def _store_part(self, work: UnitOfWork, part: PartRef, effects: Sequence[Effect]) -> None:
        """One file for the activities of one mail; its bytes are read once."""
        decoded = self.backup.read_part(part)
        in_files = work.erp.mapping.attachments.strategy == "directory"
        rows = []
        for effect in effects:
            place: dict[str, object] = {"content": decoded}
            if in_files:
                path = self._path(work, part, effect)
                self._write_file(path, decoded)
                place = {"path": str(path)}
            rows.append(
                {
                    "activity": effect.row.id,
                    "name": part.name,
                    "content_type": part.content_type,
                    "size": part.size,
                    **place,
                }
            )
        table = work.erp.table("attachment")
        mapped = [
            {key: value for key, value in row.items() if work.erp.has("attachment", key)}
            for row in rows
        ]
        work.append(table, mapped)

    def _path(self, work: UnitOfWork, part: PartRef, effect: Effect) -> PurePosixPath:
        """The same file of the same command always has the same path, below the ERP's folder."""
        name = hashlib.sha256(f"{effect.command.command_id}\0{part.name}".encode()).hexdigest()
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
            # The name is our own, so no mail is to blame.
            raise AwayError(
                f"Cannot write the attachment {target}: {error.strerror}; "
                "check free space and access rights",
                "attachments",
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
