"""Paths tried as they will be used: rights on paper are not all (behaviour O-1)."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def is_there(path: Path) -> bool:
    """Whether this user sees it: `exists` would raise where a folder above may not be read."""
    return not refusal_of(path.stat)


def refusal_of(attempt: Callable[[], object]) -> str:
    """Return why `attempt` failed; empty if it did not."""
    try:
        attempt()
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def try_to_append(log: Path) -> None:
    """Open the log, or write beside it where there is none; a missing folder is told elsewhere."""
    try:
        os.close(os.open(log, os.O_WRONLY | os.O_APPEND))
    except FileNotFoundError:
        if is_there(log.parent):
            try_to_write(log.parent)


def try_to_write(folder: Path) -> None:
    """Make a file, fill a block of it, and remove it: rights on paper are not all."""
    descriptor, name = tempfile.mkstemp(prefix=".crmservice-", dir=folder)
    try:
        os.write(descriptor, bytes(4096))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
        Path(name).unlink()
