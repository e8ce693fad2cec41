"""How far a long command is, on standard error: a line now and then, on a terminal more often."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from services.operator.commands.options import tell
from shared.contracts.said import said

T = TypeVar("T")

ON_A_TERMINAL, ELSEWHERE = 3.0, 30.0
"""Seconds from line to line: a log that somebody reads later needs few."""


class DoneOfTotal(Protocol):
    """How much is done."""

    @property
    def done(self) -> int:
        """Backups that were looked at."""

    @property
    def total(self) -> int:
        """Backups there are."""


def with_progress(
    things: Iterable[T], count: DoneOfTotal, clock: Callable[[], float] = time.monotonic
) -> Iterator[T]:
    """Yield `things`, and tell now and then how many backups were looked at, of how many."""
    pause = ON_A_TERMINAL if sys.stderr.isatty() else ELSEWHERE
    begun = told = clock()
    for thing in things:
        if (now := clock()) - told >= pause:
            told = now
            _tell(count, now - begun)
        yield thing


def _tell(count: DoneOfTotal, seconds: float) -> None:
    done, total = count.done, count.total
    left = round(seconds / max(done, 1) * (total - done) / 60)
    tell(
        said(
            "{done} of {total} backups looked at; about {minutes} min left",
            done=done,
            total=total,
            minutes=left,
        )
    )
