"""Files and folders that survive a power cut (I-5): bytes first, then names.

A file is written under a temporary name and flushed before it gets its own. A name is durable when
its folder has been flushed, and a folder's name when its parent has been.
"""

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import FileIO
from pathlib import Path

from shared.owner import give

_NOT_OFFERED = (errno.EINVAL, errno.ENOTSUP)
"""Answers of file systems, as older SMB mounts, that write names at once and flush no folders."""

_durable_folders: set[tuple[Path, int]] = set()
"""Folders, with their inodes, whose names this process has made durable: a flush costs much."""


def make_folder(folder: Path, below: Path, mode: int) -> None:
    """Make `folder` and whatever is missing between it and `below`; all of it is durable then.

    As root, a new folder is for the owner of the one above it.

    Folders that are there already are made durable, too, once in a process: a crash may have come
    between making one and flushing its parent.

    Args:
        folder: What is needed.
        below: Is there already and never made: a mistyped path makes nothing.
        mode: Access rights of new folders, before the umask.

    Raises:
        OSError: The disk refused, or `below` is missing.
    """
    place = below
    for part in folder.relative_to(below).parts:
        parent, place = place, place / part
        with suppress(FileExistsError):
            place.mkdir(mode)
            give(place, parent)
        durable = place, place.stat().st_ino
        if durable not in _durable_folders:
            flush_folder(parent)
            _durable_folders.add(durable)


def flush_folder(folder: Path) -> None:
    """Make the names in `folder` durable.

    Raises:
        OSError: The disk refused.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_OFFERED:
            raise
    finally:
        os.close(descriptor)


def write_flushed(
    file: Path,
    pieces: Iterable[bytes],
    mode: int,
    opened: Callable[[int], None] = lambda _: None,
) -> None:
    """Write `pieces` to `file` and flush it; what was there before is overwritten.

    Args:
        file: Its name is not durable until its folder is flushed.
        pieces: The bytes; memory holds one piece at a time.
        mode: Access rights of a new file, before the umask.
        opened: Is called with the file's descriptor before the first byte.

    Raises:
        OSError: The disk refused, or `file` is a symbolic link.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with FileIO(os.open(file, flags, mode), "w") as target:
        opened(target.fileno())
        for piece in pieces:
            write_whole(target, piece)
        os.fsync(target.fileno())


def write_whole(file: FileIO, piece: bytes) -> None:
    """Write all of `piece`: the system may take less at a time.

    Raises:
        OSError: The disk refused; a part may have been written.
    """
    view = memoryview(piece)
    while view:
        view = view[file.write(view) :]


@contextmanager
def unfinished(half: Path) -> Iterator[Path]:
    """Open a temporary name: when the block fails, what it names is removed.

    That is a courtesy to the disk. Where it cannot be done, the block's own error still counts.
    """
    with ExitStack() as clean_up:
        clean_up.callback(_discard, half)
        yield half
        clean_up.pop_all()


def discard_forgotten(halves: Iterable[Path], seconds: float) -> int:
    """Remove files in the making that nobody has touched for so long; how many.

    They are what crashes have left. Nothing ever refers to a file under its temporary name.

    Raises:
        OSError: The disk refused.
    """
    limit, removed = time.time() - seconds, 0
    for half in halves:
        # Another process may clean up, too, or finish the file.
        with suppress(FileNotFoundError):
            if half.stat().st_mtime < limit:
                half.unlink()
                removed += 1
    return removed


def _discard(half: Path) -> None:
    with suppress(OSError):
        half.unlink()
