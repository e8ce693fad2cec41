"""SIGTERM and SIGINT, heard from the first instruction to the last, and what they end with (O-6).

Imported before everything else, and light for that reason: the command line itself takes a second
to import, in which somebody may well press Ctrl-C, or a container be stopped.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import NoReturn

DONE, INTERRUPTED = 0, 130
"""Two of the exit codes; their home takes too long to import."""

SENTENCE = "interrupted: the next run does what is left"

_SERVICES = ("run", "fetcher", "classifier", "writer", "calsync", "mailer")
_BOTH = (signal.SIGINT, signal.SIGTERM)

_heard: list[int] = []
_hearing: list[bool] = []


def hear(act: Callable[[], object]) -> None:
    """Call `act` in the main thread for each signal from now on; the first one is remembered."""

    def heard(number: int, _frame: object) -> None:
        _heard.append(number)
        act()

    for name in _BOTH:
        signal.signal(name, heard)
    _hearing[:] = [True]


def hear_no_more() -> None:
    """Ignore both: the work is done, and only the interpreter has to end."""
    for name in _BOTH:
        signal.signal(name, signal.SIG_IGN)


@contextmanager
def nothing_is_open() -> Iterator[None]:
    """In the block a signal ends the process where it stands, as while a command is imported.

    An exception would be lost or changed in code that others run meanwhile. Where signals are not
    heard, as in a test, nothing changes.
    """
    if not _hearing:
        yield
        return
    hear(leave)
    yield
    hear(interrupt)


def interrupt() -> NoReturn:
    """End what is under way, wherever it is; what is open is closed on the way."""
    raise KeyboardInterrupt


def leave() -> NoReturn:
    """End the process where it stands: nothing is open that would have to be closed."""
    code = ending(INTERRUPTED)
    if code == INTERRUPTED:
        as_json = f'{{"error": "{SENTENCE}", "code": {code}}}'
        told = as_json if "--json" in sys.argv else f"crmservice: {SENTENCE}"
        os.write(sys.stderr.fileno(), f"{told}\n".encode())
    os._exit(code)


def ending(code: int, arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of a command that would end with `code`, if no signal was heard.

    SIGTERM is how services are told to stop, so they end with 0; anything else is interrupted.

    Args:
        code: A failure stays what it is.
        arguments: Of the command line; None: this process's own.
    """
    if not _heard or code not in (DONE, INTERRUPTED):
        return code
    is_service = _is_service(sys.argv[1:] if arguments is None else arguments)
    return DONE if is_service and _heard[0] == signal.SIGTERM else INTERRUPTED


def _is_service(arguments: Sequence[str]) -> bool:
    pairs = pairwise(["", *arguments])
    words = (word for before, word in pairs if before != "--language" and not word.startswith("-"))
    command = next(words, "")
    return command in _SERVICES and "--once" not in arguments
