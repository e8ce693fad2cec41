"""What a service can do right now: told by `/healthz`, `/ready` and the metrics (INV-9)."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_SILENCE_SECONDS = 600.0
"""A worker that has not said a word for so long hangs: far above any handler's time (F-27)."""

PATIENCE_SECONDS = 30.0
"""A server that has been asked for so long and has not answered is waited for."""

_NOT_TRIED = "not tried yet"


@dataclass(slots=True)
class _Part:
    """What is known of a part; `waits` has a reason for each of those who say that it is missed."""

    waits: dict[str, str] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)
    stands_by: bool = False


class Health:
    """Shared by the threads of one service.

    A *part* is something the service needs, as `broker` or `box sales`. It is waited for, with a
    reason, or it works. Several may tell of one part, each for itself (`teller`): it works when
    none of them waits for it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing that works: a service is ready when its parts say so."""
        self._clock = clock
        self._lock = threading.Lock()
        self._parts: dict[str, _Part] = {}
        self._beats: dict[str, float] = {}

    def expect(self, part: str) -> None:
        """Expect `part`: it is needed and has not been tried yet."""
        self.waiting(part, _NOT_TRIED)

    def asked(self, part: str, teller: str = "") -> None:
        """Note that `part` has been asked whether it works: now its silence counts."""
        with self._lock:
            known = part in self._parts
            found = self._part(part)
            found.asked[teller] = self._clock()
            if not known:
                found.waits[teller] = _NOT_TRIED

    def works(self, part: str, teller: str = "") -> None:
        """Note that `part` does its work."""
        self._told(part, teller, stands_by=False)

    def stands_by(self, part: str) -> None:
        """Note that `part` works, and another process does what it is for."""
        self._told(part, "", stands_by=True)

    def waiting(self, part: str, reason: str, teller: str = "") -> None:
        """Note that `part` is waited for; `reason` is a sentence without address or secret."""
        with self._lock:
            found = self._part(part)
            found.asked.pop(teller, None)
            found.waits[teller] = reason
            found.stands_by = False

    def beat(self, worker: str, wait_seconds: float = 0.0) -> None:
        """Note that `worker` is alive, and will wait on purpose for so long at most."""
        with self._lock:
            self._beats[worker] = self._clock() + wait_seconds

    def parts(self) -> dict[str, str | None]:
        """Return every part, with the reason why it is waited for; None: it works."""
        with self._lock:
            return {name: self._reason(part) for name, part in sorted(self._parts.items())}

    def standing_by(self) -> list[str]:
        """Return the parts whose work another process does."""
        with self._lock:
            return sorted(name for name, part in self._parts.items() if part.stands_by)

    @property
    def ready(self) -> bool:
        """Whether every part works."""
        parts = self.parts()
        return bool(parts) and not any(parts.values())

    @property
    def alive(self) -> bool:
        """Whether every worker has been heard of lately."""
        limit = self._clock() - LONGEST_SILENCE_SECONDS
        with self._lock:
            return all(beat > limit for beat in self._beats.values())

    def _part(self, name: str) -> _Part:
        return self._parts.setdefault(name, _Part())

    def _told(self, part: str, teller: str, *, stands_by: bool) -> None:
        with self._lock:
            found = self._part(part)
            found.asked.pop(teller, None)
            found.waits.pop(teller, None)
            found.stands_by = stands_by

    def _reason(self, part: _Part) -> str | None:
        waited = next(iter(part.waits.values()), None)
        limit = self._clock() - PATIENCE_SECONDS
        if waited is None and any(moment < limit for moment in part.asked.values()):
            return f"has not answered for {PATIENCE_SECONDS:.0f} s"
        return waited
