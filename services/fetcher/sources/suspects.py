"""Mail that cannot be taken now holds up no other (behaviours I-5, I-6; faults F-50, F-59).

Whatever is wrong with one message - the server hangs up over it, refuses it, gives nothing or not
the whole of it - it stays in its box and is named. What was asked for together when a connection
broke is asked for alone and last in the next rounds, so that only the culprit breaks it again.
After three tries it is left alone for a quarter of an hour, and twice as long after each further
one, up to a day. The tries are remembered: a restart does not begin anew.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from services.fetcher.memory import Memory
from shared import metrics
from shared.errors import TransientError
from shared.log import Logger

QUICK_TRIES = 3
"""So often a message is tried again in the very next round."""

_FIRST_REST = timedelta(minutes=15)
_LONGEST_REST = timedelta(days=1)

_log = Logger()


class BrokeOffError(TransientError):
    """A connection ended in the middle of a command: what was asked for may be why."""


def rest_after(tries: int) -> timedelta:
    """Return how long a message is left alone after so many tries."""
    if tries < QUICK_TRIES:
        return timedelta(0)
    doubled: int = 2 ** min(tries - QUICK_TRIES, 10)
    return min(_FIRST_REST * doubled, _LONGEST_REST)


class Suspects:
    """The messages of one box that could not be taken, by place and name.

    Every method may raise `TransientError`: the memory is unreachable.
    """

    def __init__(self, box: str, memory: Memory, clock: Callable[[], datetime]) -> None:
        """Take the box's label, its memory, and what gives the time, aware."""
        self._box = box
        self._memory = memory
        self._clock = clock

    def tries(self, place: str) -> dict[str, int]:
        """Return how often each was tried alone; 0 where it was only asked for beside others."""
        found = self._memory.rows("SELECT identity, tries FROM held WHERE place = ?", [place])
        return dict(found)

    def breaks(self, place: str, name: str) -> int:
        """Return how often the connection broke over a message that was asked for alone."""
        found = self._memory.rows(
            "SELECT breaks FROM held WHERE place = ? AND identity = ?", [place, name]
        )
        return int(found[0][0]) if found else 0

    def resting(self, place: str) -> set[str]:
        """Return those that are left alone for now."""
        now = self._clock()
        found = self._memory.rows("SELECT identity, next_at FROM held WHERE place = ?", [place])
        # Beyond the longest rest a clock was wrong.
        latest = now + _LONGEST_REST
        return {name for name, at in found if now < datetime.fromisoformat(at) <= latest}

    def counts(self) -> dict[str, int]:
        """Return how many messages of each place were tried in vain."""
        question = "SELECT place, count(*) FROM held WHERE tries > 0 GROUP BY place"
        return dict(self._memory.rows(question))

    def count(self) -> int:
        """Return how many messages of the box were tried in vain."""
        return sum(self.counts().values())

    def hold(self, place: str, name: str, reason: str, *, broke: bool = False) -> None:
        """Hold a message that was tried or answered alone and cannot be taken: it stays."""
        tries = self.tries(place).get(name, 0) + 1
        rest = rest_after(tries)
        self._note(place, [(name, tries, self.breaks(place, name) + broke)], rest, reason)
        metrics.box_holds(self._box, self.count())
        _log.warning(
            "message cannot be read and stays in the box",
            box=self._box,
            place=place,
            message=name,
            reason=reason,
            tries=tries,
            next_try_in_seconds=rest.total_seconds(),
        )

    def clear(self, place: str, names: Collection[str]) -> None:
        """Clear messages that were read whole."""
        known = self.tries(place).keys() & names
        if known:
            self._forget(place, known)

    def keep_only(self, place: str, there: Collection[str]) -> None:
        """Forget what is not `there` any more."""
        gone = self.tries(place).keys() - set(there)
        if gone:
            self._forget(place, gone)

    @contextmanager
    def blamed(self, place: str, names: Sequence[str]) -> Iterator[None]:
        """Blame these messages if the connection breaks within: one of them may be why.

        Raises:
            BrokeOffError: It broke, and the messages are noted.
        """
        try:
            yield
        except BrokeOffError as error:
            if len(names) == 1:
                self.hold(place, names[0], str(error), broke=True)
            else:
                known = self.tries(place)
                fresh = [(name, 0, 0) for name in names if name not in known]
                self._note(place, fresh, timedelta(0), str(error))
            raise

    def _note(
        self, place: str, tried: Iterable[tuple[str, int, int]], rest: timedelta, reason: str
    ) -> None:
        at = (self._clock() + rest).astimezone(UTC).isoformat()
        self._memory.change_all(
            "INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?, ?)",
            [(place, name, tries, breaks, at, reason) for name, tries, breaks in tried],
        )

    def _forget(self, place: str, names: Iterable[str]) -> None:
        self._memory.change_all(
            "DELETE FROM held WHERE place = ? AND identity = ?", [(place, name) for name in names]
        )
