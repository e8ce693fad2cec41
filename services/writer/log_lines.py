"""Lines of the legacy log, and which of them a file lacks (behaviour R-d). Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

_LONGEST_WORD = 250


def one_line(word: str) -> str:
    """Return a word as it may be in the log: one line, without control characters, not endless."""
    return "".join(each if each.isprintable() else " " for each in word)[:_LONGEST_WORD]


def line_of(word: str, moment: datetime) -> bytes:
    """Return the line of a word that was recorded at `moment`, local time."""
    return f"NOTICE {moment:%Y-%m-%d %H:%M:%S} {word}\n".encode("utf-8", "replace")


def unwritten(lines: Sequence[bytes], tail: bytes) -> bytes:
    """Return what has to be appended so that each of `lines` stands in the file once.

    Args:
        lines: Each with its line end.
        tail: What follows the confirmed part of the file: whole lines, perhaps a torn one,
            of a crash between writing and confirming. Equal lines are interchangeable.
    """
    whole, torn = tail[: tail.rfind(b"\n") + 1], tail[tail.rfind(b"\n") + 1 :]
    there = Counter(whole.splitlines(keepends=True))
    missing = []
    for line in lines:
        if there[line]:
            there[line] -= 1
        else:
            missing.append(line)
    if not torn:
        return b"".join(missing)
    rest = next((line for line in missing if line.startswith(torn)), None)
    if rest is None:
        # Torn by somebody else: our lines begin on their own.
        return b"".join((b"\n", *missing)) if missing else b""
    missing.remove(rest)
    return b"".join((rest[len(torn) :], *missing))
