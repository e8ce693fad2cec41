"""The state of the sources of a process, told to the writer at changes and once a minute (O-4)."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.fetcher.sources.of_box import BoxSource
from services.fetcher.sources.port import Alarm, SourceReport
from services.fetcher.standing import FeedState
from shared.contracts.box_state import BoxState
from shared.contracts.line import one_line
from shared.errors import CRMServiceError
from shared.log import Logger

_EVERY_SECONDS = 60.0
_APART_SECONDS = 2.0
"""So far apart are two tellings at least: the number of waiting mails changes with each batch."""

_LONGEST_WHY = 1000

_log = Logger()


@dataclass(slots=True)
class BoxStates:
    """The latest state of each source; for several threads.

    Attributes:
        send: Takes states to the writer; raises `CRMServiceError` where it cannot.
        now: Returns the time, aware.
        clock: Returns seconds that never go back.
    """

    send: Callable[[Sequence[BoxState]], None]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    _states: dict[str, BoxState] = field(default_factory=dict, init=False)
    _changed: bool = field(default=False, init=False)
    _sent_at: float | None = field(default=None, init=False)
    _fails: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def tell(self, source: BoxSource, state: FeedState, why: str, report: SourceReport) -> None:
        """Note the state of `source`; `run` sends it."""
        told = BoxState(
            box=source.box.name,
            source=source.kind,
            state=str(state),
            why=one_line(why)[:_LONGEST_WHY] or None,
            waiting=report.waiting,
            read_at=report.read_at,
            told_at=self.now(),
        )
        with self._lock:
            self._changed |= _news(told) != _news(self._states.get(source.name))
            self._states[source.name] = told

    def forget(self, source: BoxSource) -> None:
        """Forget `source`: another process reads it, and tells of its state."""
        with self._lock:
            self._states.pop(source.name, None)

    def run(self, stopped: Alarm) -> None:
        """Send what is told until stopped."""
        while not stopped.is_set():
            if self._is_due():
                self.send_all()
            stopped.wait(_APART_SECONDS)

    def end(self) -> None:
        """Send what was told last, where the writer has taken what was sent before."""
        if self._changed and not self._fails:
            self.send_all()

    def send_all(self) -> None:
        """Send the state of every source; what cannot be sent is sent with the next telling."""
        with self._lock:
            now = self.now()
            states = [_as_of(now, one) for one in self._states.values()]
            self._changed, self._sent_at = False, self.clock()
        if not states:
            return
        try:
            self.send(states)
            self._fails = False
        except CRMServiceError as error:
            if not self._fails:
                _log.warning("it cannot be told how the boxes stand", reason=str(error))
            self._fails = True

    def _is_due(self) -> bool:
        return (
            self._changed or self._sent_at is None or self.clock() - self._sent_at >= _EVERY_SECONDS
        )


def _as_of(now: datetime, state: BoxState) -> BoxState:
    """Return `state` as it still is; one that has ended yields to whoever reads the source next."""
    if state.state == FeedState.STOPPED:
        return state
    return state.model_copy(update={"told_at": now})


def _news(state: BoxState | None) -> tuple[object, ...] | None:
    """Return what is told at once when it changes: not that an empty box was read again."""
    return None if state is None else (state.state, state.why, state.waiting)
