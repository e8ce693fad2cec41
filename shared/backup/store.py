"""The backup store: every mail byte for byte, durable before anything else happens (I-5).

A backup lies at `POP3Downloads/yyyy-MM-dd/<mail id>.eml` below the store's root (manual, chapter
9); that relative path is its key. It becomes visible under that name only when it is whole.
"""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from shared.backup.parts import decode_part
from shared.contracts.content import PartRef
from shared.contracts.primitives import BACKUP_FOLDER, BACKUP_KEY_FORM, BackupKey
from shared.contracts.said import Said, said
from shared.durable import discard_forgotten, flush_folder, make_folder, unfinished, write_flushed
from shared.errors import AwayError, PermanentError, TransientError
from shared.owner import give

FOLDER = BACKUP_FOLDER
PART = "backup"
"""How `/ready` calls the store when all of it is unreachable."""

_FLUSHES_AT_ONCE = 8
_OWNER_ONLY_FILE = 0o600
_OWNER_ONLY_FOLDER = 0o700
_HALF = ".part"
_FORGOTTEN_SECONDS = 3600


class MissingBackupError(TransientError):
    """One backup is not there, while the folder of all is."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A mail that is safe on disk.

    Attributes:
        mail_id: Its id.
        key: Its path below the store's root.
        size, sha256: Of its bytes.
    """

    mail_id: UUID
    key: BackupKey
    size: int
    sha256: str


