"""The file of a box's memory: SQLite, and begun anew where it is damaged (behaviour I-5).

Losing it loses no mail and doubles no effect: what is fetched again is the same mail. So a damaged
file stops nothing: it is set aside as `<name>.damaged`.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from shared.contracts.said import said
from shared.errors import TransientError
from shared.log import Logger
from shared.owner import make_file_of_owner, make_folder_of_owner

_SCHEMA = """
CREATE TABLE IF NOT EXISTS opened (place TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen (place TEXT, identity TEXT, PRIMARY KEY (place, identity))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS round (place TEXT PRIMARY KEY, at TEXT NOT NULL, waiting INTEGER);
CREATE TABLE IF NOT EXISTS held (place TEXT, identity TEXT, tries INTEGER NOT NULL,
    breaks INTEGER NOT NULL, next_at TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (place, identity)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content (place TEXT, sha256 TEXT, identity TEXT NOT NULL,
    PRIMARY KEY (place, sha256)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS taken (mail_id TEXT PRIMARY KEY, place TEXT NOT NULL,
    identity TEXT NOT NULL, size INTEGER, head TEXT, sha256 TEXT, recorded INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS wish (mail_id TEXT PRIMARY KEY, wish TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS validity (place TEXT PRIMARY KEY, validity INTEGER, changes INTEGER);
CREATE TABLE IF NOT EXISTS wait (id INTEGER PRIMARY KEY CHECK (id = 1), until TEXT NOT NULL,
    refused INTEGER NOT NULL, reason TEXT NOT NULL, sentence TEXT NOT NULL);
"""
_BESIDE = ("", "-wal", "-shm")
_DAMAGE = ("malformed", "no such column", "no column named")
_PATIENCE_SECONDS = 10

_log = Logger()


class MemoryUnusableError(TransientError):
    """The file cannot be used now, or was damaged: no fault of the mail server."""


class Memory:
    """One SQLite file, for one thread at a time."""

    def __init__(self, file: Path, *, heals: bool = True) -> None:
        """Open or make `file`.

        Args:
            file: Where it lies.
            heals: Whether a damaged file is set aside; whoever only looks does not.

        Raises:
            TransientError: It cannot be used.
        """
        self._file = file
        self._heals = heals
        with self._guarded():
            try:
                self._database = _opened(file)
            except sqlite3.Error as error:
                if not (heals and _is_damage(error)):
                    raise
                self._set_aside(error)
                self._database = _opened(file)

    def rows(self, question: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows that a query finds.

        Raises:
            TransientError: The file cannot be used; or it was damaged, and is begun anew.
        """
        with self._guarded():
            return self._database.execute(question, values).fetchall()

    def change(self, statement: str, *rows: Sequence[object]) -> None:
        """Do `statement` for each of `rows`, in one transaction.

        Raises:
            TransientError: As `rows`.
        """
        self.change_all(statement, rows)

    def change_all(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Change all as `change` does one."""
        with self._guarded():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._database.executemany(statement, rows)
            except sqlite3.Error:
                with suppress(sqlite3.Error):
                    self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _set_aside(self, error: Exception) -> None:
        for ending in _BESIDE:
            found = self._file.with_name(self._file.name + ending)
            if found.exists():
                found.replace(self._file.with_name(f"{self._file.name}.damaged{ending}"))
        _log.error("memory was damaged and is begun anew", file=str(self._file), reason=str(error))

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            if self._heals and _is_damage(error):
                self._begin_anew(error)
                raise MemoryUnusableError(
                    said(
                        "{file} was damaged; it is set aside as {name}.damaged and begun anew, "
                        "which loses no mail",
                        file=self._file,
                        name=self._file.name,
                    )
                ) from error
            raise self._unusable(error) from error

    def _begin_anew(self, error: Exception) -> None:
        try:
            self._database.close()
            self._set_aside(error)
            self._database = _opened(self._file)
        except (OSError, sqlite3.Error) as another:
            raise self._unusable(another) from another

    def _unusable(self, error: Exception) -> MemoryUnusableError:
        return MemoryUnusableError(
            said(
                "Cannot use {file}: {error}; check CRMSERVICE_DATA, free space and who may "
                "write there",
                file=self._file,
                error=error,
            )
        )


def _opened(file: Path) -> sqlite3.Connection:
    make_folder_of_owner(file.parent)
    make_file_of_owner(file)
    database = sqlite3.connect(
        file, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        database.execute("PRAGMA journal_mode=WAL")
        # A power cut must not take back that a mail is recorded: nobody says it a second time.
        database.execute("PRAGMA synchronous=FULL")
        database.executescript(_SCHEMA)
        (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error:
        database.close()
        raise
    if found != "ok":
        database.close()
        raise sqlite3.DatabaseError(f"malformed: {found}")
    return database


def _is_damage(error: Exception) -> bool:
    """Return whether the file itself is wrong: not the disk, its rights, or another process."""
    return type(error) is sqlite3.DatabaseError or (
        isinstance(error, sqlite3.Error) and any(word in str(error) for word in _DAMAGE)
    )
