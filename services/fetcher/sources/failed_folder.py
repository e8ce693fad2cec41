"""The folder `failed/` beside the files of `emlDir`: what cannot be processed, and why (I-7)."""

import itertools
import os
from contextlib import suppress
from pathlib import Path

from shared.durable import flush_folder, write_flushed
from shared.owner import give

FAILED = "failed"

_LONGEST_STEM = 240
_REASON_MODE = 0o644


def move_to_failed(folder: Path, name: str, reason: str) -> None:
    """Move a file to `failed/`, with `<name>.reason.txt` beside it.

    Raises:
        OSError: The folder may not be written.
    """
    failed = folder / FAILED
    with suppress(FileExistsError):
        failed.mkdir()
        give(failed, folder)
    # The reason first: a file in failed/ always has one.
    target = _free_name(failed, name)
    reason_file = failed / f"{_shortened(target)}.reason.txt"
    write_flushed(reason_file, [f"{reason}\n".encode("utf-8", "replace")], _REASON_MODE)
    flush_folder(failed)
    (folder / name).rename(failed / target)


def _free_name(folder: Path, name: str) -> str:
    """Return `name`, or `name.2` and so on: nothing in `failed/` is ever overwritten."""
    numbered = (f"{_shortened(name)}.{count}" for count in itertools.count(2))
    names = itertools.chain((name,), numbered)
    return next(free for free in names if not os.path.lexists(folder / free))


def _shortened(name: str) -> str:
    """Cut `name` so that an ending can be added: file systems take 255 bytes."""
    return os.fsdecode(os.fsencode(name)[:_LONGEST_STEM])