class _Passed:
    """The pieces of a mail on their way to the disk, measured as they pass."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.size = 0
        self._pieces = pieces
        self._digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._digest.update(piece)
            self.size += len(piece)
            yield piece

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


@dataclass(frozen=True, slots=True)
class BackupStore:
    """Backups below one folder.

    Attributes:
        root: The data folder, the same for every service; it is never made here.
    """

    root: Path

    def write(self, mails: Sequence[tuple[UUID, bytes]], day: date) -> list[BackupKey]:
        """Back up `mails` in the folder of `day`; they are durable when this returns.

        Each file is written under a temporary name, flushed, and renamed; the folder is flushed
        once at the end. A backup that is already there is kept: the id holds the content's digest.

        Returns:
            The keys, in the order of `mails`.

        Raises:
            TransientError: The disk refused; nothing of the batch counts as backed up (F-70).
        """
        if not mails:
            return []
        folder = self._folder(day)
        try:
            self._make(folder)
            self._write_all([(folder / _name(mail_id), raw) for mail_id, raw in mails])
            flush_folder(folder)
        except OSError as error:
            raise _disk_refused(said("write the backup in"), folder, error) from error
        return [self._key(folder, mail_id) for mail_id, _ in mails]

    def write_large(
        self, slices: Iterable[bytes], day: date, named: Callable[[str], UUID]
    ) -> Backup:
        """Back up one mail that comes in `slices`; memory holds one slice at a time.

        Args:
            slices: The mail's bytes.
            day: As for `write`.
            named: Returns the mail's id when the digest of its bytes is known.

        Raises:
            TransientError: The disk refused; or what `slices` raises. No backup is left.
        """
        folder = self._folder(day)
        passed = _Passed(slices)
        try:
            self._make(folder)
            with unfinished(folder / f"{uuid4()}{_HALF}") as half:
                write_flushed(half, passed, _OWNER_ONLY_FILE, self._own)
                mail_id = named(passed.sha256)
                half.rename(folder / _name(mail_id))
            flush_folder(folder)
        except OSError as error:
            raise _disk_refused(said("write the backup in"), folder, error) from error
        return Backup(mail_id, self._key(folder, mail_id), passed.size, passed.sha256)

    def find(self, mail_id: UUID) -> BackupKey | None:
        """Return the key of a mail's backup; None if there is none.

        Looks into the folder of every day. Fetched on two days, a mail has two of one content.
        """
        found = sorted((self.root / FOLDER).glob(f"*/{_name(mail_id)}"))
        return self._key(found[0].parent, mail_id) if found else None

    def discard_halves(self) -> int:
        """Remove what crashes have left half-written an hour ago or earlier (F-1, F-2).

        Raises:
            TransientError: The disk refused.
        """
        halves = (self.root / FOLDER).glob(f"*/*{_HALF}")
        try:
            return discard_forgotten(halves, _FORGOTTEN_SECONDS)
        except OSError as error:
            raise _disk_refused(said("clean up in"), self.root / FOLDER, error) from error

    def _make(self, folder: Path) -> None:
        make_folder(folder, self.root, _OWNER_ONLY_FOLDER)
        for one in (folder.parent, folder):
            give(one, self.root)

    def _own(self, descriptor: int) -> None:
        give(descriptor, self.root)

    def _write_all(self, mails: Sequence[tuple[Path, bytes]]) -> None:
        """Write several files at a time: the file system flushes those of one moment together."""
        with ThreadPoolExecutor(_FLUSHES_AT_ONCE) as pool:
            for _ in pool.map(self._write_durably, mails):
                pass

    def _write_durably(self, mail: tuple[Path, bytes]) -> None:
        path, raw = mail
        if path.exists():
            return
        with unfinished(path.with_suffix(_HALF)) as half:
            write_flushed(half, [raw], _OWNER_ONLY_FILE, self._own)
            half.rename(path)

    def _folder(self, day: date) -> Path:
        return self.root / FOLDER / day.isoformat()

    def _key(self, folder: Path, mail_id: UUID) -> BackupKey:
        return (folder / _name(mail_id)).relative_to(self.root).as_posix()

    def read(self, key: BackupKey) -> bytes:
        """Return the whole mail.

        Raises:
            PermanentError: `key` is none of a backup.
            MissingBackupError: This backup is missing: that is its mail's trouble.
            TransientError: It cannot be read: that, too.
            AwayError: No backup can be read.
        """
        with self._opened(key) as file, self._reading(key):
            return file.read()

    def read_up_to(self, most: int, key: BackupKey) -> bytes | None:
        """Return the whole mail; None, with nothing read, where it has more than `most` bytes.

        Raises:
            PermanentError, TransientError, AwayError: As for `read`.
        """
        with self._opened(key) as file, self._reading(key):
            return None if os.fstat(file.fileno()).st_size > most else file.read()

    def read_part(self, part: PartRef) -> bytes:
        """Return the decoded bytes of `part`.

        Raises:
            PermanentError: `part` names no backup, or the backup is shorter than the part says.
            TransientError, AwayError: As for `read`.
        """
        with self._opened(part.backup_key) as file, self._reading(part.backup_key):
            file.seek(part.start)
            encoded = file.read(max(part.end - part.start, 0))
        if len(encoded) != part.end - part.start:
            raise PermanentError(
                said(
                    "The backup {backup_key} is shorter than its mail was",
                    backup_key=part.backup_key,
                )
            )
        return decode_part(encoded, part)

    def _opened(self, key: BackupKey) -> BinaryIO:
        """Return a plain file of ours, never one that a link leads to."""
        if not re.fullmatch(BACKUP_KEY_FORM, key):
            raise PermanentError(said("The message names no backup of ours; nothing was opened"))
        with self._reading(key):
            descriptor = os.open(self.root / key, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                raise OSError(errno.EINVAL, "not a plain file")
            return os.fdopen(descriptor, "rb")

    @contextmanager
    def _reading(self, key: BackupKey) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._raise_if_away()
            path = self.root / key
            if isinstance(error, FileNotFoundError):
                raise MissingBackupError(said("The backup {path} is missing", path=path)) from error
            raise TransientError(
                said(
                    "Cannot read the backup {path}: {reason}; check the file and who may read it",
                    path=path,
                    reason=error.strerror,
                )
            ) from error

    def _raise_if_away(self) -> None:
        """Tell the trouble of one file from that of the disk: then no mail is to blame."""
        folder = self.root / FOLDER
        try:
            with os.scandir(folder) as days:
                next(days, None)
        except OSError as error:
            raise AwayError(
                said(
                    "Cannot look into {folder}: {reason}; check that the disk of the backups is "
                    "mounted and who may read it",
                    folder=folder,
                    reason=error.strerror,
                ),
                PART,
            ) from error


def key_of(mail_id: UUID, day: date) -> BackupKey:
    """Return the key of a mail that is backed up on `day`."""
    return f"{FOLDER}/{day.isoformat()}/{_name(mail_id)}"


def _name(mail_id: UUID) -> str:
    return f"{mail_id}.eml"


def _disk_refused(action: Said, path: Path, error: OSError) -> AwayError:
    return AwayError(
        said(
            "Cannot {action} {path}: {reason}; check free space and access rights",
            action=action,
            path=path,
            reason=error.strerror,
        ),
        PART,
    )
