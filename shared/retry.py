"""Waiting between tries: longer each time, never in step with others. Pure but for chance."""

import random
from collections.abc import Callable

LONGEST_SECONDS = 60.0


class Backoff:
    """Seconds to wait before the next try: doubled up to a limit, with jitter.

    Jitter keeps several services from coming back all at once.
    """

    def __init__(
        self,
        first_seconds: float = 1.0,
        longest_seconds: float = LONGEST_SECONDS,
        chance: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """Begin with `first_seconds`."""
        self._first = first_seconds
        self._longest = longest_seconds
        self._chance = chance
        self._next = first_seconds

    def seconds(self, asked: float | None = None) -> float:
        """Return how long to wait now.

        Args:
            asked: What the other side asked for; never less than this.
        """
        pause = self._next * self._chance(0.7, 1.3)
        self._next = min(self._next * 2, self._longest)
        return max(pause, asked or 0.0)

    def succeeded(self) -> None:
        """Begin again with the first pause."""
        self._next = self._first
