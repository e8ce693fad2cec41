"""Rounds of all users until the service is told to stop, several users at once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from queue import Empty, SimpleQueue
from typing import get_args

from services.assembly.calendar_lease import CalendarLease
from services.assembly.calendar_troubles import FAILED, CalendarTroubles
from services.calsync.calendars.port import Participant
from services.calsync.company import CompanyRounds
from services.calsync.round import Result, RoundOfUser
from services.calsync.turns import Turns
from shared import metrics
from shared.errors import (
    BrokerRefusedError,
    ConfigurationError,
    CredentialsRefusedError,
    CRMServiceError,
    HeldElsewhereError,
    TransientError,
)
from shared.health.state import Health
from shared.log import Logger
from shared.retry import Backoff

PART = "calendar"
"""Its name in `/ready`."""

_STANDBY_SECONDS = 4.0
_LOOK_SECONDS = 0.5
"""How soon a stop is noticed."""

_log = Logger()

Hearing = Callable[[Callable[[int], None]], AbstractContextManager[None]]
"""Takes what brings a user's round forward."""

_Ended = tuple[Participant, Future[RoundOfUser]]


@dataclass(slots=True)
class CalendarLoop:
    """Does rounds of all users until it is told to stop.

    Attributes:
        open_company: Opens both sides for as long as its block lasts.
        lease: Keeps other processes away.
        seconds: Between two rounds of one user.
        hearing: Has hints heard, for as long as its block lasts; who stands by hears none.
        troubles: Is told how rounds end.
    """

    open_company: Callable[[], AbstractContextManager[CompanyRounds]]
    lease: CalendarLease
    seconds: float
    health: Health
    stopped: threading.Event
    hearing: Hearing = field(default=lambda _hint: nullcontext())
    backoff: Backoff = field(default_factory=Backoff)
    refusals: Backoff = field(default_factory=lambda: Backoff(60.0, 900.0))
    _news: SimpleQueue[_Ended | int] = field(default_factory=SimpleQueue, init=False)
    troubles: CalendarTroubles = field(default_factory=CalendarTroubles)
    _waiting: dict[str, tuple[int, int]] = field(default_factory=dict, init=False)

    def run(self) -> None:
        """Do rounds until stopped; what is unreachable, refused or missing is waited for.

        Raises:
            BrokerRefusedError: The broker refused us.
        """
        self.health.expect(PART)
        metrics.expect_calendar(get_args(Result))
        try:
            while not self.stopped.is_set():
                self._as_long_as_it_works()
        finally:
            self.lease.close()

    def hint(self, user_id: int) -> None:
        """Bring a user's round forward; from any thread."""
        self._news.put(user_id)

    def _as_long_as_it_works(self) -> None:
        self.health.beat(PART)
        try:
            self.lease.hold()
            self._news = SimpleQueue()
            with (
                self.open_company() as company,
                self.hearing(self.hint),
                ThreadPoolExecutor(company.workers, "round") as pool,
            ):
                self._turns(company, pool)
        except HeldElsewhereError:
            self.health.stands_by(PART)
            self._wait(_STANDBY_SECONDS)
        except BrokerRefusedError:
            raise
        except (TransientError, ConfigurationError, CredentialsRefusedError) as error:
            self._pause(error)

    def _turns(self, company: CompanyRounds, pool: ThreadPoolExecutor) -> None:
        """Do the users' rounds in their turns; the first alone: what it meets, all would meet."""
        turns, look_up_at, proven = Turns(self.seconds), 0.0, False
        while not self.stopped.is_set():
            now = time.monotonic()
            if now >= look_up_at:
                users = company.due().taking_part
                turns.renew(users, now)
                self.troubles.keep(users)
                look_up_at = now + self.seconds
                if not users:
                    self._works()
            places = company.workers if proven else 1
            while turns.running < places and (user := turns.take(now)) is not None:
                self._begin(company, pool, user)
            due = turns.next_due() if turns.running < places else None
            proven |= self._hear(turns, min(look_up_at, due or look_up_at) - now)

    def _begin(self, company: CompanyRounds, pool: ThreadPoolExecutor, user: Participant) -> None:
        self.health.beat(PART)
        news = self._news
        pool.submit(company.one, user).add_done_callback(lambda done: news.put((user, done)))

    def _hear(self, turns: Turns, seconds: float) -> bool:
        """Wait for a round's end, for a hint, or so long; return whether a round has ended well.

        Raises:
            CRMServiceError: What concerns all users.
        """
        if not turns.running:
            self.health.beat(PART)
        try:
            heard = self._news.get(timeout=min(_LOOK_SECONDS, max(0.0, seconds)))
        except Empty:
            return False
        if isinstance(heard, int):
            turns.hint(heard, time.monotonic())
            return False
        user, done = heard
        turns.ended(user.user_id, time.monotonic())
        self._told(done.result())
        return True

    def _told(self, done: RoundOfUser) -> None:
        self.health.beat(PART)
        self._works()
        count_round(done)
        self.troubles.told(done)
        self._waiting[done.user] = (done.held, done.notes)
        held, notes = (sum(each) for each in zip(*self._waiting.values(), strict=True))
        metrics.calendar_waits(held, notes)
        if done.result in FAILED:
            _log.warning("calendar", result=done.result, reason=done.reason)

    def _works(self) -> None:
        self.health.works(PART)
        self.backoff.succeeded()
        self.refusals.succeeded()

    def _pause(self, error: CRMServiceError) -> None:
        refused = isinstance(error, CredentialsRefusedError | ConfigurationError)
        asked = error.retry_after_seconds if isinstance(error, TransientError) else None
        seconds = self.refusals.seconds() if refused else self.backoff.seconds(asked)
        _log.warning("waiting", part=PART, reason=str(error), seconds=round(seconds, 1))
        self.health.waiting(PART, str(error))
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self.health.beat(PART, seconds)
            self.stopped.wait(seconds)


def count_round(done: RoundOfUser) -> None:
    """Count one user's round for Prometheus."""
    metrics.calendar_round(done.result, done.requests)
    for side, written in (("calendar", done.to_calendar), ("erp", done.to_erp)):
        for what, items in asdict(written).items():
            metrics.calendar_written(side, what, items)
