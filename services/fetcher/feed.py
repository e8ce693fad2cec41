"""A feed: one source of one box, read for as long as the service runs (behaviours I-3, I-4)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from services.fetcher.box_states import STANDING_BY
from services.fetcher.fetch import Fetched, Fetcher
from services.fetcher.lease import Lease
from shared.errors import (
    ConfigurationError,
    CredentialsRefusedError,
    HeldElsewhereError,
    TransientError,
)
from shared.health.state import Health
from shared.retry import Backoff

_STANDBY_SECONDS = 4.0
"""How soon a second fetcher notices that the first one has gone (F-75)."""

READING, RESTING, WAITING = "reading", "resting", "waiting"
"""What a feed does, beside standing by."""

_RESTING_SECONDS = 30.0
_MINUTE = timedelta(minutes=1)

_log = structlog.get_logger()


def after_refusal() -> Backoff:
    """Pauses after a refused login: servers lock accounts that keep knocking (F-61)."""
    return Backoff(60.0, 900.0)


@dataclass(slots=True)
class Feed:
    """Reads one source until it is told to stop.

    Attributes:
        name: What it is called in `/ready` and logs: `box sales`, `box sales emlDir`.
        fetcher: Moves the mail.
        lease: Keeps other processes away.
        poll_seconds: Between two rounds where nothing announces mail (I-3).
        rests_at: Whether the source may not be connected to at a moment (I-4).
        after: Is told of every round.
        tell: Is told how it stands, why, and how long it may be silent on purpose, in seconds.
    """

    name: str
    fetcher: Fetcher
    lease: Lease
    poll_seconds: float
    rests_at: Callable[[datetime], bool]
    after: Callable[[Fetched], None] = lambda _: None
    tell: Callable[[str, str, float | None], None] = lambda *_: None
    backoff: Backoff = field(default_factory=Backoff)
    refusals: Backoff = field(default_factory=after_refusal)

    def once(self, stopped: Callable[[], bool] = lambda: False) -> Fetched:
        """One round: everything that waits.

        Raises:
            TransientError: Source, disk or next stage is away, or another process reads it.
            CredentialsRefusedError: The source refused the login.
            ConfigurationError: A file or folder that the source needs is missing.
        """
        self.lease.hold()
        fetched = self.fetcher.fetch_all(stopped)
        self.after(fetched)
        return fetched

    def run(self, health: Health, stopped: threading.Event) -> None:
        """Rounds until stopped; what is away is waited for."""
        health.expect(self.name)
        while not stopped.is_set():
            health.beat(self.name)
            if self.rests():
                self.fetcher.close()
                health.works(self.name)
                self.tell(RESTING, "its pause (stopFrom, stopTo) lasts", _RESTING_SECONDS)
                stopped.wait(_RESTING_SECONDS)
            else:
                self._round(health, stopped)
        self.close()

    def rests(self) -> bool:
        """Whether the source may not be connected to now."""
        return self.rests_at(self.fetcher.clock())

    def close(self) -> None:
        """Let go of source and lease."""
        self.fetcher.close()
        self.lease.close()

    def _round(self, health: Health, stopped: threading.Event) -> None:
        def after_a_batch() -> bool:
            # A round through a full box takes long: it is no silence, and no waiting.
            health.beat(self.name)
            health.works(self.name)
            self.tell(READING, "", 0.0)
            return stopped.is_set()

        try:
            self.once(after_a_batch)
            health.works(self.name)
            self.backoff.succeeded()
            self.refusals.succeeded()
            seconds = self._until_rest()
            health.beat(self.name, seconds)
            self.tell(READING, "", seconds)
            self.fetcher.wait(seconds, stopped)
        except HeldElsewhereError:
            # Standing by is what a second fetcher is for.
            health.works(self.name)
            self.tell(STANDING_BY, "another process reads it", _STANDBY_SECONDS)
            stopped.wait(_STANDBY_SECONDS)
        except TransientError as error:
            self._pause(health, stopped, error, self.backoff.seconds(error.retry_after_seconds))
        except ConfigurationError as error:
            # A file that a late mount brings: this source's trouble, and no other's.
            self._pause(health, stopped, error, self.backoff.seconds())
        except CredentialsRefusedError as error:
            self._pause(health, stopped, error, self.refusals.seconds())

    def _pause(
        self, health: Health, stopped: threading.Event, error: Exception, seconds: float
    ) -> None:
        self.fetcher.close()
        _log.warning("waiting", part=self.name, reason=str(error), seconds=round(seconds, 1))
        health.waiting(self.name, str(error))
        health.beat(self.name, seconds)
        self.tell(WAITING, str(error), seconds)
        stopped.wait(seconds)

    def _until_rest(self) -> float:
        """Seconds to wait at most: not into the pause, which begins at a full minute."""
        now = self.fetcher.clock()
        minute = now.replace(second=0, microsecond=0)
        for step in range(1, int(self.poll_seconds // 60) + 2):
            begin = minute + step * _MINUTE
            if self.rests_at(begin):
                return min((begin - now).total_seconds(), self.poll_seconds)
        return self.poll_seconds
