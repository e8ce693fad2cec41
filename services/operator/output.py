"""Standard output: JSON in any locale, and what becomes of output that is lost (O-6)."""

import json
import os
import sys
from typing import TextIO

from shared.streams import is_utf8


def write_json(value: object, stream: TextIO | None = None) -> None:
    """Write one JSON object as one line.

    Args:
        value: Anything that JSON has; what it lacks (times, ids) is written as text.
        stream: Where to; standard output by default.
    """
    stream = stream or sys.stdout
    line = json.dumps(value, ensure_ascii=not is_utf8(stream), default=str)
    stream.write(f"{line}\n")


def lost() -> OSError | None:
    """Write out what is buffered; gives what forbids it, and then nothing more is written."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # Else Python tries again when it ends, and shows a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return error
    return None


def open_if_closed() -> None:
    """Give a closed standard stream somewhere to go, before another file takes its number."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for the whole process
