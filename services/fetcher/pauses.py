"""A wait that a server asked for outlives a restart (faults F-57, F-61)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from services.fetcher.memory import Memory
from shared.contracts.said import said
from shared.errors import TransientError

_LONGEST = timedelta(hours=1)
"""No server is waited for longer: a clock that was wrong must not close a box for years."""


class Pauses:
    """The pause of one box; every method may raise `TransientError`: the memory is unreachable."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        """Take the box's memory, and what gives the time, aware."""
        self._memory = memory
        self._clock = clock

    def note(self, seconds: float, reason: str) -> None:
        """Note that nothing is to be connected for so long."""
        until = (self._clock() + timedelta(seconds=seconds)).astimezone(UTC)
        self._memory.change(
            "INSERT OR REPLACE INTO pause VALUES (1, ?, ?)", [until.isoformat(), reason]
        )

    def respect(self) -> None:
        """Return if the box may be connected to.

        Raises:
            TransientError: Not yet; says why and how long to wait.
        """
        found = self._memory.rows("SELECT until, reason FROM pause")
        if not found:
            return
        until, reason = found[0]
        left = datetime.fromisoformat(until) - self._clock()
        if timedelta(0) < left <= _LONGEST:
            # Who has mended it meanwhile and reads the old reason alone would not believe his eyes.
            why = said(
                "{reason}; before {until} UTC nobody asks again", reason=reason, until=until[:19]
            )
            raise TransientError(why, retry_after_seconds=left.total_seconds())
        self._memory.change("DELETE FROM pause WHERE id = ?", [1])
