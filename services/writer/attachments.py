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
from services.writer.unit_of_work import Effect, UnitOfWork
from shared.backup.store import BackupStore
from shared.contracts.commands import CreateActivity
from shared.contracts.content import PartRef
from shared.errors import AwayError
from shared.netgenium.mapping_model import NetGeniumMapping


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
        by_mail: dict[UUID, list[Effect]] = {}
        for effect in work.effects:
            if isinstance(effect.command, CreateActivity):
                by_mail.setdefault(effect.mail.mail_id, []).append(effect)
        for effects in by_mail.values():
            content = effects[0].mail.content
            for part in content.attachments if content else ():
                _add_rows(work, part, effects, self._place(files, effects[0], part))
        if files:
            with self._disk():
                files.flush()

    def _files(self, mapping: NetGeniumMapping) -> AttachmentFiles | None:
        if mapping.attachments.strategy == "table":
            return None
        return AttachmentFiles(self.erp_folder, PurePosixPath(mapping.attachments.folder))

    def _place(
        self, files: AttachmentFiles | None, effect: Effect, part: PartRef
    ) -> Mapping[str, object]:
        """Where the bytes of a part lie; they are read and stored once a mail."""
        content = self.backup.read_part(part)
        if files is None:
            return {"content": content}
        with self._disk():
            return {"path": str(files.store(effect.mail.mail_id, part.name, content))}

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # The names are our own, so no mail is to blame.
            raise AwayError(
                f"Cannot write attachments below rootPath {self.erp_folder}: {error.strerror}; "
                "check that it is there, its free space and access rights",
                "attachments",
            ) from error


def _add_rows(
    work: UnitOfWork, part: PartRef, effects: Sequence[Effect], place: Mapping[str, object]
) -> None:
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
    mapped = [
        {key: value for key, value in row.items() if work.erp.has("attachment", key)}
        for row in rows
    ]
    work.append(work.erp.table("attachment"), mapped)
