"""The calendar as a service, beside the mail in `run`, and once (behaviours K-1, K-2)."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from typing import get_args

from services.assembly.calendar import open_calendar, require_calendar
from services.assembly.calendar_lease import CalendarLease, calendar_lease
from services.assembly.composition import Erp, open_erp
from services.assembly.database_probe import DatabaseProbe
from services.assembly.proofs import reads_work
from services.assembly.services import running
from services.assembly.watch import data_look, database_look, looking
from services.calsync.company import CompanyRounds
from services.calsync.round import Result, RoundOfUser
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
from shared.settings.box import Box
from shared.settings.calendar_keys import calendar_keys_of
from shared.settings.environment import Environment

PART = "calendar"
"""Its name in `/ready`."""

LEASE_SECONDS = 60.0
"""How long one round waits for another process that does the calendar."""

PATIENCE_SECONDS = 60.0
"""How long one round waits, in all, for mailboxes that ask to wait."""

_STANDBY_SECONDS = 4.0
_FAILED = ("failed", "refused")

_log = Logger()


@dataclass(slots=True)
class CalendarLoop:
    """Does rounds of all users until it is told to stop.

    Attributes:
        open_company: Opens both sides for as long as its block lasts.
        lease: Keeps other processes away.
        seconds: Between two rounds of one user.
    """

    open_company: Callable[[], AbstractContextManager[CompanyRounds]]
    lease: CalendarLease
    seconds: float
    health: Health
    stopped: threading.Event
    backoff: Backoff = field(default_factory=Backoff)
    refusals: Backoff = field(default_factory=lambda: Backoff(60.0, 900.0))
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

    def _as_long_as_it_works(self) -> None:
        self.health.beat(PART)
        try:
            self.lease.hold()
            with self.open_company() as company:
                pace = 0.0
                while not self.stopped.is_set():
                    self._all_users(company, pace)
                    # The first rounds come at once, all others are spread over the period.
                    pace = self.seconds
        except HeldElsewhereError:
            self.health.stands_by(PART)
            self._wait(_STANDBY_SECONDS)
        except BrokerRefusedError:
            raise
        except (TransientError, ConfigurationError, CredentialsRefusedError) as error:
            self._pause(error)

    def _all_users(self, company: CompanyRounds, pace: float) -> None:
        begin, users = time.monotonic(), company.due().taking_part
        for number, user in enumerate(users, 1):
            if self.stopped.is_set():
                return
            self.health.beat(PART)
            self._told(company.one(user))
            self._wait(begin + pace * number / len(users) - time.monotonic())
        self._works()
        if not users:
            self._wait(self.seconds)

    def _told(self, done: RoundOfUser) -> None:
        self._works()
        count_round(done)
        self._waiting[done.user] = (done.held, done.notes)
        held, notes = (sum(each) for each in zip(*self._waiting.values(), strict=True))
        metrics.calendar_waits(held, notes)
        if done.result in _FAILED:
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


def run_calsync(boxes: Sequence[Box], environment: Environment) -> None:
    """Do the calendar as a service, with a broker's lease where there is a broker.

    Raises:
        ConfigurationError: Settings, app or mapping cannot work, or Microsoft's client is not
            installed.
        BrokerRefusedError: The broker refused us.
    """
    erp = open_erp(environment)
    require_calendar(boxes, erp)
    probe = DatabaseProbe(erp, proof=reads_work(erp))
    with running(environment) as (health, stopped):
        looks = [data_look(environment.data), database_look(probe, health)]
        with looking(looks, stopped):
            _loop(boxes, erp, calendar_lease(environment), health, stopped).run()


@contextmanager
def calendar_beside(
    boxes: Sequence[Box],
    erp: Erp,
    environment: Environment,
    health: Health,
    stopped: threading.Event,
) -> Iterator[None]:
    """Do the calendar in a thread of its own until `stopped`, if the settings ask for it.

    Raises:
        CRMServiceError: It cannot go on; the block has been told to stop.
    """
    if not calendar_keys_of(boxes).calendar:
        yield
        return
    loop = _loop(boxes, erp, calendar_lease(environment, broker=False), health, stopped)

    def run() -> None:
        try:
            loop.run()
        finally:
            stopped.set()

    with ThreadPoolExecutor(1, "calendar") as pool:
        done = pool.submit(run)
        try:
            yield
        finally:
            stopped.set()
        done.result()


def calendar_once(
    boxes: Sequence[Box], erp: Erp, environment: Environment, tell: Callable[[str], None]
) -> bool:
    """Do one round of all users, if the settings ask for it; return whether all went well.

    Raises:
        ConfigurationError: Settings, app, mapping or activity type cannot work.
        CredentialsRefusedError: The token or the consent is refused.
        TransientError: The database or Graph is unreachable.
        CalendarBusyError: Another process does the calendar.
    """
    if not calendar_keys_of(boxes).calendar:
        return True
    lease, results = calendar_lease(environment, broker=False), list[Result]()
    lease.wait(LEASE_SECONDS)
    try:
        with open_calendar(boxes, erp, lease.hold) as company:
            for done in company.all((), time.sleep, PATIENCE_SECONDS):
                results.append(done.result)
                if done.result in _FAILED:
                    tell(f"calendar of {done.user}: {done.result}; {done.reason}")
    finally:
        lease.close()
    tell(f"{results.count('ok')} calendar(s) in step")
    return not any(result in _FAILED for result in results)


def _loop(
    boxes: Sequence[Box], erp: Erp, lease: CalendarLease, health: Health, stopped: threading.Event
) -> CalendarLoop:
    seconds = calendar_keys_of(boxes).calendar_seconds
    return CalendarLoop(
        lambda: open_calendar(boxes, erp, lease.hold), lease, seconds, health, stopped
    )
