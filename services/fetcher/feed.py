"""A feed: one source of one box, read for as long as the service runs (behaviours I-3, I-4)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.fetcher.fetch import Fetched, Fetcher
from services.fetcher.lease import Lease
from services.fetcher.memory import MemoryUnusableError
from services.fetcher.standing import FeedState
from shared.contracts.said import NOTHING_SAID, Said, said
from shared.errors import (
    AwayError,
    BrokerRefusedError,
    ConfigurationError,
    CredentialsRefusedError,
    CRMServiceError,
    ExitCode,
    HeldElsewhereError,
    TransientError,
)
from shared.health.state import Health
from shared.log import Logger
from shared.retry import Backoff

_STANDBY_SECONDS = 4.0
"""How soon a second fetcher notices that the first one has gone (F-75)."""

_RESTING_SECONDS = 30.0
_MINUTE = timedelta(minutes=1)

_log = Logger()


def after_refusal() -> Backoff:
    """Pause after a refused login: servers lock accounts that keep knocking (F-61)."""
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
        tell: Is told how it stands, why, and how long it may be silent on purpose, in seconds;
            None: it says no more.
    """

    name: str
    fetcher: Fetcher
    lease: Lease
    poll_seconds: float
    rests_at: Callable[[datetime], bool]
    after: Callable[[Fetched], None] = lambda _: None
    tell: Callable[[FeedState, Said, float | None], None] = lambda *_: None
    backoff: Backoff = field(default_factory=Backoff)
    refusals: Backoff = field(default_factory=after_refusal)
    _missed: set[str] = field(default_factory=set, init=False)
    _stands_by: bool = field(default=False, init=False)

    def once(self, stopped: Callable[[], bool] = lambda: False) -> Fetched:
        """Return one round: everything that waits.

        Raises:
            TransientError: Source, disk or next stage is unreachable, or another process reads it.
            CredentialsRefusedError: The source refused the login.
            ConfigurationError: A file or folder that the source needs is missing.
        """
        self.lease.hold()
        self._stands_by = False
        fetched = self.fetcher.fetch_all(stopped)
        self.after(fetched)
        return fetched

    def run(self, health: Health, stopped: threading.Event) -> None:
        """Do rounds until stopped; what is unreachable is waited for.

        Raises:
            BrokerRefusedError: The broker refused us.
        """
        health.expect(self.name)
        while not stopped.is_set():
            health.beat(self.name)
            if self.rests():
                self.fetcher.close()
                health.works(self.name)
                self.tell(
                    FeedState.RESTING, said("its pause (stopFrom, stopTo) lasts"), _RESTING_SECONDS
                )
                stopped.wait(_RESTING_SECONDS)
            else:
                self._round(health, stopped)
        if not self._stands_by:
            self.tell(FeedState.STOPPED, NOTHING_SAID, None)
        self.close()

    def rests(self) -> bool:
        """Return whether the source may not be connected to now."""
        return self.rests_at(self.fetcher.clock())

    def close(self) -> None:
        """Let go of source and lease."""
        self.fetcher.close()
        self.lease.close()

    def _round(self, health: Health, stopped: threading.Event) -> None:
        def after_a_batch() -> bool:
            # A round through a full box takes long: it is no silence, and no waiting.
            health.beat(self.name)
            self._works(health)
            self.tell(FeedState.READING, NOTHING_SAID, 0.0)
            return stopped.is_set()

        try:
            self.once(after_a_batch)
            self._works(health)
            self.backoff.succeeded()
            self.refusals.succeeded()
            seconds = self._until_rest()
            health.beat(self.name, seconds)
            self.tell(FeedState.READING, NOTHING_SAID, seconds)
            self.fetcher.wait(seconds, stopped)
        except HeldElsewhereError:
            # Standing by is what a second fetcher is for.
            self._tell_standby(health)
            stopped.wait(_STANDBY_SECONDS)
        except BrokerRefusedError:
            # Not the box's login: a start with other credentials is what helps.
            raise
        except (TransientError, ConfigurationError, CredentialsRefusedError) as error:
            self._pause(health, stopped, error)

    def _works(self, health: Health) -> None:
        health.works(self.name)
        while self._missed:
            health.works(self._missed.pop(), self.name)

    def _tell_standby(self, health: Health) -> None:
        self._stands_by = True
        self._works(health)
        health.stands_by(self.name)
        self.tell(FeedState.STANDING_BY, said("another process reads it"), _STANDBY_SECONDS)

    def _pause(self, health: Health, stopped: threading.Event, error: CRMServiceError) -> None:
        self.fetcher.close()
        seconds = self._pause_seconds(error)
        part = self.name
        if isinstance(error, AwayError):
            # Broker, database or disk: no fault of the box.
            part = error.part
            self._missed.add(part)
        _log.warning("waiting", part=part, reason=str(error), seconds=round(seconds, 1))
        health.waiting(part, str(error), "" if part == self.name else self.name)
        health.beat(self.name, seconds)
        self.tell(state_after(error), error.sentence, seconds)
        stopped.wait(seconds)

    def _pause_seconds(self, error: CRMServiceError) -> float:
        if isinstance(error, CredentialsRefusedError):
            # A wait that is left from before a restart was no new refusal: nobody has asked.
            return error.retry_after_seconds or self.refusals.seconds()
        asked = error.retry_after_seconds if isinstance(error, TransientError) else None
        return self.backoff.seconds(asked)

    def _until_rest(self) -> float:
        """Return seconds to wait at most: not into the pause, which begins at a full minute."""
        now = self.fetcher.clock()
        minute = now.replace(second=0, microsecond=0)
        for step in range(1, int(self.poll_seconds // 60) + 2):
            begin = minute + step * _MINUTE
            if self.rests_at(begin):
                return min((begin - now).total_seconds(), self.poll_seconds)
        return self.poll_seconds


def state_after(error: CRMServiceError) -> FeedState:
    """Return the state of a feed that met `error`."""
    match error:
        case HeldElsewhereError():
            return FeedState.STANDING_BY
        case CredentialsRefusedError():
            return FeedState.LOGIN_REFUSED
        case _ if error.exit_code == ExitCode.CONFIGURATION_WRONG:
            return FeedState.NEEDS_YOU
        case AwayError() | MemoryUnusableError():
            return FeedState.HELD_UP
        case TransientError(retry_after_seconds=seconds) if seconds:
            return FeedState.THROTTLED
        case _:
            return FeedState.UNREACHABLE
