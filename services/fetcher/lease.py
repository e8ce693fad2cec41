"""One fetcher per source of a box at a time (F-75).

With a broker the lease is a queue that one connection holds; in the embedded mode, here, a lock on
a file of the data folder. It goes with the process: after a crash the next one takes over at once.
"""

import fcntl
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from shared.broker.sender import Sender
from shared.contracts.said import said
from shared.errors import HeldElsewhereError, TransientError
from shared.owner import make_file_of_owner, make_folder_of_owner


class Lease(Protocol):
    """The right to read one source."""

    def hold(self) -> None:
        """Return if this process has the lease, or gets it now.

        Raises:
            HeldElsewhereError: Another process has it.
            TransientError: Whoever gives it is unreachable.
        """

    def close(self) -> None:
        """Let it go. Never raises."""


class FileLease:
    """A lease for processes that share a data folder."""

    def __init__(self, data: Path, name: str) -> None:
        """Take the data folder and what is leased."""
        self._folder = data / "leases"
        self._name = name
        self._file: IO[str] | None = None

    def hold(self) -> None:
        """Lock the file.

        Raises:
            HeldElsewhereError: Another process has the lock.
            TransientError: The data folder may not be written.
        """
        if self._file is not None:
            return
        file = self._opened()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise HeldElsewhereError(
                said(
                    "Another crmservice is reading the box {name}; wait for it, or stop it",
                    name=self._name,
                )
            ) from None
        self._file = file

    def close(self) -> None:
        """Unlock the file."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _opened(self) -> IO[str]:
        try:
            make_folder_of_owner(self._folder)
            lock = self._folder / f"{file_name(self._name)}.lock"
            make_file_of_owner(lock)
            return lock.open("w")
        except OSError as error:
            raise TransientError(
                said(
                    "Cannot write in the data folder {folder}: {reason}; check CRMSERVICE_DATA and "
                    "who may write there",
                    folder=self._folder,
                    reason=error.strerror,
                )
            ) from error


@dataclass(frozen=True, slots=True)
class SenderLease:
    """A lease that the broker gives; it lasts as long as the connection over which we publish."""

    sender: Sender

    def hold(self) -> None:
        """Connect, unless connected; the connection holds the lease's queue.

        Raises:
            HeldElsewhereError: Another process holds it.
            TransientError: The broker is unreachable.
        """
        self.sender.connect()

    def close(self) -> None:
        """Close the connection."""
        self.sender.close()


def file_name(box: str) -> str:
    """Return a name for a file about a lease that no other box's label gives."""
    return f"{re.sub(r'[^0-9A-Za-z.@-]', '_', box)}-{hashlib.sha256(box.encode()).hexdigest()[:8]}"
