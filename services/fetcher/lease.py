"""One fetcher per box at a time (F75): a lock on a file of the data folder, in the embedded mode.

The lock goes with the process: after a crash the next one takes over at once.
"""

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.errors import TransientError


@contextmanager
def box_lease(data: Path, box: str) -> Iterator[None]:
    """Hold the lease of `box` while the block runs.

    Raises:
        TransientError: Another process has it.
    """
    folder = data / "leases"
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.@-]", "_", box)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TransientError(
                f"Another crmservice is reading the box {box}; wait for it, or stop it"
            ) from None
        yield
