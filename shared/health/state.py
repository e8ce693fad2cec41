"""What a service can do right now: told by `/healthz`, `/ready` and the metrics (INV-9)."""

import threading
import time
from collections.abc import Callable

LONGEST_SILENCE_SECONDS = 600.0
"""A worker that has not said a word for so long hangs: far above any handler's time (F-27)."""


class Health:
    """Shared by the threads of one service.

    A *part* is something the service needs, as `broker` or `box sales`. It is waited for, with a
    reason, or it works.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing that works: a service is ready when its parts say so."""
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[str, str] = {}
        self._parts: set[str] = set()
        self._beats: dict[str, float] = {}

    def expect(self, part: str) -> None:
        """`part` is needed and has not been tried yet."""
        self.waiting(part, "not tried yet")

    def works(self, part: str) -> None:
        """`part` does its work."""
        with self._lock:
            self._parts.add(part)
            self._waiting.pop(part, None)

    def waiting(self, part: str, reason: str) -> None:
        """`part` is waited for; `reason` is a sentence without address or secret."""
        with self._lock:
            self._parts.add(part)
            self._waiting[part] = reason

    def beat(self, worker: str, wait_seconds: float = 0.0) -> None:
        """`worker` is alive, and will wait on purpose for so long at most."""
        with self._lock:
            self._beats[worker] = self._clock() + wait_seconds

    def parts(self) -> dict[str, str | None]:
        """Every part, with the reason why it is waited for; None: it works."""
        with self._lock:
            return {part: self._waiting.get(part) for part in sorted(self._parts)}

    @property
    def ready(self) -> bool:
        """Whether every part works."""
        with self._lock:
            return bool(self._parts) and not self._waiting

    @property
    def alive(self) -> bool:
        """Whether every worker has been heard of lately."""
        limit = self._clock() - LONGEST_SILENCE_SECONDS
        with self._lock:
            return all(beat > limit for beat in self._beats.values())
