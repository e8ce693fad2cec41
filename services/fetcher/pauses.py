"""A wait that a server asked for outlives a restart (faults F-57, F-61)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from services.fetcher.memory import Memory
from shared.contracts.said import said
from shared.contracts.sentence import Sentence, said_again, sentence_of
from shared.errors import CredentialsRefusedError, CRMServiceError, TransientError

_LONGEST = timedelta(hours=1)
"""No server is waited for longer: a clock that was wrong must not close a box for years."""


class Pauses:
    """The pause of one box; every method may raise `TransientError`: the memory is unreachable."""

    def __init__(self, memory: Memory, clock: Callable[[], datetime]) -> None:
        """Take the box's memory, and what gives the time, aware."""
        self._memory = memory
        self._clock = clock

    def note(self, seconds: float, cause: CRMServiceError) -> None:
        """Note that nothing is to be connected for so long, and what the server said."""
        until = (self._clock() + timedelta(seconds=seconds)).astimezone(UTC)
        refused = isinstance(cause, CredentialsRefusedError)
        sentence = sentence_of(cause.sentence).model_dump_json()
        self._memory.change(
            "INSERT OR REPLACE INTO wait VALUES (1, ?, ?, ?, ?)",
            [until.isoformat(), refused, cause.sentence[:], sentence],
        )

    def respect(self) -> None:
        """Return if the box may be connected to.

        Raises:
            TransientError: Not yet; says why and how long to wait.
            CredentialsRefusedError: Likewise, where the server refused the login.
        """
        found = self._memory.rows("SELECT until, refused, reason, sentence FROM wait")
        if not found:
            return
        until, refused, reason, sentence = found[0]
        now = self._clock()
        end = datetime.fromisoformat(until).astimezone(now.tzinfo)
        if timedelta(0) < end - now <= _LONGEST:
            # Who has mended it meanwhile and reads the old reason alone would not believe his eyes.
            why = said(
                "{reason}; before {until} nobody asks again",
                reason=said_again(reason, Sentence.read_json(sentence)),
                until=format(end, "%Y-%m-%d %H:%M:%S %Z"),
            )
            kind = CredentialsRefusedError if refused else TransientError
            raise kind(why, retry_after_seconds=(end - now).total_seconds())
        self._memory.change("DELETE FROM wait WHERE id = ?", [1])
