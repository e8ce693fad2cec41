"""Where the writer is put together, for a service and for all in one process."""

from collections.abc import Sequence
from pathlib import Path

from services.assembly.clock import local_clock
from services.assembly.composition import Erp
from services.assembly.paths import LEGACY_LOG
from services.writer.attachments import AttachmentStore
from services.writer.legacy_log import LegacyLog
from services.writer.stage import WriterStage
from shared.backup.store import BackupStore
from shared.settings.box import Box


def writer_stage(boxes: Sequence[Box], erp: Erp, data: Path) -> WriterStage:
    """Return the writer of `boxes`, which share one ERP (I-13); the log has the first's time."""
    box = boxes[0]
    return WriterStage(
        erp.engine,
        erp.tables,
        AttachmentStore(BackupStore(data), Path(box.root_path)),
        legacy_log(box, data),
        local_clock(box),
        own_domains=frozenset(domain for one in boxes for domain in one.own_domains),
    )


def legacy_log(box: Box, data: Path) -> LegacyLog:
    """Return the log in the manual's words, in the local time of `box`."""
    return LegacyLog(data / LEGACY_LOG, box.time_zone)


def prepare_writer(box: Box, erp: Erp, data: Path) -> None:
    """Make the attachments' folder ready, and write lines of the legacy log that wait.

    Raises:
        TransientError: The folder cannot be written now.
    """
    AttachmentStore(BackupStore(data), Path(box.root_path)).prepare(erp.tables.mapping)
    legacy_log(box, data).catch_up(erp.engine)
