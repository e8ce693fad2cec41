"""Files of a mail, stored with each activity made from it (behaviour A-4).

Strategy `table`: the bytes lie in the attachment's row. Strategy `directory`: they lie in a file
that the rows of all activities of the mail name; it is durable before the rows are committed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import UUID

from services.writer.attachment_files import AttachmentFiles
from services.writer.unit_of_work import Filed, UnitOfWork
from shared.backup.store import BackupStore
from shared.contracts.bounds import STORED_FILES
from shared.contracts.content import PartRef
from shared.contracts.said import said
from shared.errors import AwayError
from shared.netgenium.schema.mapping_model import NetGeniumMapping


@dataclass(frozen=True, slots=True)
class AttachmentStore:
    """Stores files as the mapping says.

    Attributes:
        backup: Where the bytes come from.
        erp_folder: The ERP's folder, which the strategy `directory` writes below.
    """

    backup: BackupStore
    erp_folder: Path

    def prepare(self, mapping: NetGeniumMapping) -> None:
        """Make ready to store; nothing happens where the bytes lie in rows.

        Raises:
            TransientError: The folder cannot be written now.
        """
        if files := self._files(mapping):
            with self._disk():
                files.prepare()

    def store(self, work: UnitOfWork) -> None:
        """Store the files of all activities of `work`, whose rows are written already.

        Raises:
            PermanentError: A backup is missing.
            TransientError: A backup cannot be read now.
            AwayError: The ERP's folder cannot be written now.
        """
        files = self._files(work.erp.mapping)
        by_mail: dict[UUID, list[Filed]] = {}
        for one in work.filed:
            by_mail.setdefault(one.mail.mail_id, []).append(one)
        for filed in by_mail.values():
            mail = filed[0].mail
            parts = mail.content.attachments if mail.content else ()
            served = self._served(work, filed, len(parts))
            for part in parts:
                _add_rows(work, part, served, self._place(files, mail.mail_id, part))
        if files:
            with self._disk():
                files.flush()

    def _served(self, work: UnitOfWork, filed: list[Filed], parts: int) -> Sequence[Filed]:
        """Return the activities that get the mail's files: each with its own copy, not too many.

        The first always has them all, so whatever came is in the ERP once.
        """
        in_files = work.erp.mapping.attachments.strategy == "directory"
        most = len(filed) if in_files or not parts else max(STORED_FILES // parts, 1)
        if most < len(filed):
            reason = said(
                "{files} files are stored with {kept} of {all} activities",
                files=parts,
                kept=most,
                all=len(filed),
            )
            work.outcome.say(filed[0].mail, "H-3", "bounds", reason)
        return filed[:most]

    def _files(self, mapping: NetGeniumMapping) -> AttachmentFiles | None:
        if mapping.attachments.strategy == "table":
            return None
        return AttachmentFiles(self.erp_folder, PurePosixPath(mapping.attachments.folder))

    def _place(
        self, files: AttachmentFiles | None, mail_id: UUID, part: PartRef
    ) -> Mapping[str, object]:
        """Return where the bytes of a part lie; they are read and stored once a mail."""
        content = self.backup.read_part(part)
        if files is None:
            return {"content": content}
        with self._disk():
            return {"path": str(files.store(mail_id, part.name, content))}

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # The names are our own, so no mail is to blame.
            raise AwayError(
                said(
                    "Cannot write attachments below rootPath {erp_folder}: {reason}; check that it "
                    "is there, its free space and access rights",
                    erp_folder=self.erp_folder,
                    reason=error.strerror,
                ),
                "attachments",
            ) from error


def _add_rows(
    work: UnitOfWork, part: PartRef, filed: Sequence[Filed], place: Mapping[str, object]
) -> None:
    rows = [
        {
            "activity": one.row.id,
            "name": part.name,
            "content_type": part.content_type,
            "size": part.size,
            **place,
        }
        for one in filed
    ]
    work.insert_all("attachment", rows)
