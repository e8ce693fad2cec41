"""One fetcher per box at a time (F75): a lock on a file of the data folder, in the embedded mode.

The lock goes with the process: after a crash the next one takes over at once.
"""

import fcntl
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from shared.errors import TransientError


@contextmanager
def box_lease(data: Path, box: str) -> Iterator[None]:
    """Hold the lease of `box` while the block runs.

    Raises:
        TransientError: Another process has it, or the data folder may not be written.
    """
    with _lock_file(data / "leases", _file_name(box)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TransientError(
                f"Another crmservice is reading the box {box}; wait for it, or stop it"
            ) from None
        yield


def _lock_file(folder: Path, name: str) -> IO[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / f"{name}.lock").open("w")
    except OSError as error:
        raise TransientError(
            f"Cannot write in the data folder {folder}: {error.strerror}; "
            "check CRMSERVICE_DATA and who may write there"
        ) from error


def _file_name(box: str) -> str:
    """A name for the lease that no other box's label gives."""
    return f"{re.sub(r'[^0-9A-Za-z.@-]', '_', box)}-{hashlib.sha256(box.encode()).hexdigest()[:8]}"
