"""What a box's fetcher remembers: an SQLite file a box in the data folder.

Losing it loses no mail and doubles no effect: what is fetched again is the same mail (I-5). It
spares mail that stays in the box (`disposition` `seen`, a box that refuses deletion) from being
fetched in every round, and knows when a place was first opened (I-11).
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from shared.errors import TransientError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS opened (place TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen (place TEXT, identity TEXT, PRIMARY KEY (place, identity))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS round (place TEXT PRIMARY KEY, at TEXT NOT NULL, waiting INTEGER);
"""
_PATIENCE_SECONDS = 10


class Seen:
    """The memory of one box. A *place* is a folder of it, or the whole POP3 box."""

    def __init__(self, file: Path) -> None:
        """Open or make `file`.

        Raises:
            TransientError: It cannot be written.
        """
        self._file = file
        with self._guarded():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._database = sqlite3.connect(
                file, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.executescript(_SCHEMA)

    def opened_at(self, place: str) -> datetime | None:
        """When `place` was first read; None if it never was."""
        with self._guarded():
            found = self._database.execute("SELECT at FROM opened WHERE place = ?", [place])
            row = found.fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    def open(self, place: str, now: datetime) -> None:
        """Remember that `place` is read from `now` on; an earlier moment stays."""
        with self._guarded():
            self._database.execute(
                "INSERT OR IGNORE INTO opened VALUES (?, ?)",
                [place, now.astimezone(UTC).isoformat()],
            )

    def known(self, place: str) -> frozenset[str]:
        """The identities in `place` that were taken already."""
        with self._guarded():
            rows = self._database.execute("SELECT identity FROM seen WHERE place = ?", [place])
            return frozenset(identity for (identity,) in rows)

    def remember(self, place: str, identities: Iterable[str]) -> None:
        """These were taken: the next stage has them."""
        with self._guarded():
            self._database.executemany(
                "INSERT OR IGNORE INTO seen VALUES (?, ?)", [(place, each) for each in identities]
            )

    def keep_only(self, place: str, there: Collection[str]) -> None:
        """Forget what is not `there` any more."""
        gone = [(place, each) for each in self.known(place).difference(there)]
        with self._guarded():
            self._database.executemany("DELETE FROM seen WHERE place = ? AND identity = ?", gone)

    def note_round(self, place: str, now: datetime, waiting: int) -> None:
        """`place` was read at `now`, and so many mails waited there (O-4)."""
        with self._guarded():
            self._database.execute(
                "INSERT OR REPLACE INTO round VALUES (?, ?, ?)",
                [place, now.astimezone(UTC).isoformat(), waiting],
            )

    def rounds(self) -> dict[str, tuple[datetime, int]]:
        """When each place was last read, and how many mails waited there then."""
        with self._guarded():
            rows = self._database.execute("SELECT place, at, waiting FROM round ORDER BY place")
            return {place: (datetime.fromisoformat(at), waiting) for place, at, waiting in rows}

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise TransientError(
                f"Cannot use {self._file}: {error}; check CRMSERVICE_DATA, free space and who may "
                "write there"
            ) from error
