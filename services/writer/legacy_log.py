"""The log in the manual's words (behaviour R-d): `NOTICE yyyy-MM-dd HH:mm:ss WORD`, a line each.

The words go into `crm_log_words` first, in the transaction that records their mails. After the
commit `catch_up` writes what waits there into the file, one writer at a time. So a crash, a full
disk or a file that may not be written loses no line, doubles none, and stops no mail: lines wait.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from io import FileIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Connection, Engine, Row, insert, select, update

from services.writer.log_lines import line_of, one_line, unwritten
from shared import metrics
from shared.durable import flush_folder, write_whole
from shared.errors import CRMServiceError
from shared.netgenium.database import ConflictError, write_transaction
from shared.netgenium.own_tables import log_file_table, log_words_table

PART = "legacy log"
"""What metrics call it."""

NOT_IN_THE_MANUAL = frozenset({"IGNORED", "LOOP"})
_AT_ONCE = 100
"""Groups of mails."""

_TRIES = 10
_NOT_OURS_BYTES = 8 * 1024 * 1024
"""More than the lines of `_AT_ONCE` groups have: so much more than we know of is not ours."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LegacyLog:
    """The file that people and tools of the original service know.

    Attributes:
        path: The file.
        zone: Of the times in it.
    """

    path: Path
    zone: tzinfo

    def note(
        self, connection: Connection, verdicts: Iterable[tuple[str, ...]], now: datetime
    ) -> None:
        """Note the words of `verdicts`, in the transaction that records them at `now`."""
        words = [
            one_line(word)
            for verdict in verdicts
            for word in verdict
            if word not in NOT_IN_THE_MANUAL
        ]
        if words:
            row = {"group_id": uuid4(), "recorded_at": now, "words": "\n".join(words)}
            connection.execute(insert(log_words_table), [row])

    def catch_up(self, engine: Engine) -> None:
        """Write every line that waits; what cannot be written now waits on. Never raises.

        The metric `crmservice_part_ready` and a warning tell when lines have to wait.
        """
        try:
            while self._written(engine) == _AT_ONCE:
                pass
        except (OSError, CRMServiceError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            _log.warning("legacy log cannot be written: its lines wait", reason=reason)
            metrics.part(PART, ready=False)
        else:
            metrics.part(PART, ready=True)

    def _written(self, engine: Engine) -> int:
        """Write some groups of lines; how many there were."""
        for _ in range(_TRIES - 1):
            try:
                return self._write_once(engine)
            except ConflictError:
                # Another writer was at the file.
                continue
        return self._write_once(engine)

    def _write_once(self, engine: Engine) -> int:
        file = hashlib.sha256(str(self.path).encode("utf-8", "surrogateescape")).hexdigest()
        with write_transaction(engine) as connection:
            _lock(connection, file)
            groups = _waiting(connection)
            if groups:
                which = log_file_table.c.file == file
                known = connection.scalar(select(log_file_table.c.size).where(which))
                size = self._append(
                    [line for group in groups for line in self._lines(group)], known
                )
                connection.execute(update(log_file_table).where(which).values(size=size))
                _confirm(connection, groups)
        return len(groups)

    def _lines(self, group: Row[Any]) -> Iterator[bytes]:
        moment = group.recorded_at.astimezone(self.zone)
        return (line_of(word, moment) for word in group.words.split("\n"))

    def _append(self, lines: Sequence[bytes], known: int | None) -> int:
        """Append what of `lines` is not there yet, and flush it; the file's size then.

        Args:
            lines: Each with its line end.
            known: The file's size when lines were last confirmed.
        """
        made = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        with FileIO(descriptor, "r+") as file:
            write_whole(file, unwritten(lines, _tail(file, known)))
            os.fsync(descriptor)
            size = os.fstat(descriptor).st_size
        if made:
            flush_folder(self.path.parent)
        return size


def _tail(file: FileIO, known: int | None) -> bytes:
    """What stands in the file behind what is confirmed; only a last line without end at least."""
    size = os.fstat(file.fileno()).st_size
    if known is not None and known > size:
        # Somebody has begun a new file.
        known = 0
    if known is None or size - known > _NOT_OURS_BYTES:
        begin = max(size - _NOT_OURS_BYTES, 0)
        last = os.pread(file.fileno(), size - begin, begin)
        return last[last.rfind(b"\n") + 1 :]
    return os.pread(file.fileno(), size - known, known)


def _lock(connection: Connection, file: str) -> None:
    """Take the file's row: another writer waits for the end of this transaction."""
    row = update(log_file_table).where(log_file_table.c.file == file)
    if not connection.execute(row.values(size=log_file_table.c.size)).rowcount:
        connection.execute(insert(log_file_table).values(file=file))


def _waiting(connection: Connection) -> Sequence[Row[Any]]:
    columns = log_words_table.c
    waiting = select(log_words_table).where(columns.written_at.is_(None))
    in_order = waiting.order_by(columns.recorded_at, columns.group_id)
    return connection.execute(in_order.limit(_AT_ONCE)).all()


def _confirm(connection: Connection, groups: Sequence[Row[Any]]) -> None:
    """Remember that the lines stand in the file."""
    ids, now = [group.group_id for group in groups], datetime.now(UTC)
    which = log_words_table.c.group_id.in_(ids)
    connection.execute(update(log_words_table).where(which).values(written_at=now))
