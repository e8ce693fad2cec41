"""The `emlDir` source: a directory of `.eml` files (manual, chapter 6; behaviour I-7).

Only files whose size and time stand still are read, never through a symbolic link: at once where
the time is old enough, else after a wait. A file is deleted when its mail is acknowledged. One that
cannot be processed moves to `failed/` beside it, with a reason file.

Known limits: directories below `emlDir` are not read.
"""

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from services.fetcher.failed import FailedMailNote
from services.fetcher.sources.failed_folder import move_to_failed
from services.fetcher.sources.file_time import moment_of
from services.fetcher.sources.port import (
    LARGE_BYTES,
    MAX_MAIL_BYTES,
    SLICE_BYTES,
    Alarm,
    SourceMail,
    SourceReport,
    batched,
)
from shared.contracts.mailbox_actions import Told
from shared.contracts.origin import MailOrigin
from shared.contracts.said import Said, said
from shared.errors import TransientError
from shared.log import Logger

_LOOK_SECONDS = 1.0

_THE_FILE_ITSELF = (errno.ELOOP, errno.EACCES, errno.EPERM, errno.ENXIO)
"""A symbolic link, no right to read, a socket: another file may well be fine."""

_log = Logger()


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was when last looked at."""

    size: int
    modified_ns: int


@dataclass(slots=True)
class EmlDir:
    """The files of one directory.

    Attributes:
        folder: The directory.
        settle_seconds: How long size and time of a file must stand still before it is read.
        sleep: Waits so many seconds.
        now: The time, in seconds since 1970, as files have it.
    """

    folder: Path
    settle_seconds: float
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    kind: MailOrigin = field(default=MailOrigin.EML_DIR, init=False)
    _read_as: dict[str, tuple[int, ...]] = field(default_factory=dict, init=False)
    _left: set[str] = field(default_factory=set, init=False)
    _read_at: datetime | None = field(default=None, init=False)
    _unprocessable: int = field(default=0, init=False)
    _unsettled: int = field(default=0, init=False)

    def batches(self) -> Iterator[Sequence[SourceMail]]:
        """Yield what waits, at most 100 mails and about 8 MB at a time; by name, old files first.

        Raises:
            TransientError: The directory cannot be read.
        """
        self._unprocessable = self._unsettled = 0
        before = self._look()
        old = {name: seen for name, seen in before.items() if self._is_old(seen)}
        young = before.keys() - old.keys()
        yield from self._read_all(old)
        if young:
            yield from self._read_all(self._settled(before, young))

    def _read_all(self, files: Mapping[str, _Seen]) -> Iterator[Sequence[SourceMail]]:
        for files_of_batch in batched(sorted(files.items()), lambda file: file[1].size):
            mails = [self._read(name, seen) for name, seen in files_of_batch]
            if batch := [mail for mail in mails if mail]:
                yield batch

    def slices(self, mail: SourceMail) -> Iterator[bytes]:
        """Yield the bytes of a large file.

        Raises:
            TransientError: It cannot be read, or is not the file any more that was looked at.
        """
        with self._writing(said("read"), mail.identity):
            descriptor = os.open(self.folder / mail.identity, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(descriptor, "rb") as file:
                if _identity(os.fstat(descriptor)) != self._read_as.get(mail.identity):
                    what = said("{name} in emlDir has changed", name=mail.identity)
                    raise TransientError(what)
                while piece := file.read(SLICE_BYTES):
                    yield piece

    def acknowledge(self, mails: Sequence[SourceMail]) -> None:
        """Delete the files.

        Raises:
            TransientError: The directory may not be written.
        """
        for mail in mails:
            if not self._is_another(mail.identity):
                with self._writing(said("delete"), mail.identity):
                    (self.folder / mail.identity).unlink(missing_ok=True)
                self._left.discard(mail.identity)

    def take(self, mails: Sequence[tuple[UUID, SourceMail]]) -> None:
        """Delete files as soon as they are taken: their copy is the backup."""
        self.acknowledge([mail for _, mail in mails])

    def recorded(self, told: Told) -> None:
        """Do nothing: nothing waits for that here."""

    def set_aside(self, mail: SourceMail, note: FailedMailNote) -> None:
        """Move the file to `failed/`, with `<name>.reason.txt` beside it.

        Raises:
            TransientError: The directory may not be written.
        """
        if not self._is_another(mail.identity):
            self._move_to_failed(mail.identity, note.reason)

    def wait(self, seconds: float, alarm: Alarm) -> None:
        """Wait a second at most: nothing announces a file."""
        alarm.wait(min(seconds, _LOOK_SECONDS))

    def report(self) -> SourceReport:
        """Tell what the latest round has left."""
        return SourceReport(
            self._read_at,
            None if self._read_at is None else len(self._left),
            unprocessable=self._unprocessable,
            unsettled=self._unsettled,
        )

    def close(self) -> None:
        """Do nothing: nothing is held."""

    def _is_another(self, name: str) -> bool:
        """Whether the file is no longer the one that was read: a new mail under an old name."""
        read = self._read_as.pop(name, None)
        with self._writing(said("look at"), name):
            found = _looks(self.folder / name)
        return read is not None and found is not None and found != read

    def _is_old(self, seen: _Seen) -> bool:
        """Return whether the file has stood still for long enough already."""
        return self.now() - seen.modified_ns / 1e9 >= self.settle_seconds

    def _settled(self, before: Mapping[str, _Seen], young: AbstractSet[str]) -> Mapping[str, _Seen]:
        """Return those of `young` that look the same after a wait (F-72)."""
        self.sleep(self.settle_seconds)
        after = self._look()
        # What came meanwhile is still being written, for all we know.
        fresh = {name: seen for name, seen in after.items() if name in young or name not in before}
        settled = {name: seen for name, seen in fresh.items() if before.get(name) == seen}
        self._unsettled += len(fresh) - len(settled)
        return settled

    def _look(self) -> dict[str, _Seen]:
        try:
            with os.scandir(self.folder) as entries:
                files = [(entry, entry.stat(follow_symlinks=False)) for entry in entries]
        except FileNotFoundError as error:
            if not self.folder.is_dir():
                raise self._unreadable(error) from error
            # A file that went away while we looked: look again.
            return self._look()
        except OSError as error:
            raise self._unreadable(error) from error
        found = {
            entry.name: _Seen(found.st_size, found.st_mtime_ns)
            for entry, found in files
            if entry.name.lower().endswith(".eml") and not stat.S_ISDIR(found.st_mode)
        }
        self._read_at, self._left = moment_of(self.now()), set(found)
        return found

    def _read(self, name: str, seen: _Seen) -> SourceMail | None:
        """Return the mail in the file, or None if it went away or was moved to `failed/`."""
        try:
            descriptor = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            self._left.discard(name)
            return None
        except OSError as error:
            if error.errno not in _THE_FILE_ITSELF:
                raise self._unreadable(error) from error
            self._refuse(name, f"cannot be opened as a plain file: {error.strerror}")
            return None
        with os.fdopen(descriptor, "rb") as file:
            refusal = _refusal(os.fstat(descriptor))
            large = seen.size > LARGE_BYTES
            raw = b"" if refusal or large else file.read(LARGE_BYTES + 1)
            self._read_as[name] = _identity(os.fstat(descriptor))
        if refusal:
            self._refuse(name, refusal)
            return None
        received_at = moment_of(seen.modified_ns / 1e9)
        if large:
            return SourceMail(name, received_at, raw=None)
        if len(raw) != seen.size:
            self._unsettled += 1
            return None
        return SourceMail(name, received_at, raw)

    def _refuse(self, name: str, reason: str) -> None:
        _log.error("file is no mail", file=name, reason=reason)
        self._move_to_failed(name, reason)
        self._unprocessable += 1

    def _move_to_failed(self, name: str, reason: str) -> None:
        with self._writing(said("set aside"), name):
            move_to_failed(self.folder, name, reason)
        self._left.discard(name)

    @contextmanager
    def _writing(self, action: Said, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TransientError(
                said(
                    "Cannot {action} {name} in emlDir {folder}: {reason}; check who may write "
                    "there, and free space",
                    action=action,
                    name=name,
                    folder=self.folder,
                    reason=error.strerror,
                )
            ) from error

    def _unreadable(self, error: OSError) -> TransientError:
        what = said(
            "emlDir {folder} cannot be read: {reason}; check that it exists and who may read it",
            folder=self.folder,
            reason=error.strerror,
        )
        return TransientError(what)


def _refusal(found: os.stat_result) -> str | None:
    if not stat.S_ISREG(found.st_mode):
        return "not a plain file"
    if found.st_size > MAX_MAIL_BYTES:
        return f"larger than {MAX_MAIL_BYTES // 1024 // 1024} MB"
    return None


def _identity(found: os.stat_result) -> tuple[int, ...]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _looks(path: Path) -> tuple[int, ...] | None:
    try:
        return _identity(path.lstat())
    except FileNotFoundError:
        return None
