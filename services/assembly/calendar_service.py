"""The calendar as a service, beside the mail in `run`, and once (behaviours K-1, K-2)."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from services.assembly.beside import doing
from services.assembly.calendar import open_calendar, require_calendar
from services.assembly.calendar_hints import hearing_hints
from services.assembly.calendar_lease import CalendarLease, calendar_lease
from services.assembly.calendar_loop import CalendarLoop
from services.assembly.calendar_troubles import FAILED, CalendarTroubles
from services.assembly.composition import Erp, open_erp
from services.assembly.database_probe import DatabaseProbe
from services.assembly.notice_rows import notice_rows
from services.assembly.noticing import notice_look, notices_of
from services.assembly.proofs import reads_work
from services.assembly.services import broker_address, running
from services.assembly.watch import data_look, database_look, looking
from services.calsync.round import Result
from shared.contracts.said import Said, said
from shared.health.state import Health
from shared.settings.box import Box
from shared.settings.calendar_keys import calendar_keys_of
from shared.settings.environment import Environment

LEASE_SECONDS = 60.0
"""How long one round waits for another process that does the calendar."""

PATIENCE_SECONDS = 60.0
"""How long one round waits, in all, for mailboxes that ask to wait."""


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
    book = notices_of("calsync", boxes, environment, notice_rows(erp.engine))
    troubles = CalendarTroubles()
    with running(environment) as (health, stopped):
        looks = [data_look(environment.data), database_look(probe, health)]
        looks.append(notice_look(book, health, troubles.parts))
        loop = _loop(boxes, erp, calendar_lease(environment), health, stopped, troubles)
        if environment.rabbitmq_url is not None:
            loop.hearing = partial(hearing_hints, broker_address(environment, "calsync"))
        with looking(looks, stopped):
            loop.run()


@contextmanager
def calendar_beside(  # noqa: PLR0913, PLR0917 - all that the two have in common
    boxes: Sequence[Box],
    erp: Erp,
    environment: Environment,
    health: Health,
    stopped: threading.Event,
    troubles: CalendarTroubles,
) -> Iterator[None]:
    """Do the calendar in a thread of its own until `stopped`, if the settings ask for it.

    Raises:
        CRMServiceError: It cannot go on; the block has been told to stop.
    """
    if not calendar_keys_of(boxes).calendar:
        yield
        return
    lease = calendar_lease(environment, broker=False)
    loop = _loop(boxes, erp, lease, health, stopped, troubles)
    with doing("calendar", [loop.run], stopped):
        yield


def calendar_once(
    boxes: Sequence[Box], erp: Erp, environment: Environment, tell: Callable[[Said], None]
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
                if done.result in FAILED:
                    tell(
                        said(
                            "calendar of {user}: {result}; {reason}",
                            user=done.user,
                            result=done.result,
                            reason=done.reason,
                        )
                    )
    finally:
        lease.close()
    tell(said("{number} calendar(s) in step", number=results.count("ok")))
    return not any(result in FAILED for result in results)


def _loop(  # noqa: PLR0913, PLR0917 - all that a loop is made from
    boxes: Sequence[Box],
    erp: Erp,
    lease: CalendarLease,
    health: Health,
    stopped: threading.Event,
    troubles: CalendarTroubles,
) -> CalendarLoop:
    seconds = calendar_keys_of(boxes).calendar_seconds
    loop = CalendarLoop(
        lambda: open_calendar(boxes, erp, lease.hold), lease, seconds, health, stopped
    )
    loop.troubles = troubles
    return loop
