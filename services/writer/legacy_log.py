"""The log in the manual's words (behaviour R-d): `NOTICE yyyy-MM-dd HH:mm:ss WORD`, a line each.

The words go into `crm_log_words` first, in the transaction that records their mails. After the
commit `catch_up` writes what waits there into the file, one writer at a time. So a crash, a full
disk or a file that may not be written loses no line, doubles none, and stops no mail: lines wait.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from io import FileIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, Row, insert, select, update

from services.writer.log_lines import line_of, one_line, unwritten
from shared import metrics
from shared.contracts.verdict import NOT_IN_THE_MANUAL
from shared.durable import flush_folder, write_whole
from shared.errors import CRMServiceError
from shared.log import Logger
from shared.netgenium.database.engine import ConflictError, database_errors, write_transaction
from shared.netgenium.own.log_tables import log_file_table, log_words_table
from shared.owner import give

PART = "legacy log"
"""What metrics call it."""

_AT_ONCE = 100
"""Groups of mails."""

_TRIES = 10
_LOCK = "lock"
_MOST_BYTES = 8 * 1024 * 1024
"""More than the lines of `_AT_ONCE` groups have: what is longer than that was not written by us."""

_log = Logger()


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
            more = _something_waits(engine)
            while more:
                more = self._write(engine)
        except (OSError, CRMServiceError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            _log.warning("legacy log cannot be written: its lines wait", reason=reason)
            metrics.part(PART, ready=False)
        else:
            metrics.part(PART, ready=True)

    def _write(self, engine: Engine) -> bool:
        """Write some of the lines that wait; return whether more may do."""
        for _ in range(_TRIES - 1):
            with suppress(ConflictError):
                # Another writer may be at the file.
                return self._write_once(engine)
        return self._write_once(engine)

    def _write_once(self, engine: Engine) -> bool:
        file = hashlib.sha256(str(self.path).encode("utf-8", "surrogateescape")).hexdigest()
        known = update(log_file_table).where(log_file_table.c.file == file)
        with write_transaction(engine) as connection:
            _lock(connection)
            confirmed = connection.scalar(
                select(log_file_table.c.size).where(log_file_table.c.file == file)
            )
            # What a file that is new to us has already is committed before we write into it.
            if confirmed is None:
                begin = {"file": file, "size": self._end_of_lines()}
                connection.execute(insert(log_file_table), [begin])
                return True
            if confirmed > self._size():
                connection.execute(known.values(size=self._end_of_lines()))
                return True
            if groups := _waiting(connection):
                lines = [line for group in groups for line in self._lines(group)]
                connection.execute(known.values(size=self._append(lines, confirmed)))
                _confirm(connection, groups)
            return len(groups) == _AT_ONCE

    def _lines(self, group: Row[Any]) -> Iterator[bytes]:
        moment = group.recorded_at.astimezone(self.zone)
        return (line_of(word, moment) for word in group.words.split("\n"))

    def _append(self, lines: Sequence[bytes], confirmed: int) -> int:
        """Append what of `lines` is not there yet, and flush it; the file's size then.

        Args:
            lines: Each with its line end.
            confirmed: The file's size when lines were last confirmed.
        """
        made = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        with FileIO(descriptor, "r+") as file:
            if made:
                give(descriptor, self.path.parent)
            write_whole(file, unwritten(lines, _read(descriptor, confirmed)))
            os.fsync(descriptor)
            size = os.fstat(descriptor).st_size
        if made:
            flush_folder(self.path.parent)
        return size

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def _end_of_lines(self) -> int:
        """Return where the file's last whole line ends."""
        size = self._size()
        if not size:
            return 0
        with self.path.open("rb") as file:
            last = _read(file.fileno(), max(size - _MOST_BYTES, 0))
        return size - len(last) + last.rfind(b"\n") + 1


def _read(descriptor: int, begin: int) -> bytes:
    """Read the file from `begin` on; only the last line where that is far too much."""
    size = os.fstat(descriptor).st_size
    if size - begin <= _MOST_BYTES:
        return os.pread(descriptor, size - begin, begin)
    last = os.pread(descriptor, _MOST_BYTES, size - _MOST_BYTES)
    return last[last.rfind(b"\n") + 1 :]


def _lock(connection: Connection) -> None:
    """Take what waits: other writers, of other files too, wait for this transaction's end."""
    row = update(log_file_table).where(log_file_table.c.file == _LOCK)
    if not connection.execute(row.values(size=log_file_table.c.size)).rowcount:
        connection.execute(insert(log_file_table), [{"file": _LOCK, "size": 0}])


def _something_waits(engine: Engine) -> bool:
    one = select(log_words_table.c.group_id).where(log_words_table.c.written_at.is_(None)).limit(1)
    with database_errors(engine), engine.connect() as connection:
        return connection.execute(one).first() is not None


def _waiting(connection: Connection) -> Sequence[Row[Any]]:
    columns = log_words_table.c
    waiting = select(log_words_table).where(columns.written_at.is_(None))
    in_order = waiting.order_by(columns.recorded_at, columns.group_id)
    return connection.execute(in_order.limit(_AT_ONCE)).all()


def _confirm(connection: Connection, groups: Sequence[Row[Any]]) -> None:
    """Remember that the lines are in the file."""
    ids, now = [group.group_id for group in groups], datetime.now(UTC)
    which = log_words_table.c.group_id.in_(ids)
    connection.execute(update(log_words_table).where(which).values(written_at=now))
