"""Standard output: JSON in any locale, and what becomes of output that is lost (O-6)."""

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from services.assembly.signals import nothing_is_open
from services.operator.present.visible import visible_json, visible_with_styles
from shared.streams import is_utf8


def write_json(value: object, stream: TextIO | None = None, indent: int | None = None) -> None:
    """Write one JSON object, as one line unless a person shall read it in a file.

    Args:
        value: Anything that JSON has; what it lacks (times, ids) is written as text.
        stream: Where to; standard output by default.
        indent: Spaces of each level; None for one line.
    """
    stream = stream or sys.stdout
    line = json.dumps(value, ensure_ascii=not is_utf8(stream), default=str, indent=indent)
    stream.write(f"{visible_json(line)}\n")


class Output(io.TextIOWrapper):
    """Standard output that remembers why it could not be written, whoever hides the error.

    Attributes:
        lost: The first error; None while all is well.
    """

    lost: OSError | None = None

    def write(self, text: str) -> int:
        """Write what outsiders say so that no terminal obeys it; remember what goes wrong."""
        with self._watched():
            return super().write(visible_with_styles(text))

    def flush(self) -> None:
        """Write out what is buffered, and remember what goes wrong."""
        with self._watched():
            super().flush()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.lost = self.lost or error
            raise


def prepare() -> None:
    """Make the standard streams fit for any text, and notice when output is lost."""
    _open_what_is_closed()
    # A subject that an encoding lacks must not stop the work.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    plain = sys.stdout
    if type(plain) is io.TextIOWrapper:
        settings = (plain.encoding, plain.errors, None, plain.line_buffering, plain.write_through)
        # Between the two there is no standard output, of which Python would complain at its end.
        with nothing_is_open():
            sys.stdout = Output(plain.detach(), *settings)


def lost() -> OSError | None:
    """Write out what is buffered; return what forbade it, and then nothing more is written."""
    # Typer wraps the stream of which it knows that nobody reads it.
    stream = getattr(sys.stdout, "wrapped", sys.stdout)
    with suppress(OSError):
        stream.flush()
    found = stream.lost if isinstance(stream, Output) else None
    if found:
        # Else Python tries again when it ends, and shows a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return found


def _open_what_is_closed() -> None:
    """Give a closed standard stream somewhere to go, before another file takes its number."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for the whole process
