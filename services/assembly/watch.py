"""What a service looks at by itself, mail or not (behaviours O-3, INV-9).

A server that dies while nothing comes would be noticed by the next mail only. Each look has a
thread of its own, so one that hangs holds up no other, and none begins once the service stops.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from services.fetcher.failed import FailedMail
from shared import metrics
from shared.broker.rabbitmq.address import PART as BROKER
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import Admin, QueueState, administration
from shared.broker.topology import WORK_QUEUES, all_queues, dead_queue
from shared.errors import CRMServiceError, TransientError
from shared.health.state import Health
from shared.runner import Probe, ask
from shared.worker import DATABASE

EVERY_SECONDS = 15.0
"""How old the truth may be; also what keeps the heartbeats of a broker's connection going."""

FAILED = "failed"
"""What metrics and `dead-letters` call the dead letters of a process without a broker."""

_END_SECONDS = 2.0

Look = Callable[[], None]


@contextmanager
def looking(
    looks: Sequence[Look], stopped: threading.Event, every_seconds: float = EVERY_SECONDS
) -> Iterator[None]:
    """Look again and again for the length of the block, or until `stopped`."""

    def again_and_again(look: Look) -> None:
        while not stopped.is_set():
            look()
            stopped.wait(every_seconds)

    threads = [
        threading.Thread(target=again_and_again, args=(look,), name="look", daemon=True)
        for look in looks
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        end = time.monotonic() + _END_SECONDS
        for thread in threads:
            # One that hangs ends with the process.
            thread.join(max(0.0, end - time.monotonic()))


def data_look(data: Path) -> Look:
    """Return a look that measures the free space of the data folder."""

    def look() -> None:
        with suppress(OSError):
            found = shutil.disk_usage(data)
            metrics.data_space(found.free, found.total)

    return look


def failed_look(data: Path) -> Look:
    """Count the dead letters of a process without a broker."""
    metrics.expect_queues((), [FAILED])

    def look() -> None:
        with suppress(TransientError):
            metrics.dead_letters(FAILED, FailedMail(data).count())

    return look


def database_look(probe: Probe, health: Health) -> Look:
    """Return a look that asks the database whether it can be used."""

    def look() -> None:
        health.asked(DATABASE)
        try:
            ask(probe)
        except CRMServiceError as error:
            health.waiting(DATABASE, str(error))
        else:
            health.works(DATABASE)

    return look


def embedded_looks(data: Path, probe: Probe, health: Health) -> list[Look]:
    """Return what `run` looks at."""
    return [data_look(data), failed_look(data), database_look(probe, health)]


@dataclass(slots=True)
class BrokerLook:
    """Counts the queues over a connection that it keeps, and tells whether the broker works.

    Attributes:
        address: The broker.
        stopped: Ends the look.
        health: Is told; None where somebody else tells of the broker.
        every_seconds: Between two counts.
        clock: Seconds, for the age of what waits.
    """

    address: BrokerAddress
    stopped: threading.Event
    health: Health | None = None
    every_seconds: float = EVERY_SECONDS
    clock: Callable[[], float] = time.monotonic
    _empty_at: dict[str, float] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Nothing is known yet."""
        metrics.expect_queues(_WAITED_IN, _DEAD.values())

    def __call__(self) -> None:
        """Look until stopped, or until the connection is lost: then no number is known."""
        try:
            self._asked()
            with administration(self.address) as admin:
                while not self.stopped.is_set():
                    self._asked()
                    self._count_all(admin)
                    self.stopped.wait(self.every_seconds)
        except CRMServiceError as error:
            metrics.expect_queues(_WAITED_IN, _DEAD.values())
            if self.health:
                self.health.waiting(BROKER, str(error))

    def _asked(self) -> None:
        if self.health:
            self.health.asked(BROKER)

    def _count_all(self, admin: Admin) -> None:
        for queue in _WAITED_IN:
            self._tell(queue, admin.state(queue) or _NO_QUEUE)
        for dead, queue in _DEAD.items():
            metrics.dead_letters(queue, (admin.state(dead) or _NO_QUEUE).messages)
        if self.health:
            admin.takes_messages()
            self.health.works(BROKER)

    def _tell(self, queue: str, state: QueueState) -> None:
        now = self.clock()
        if not state.messages:
            self._empty_at[queue] = now
        since = self._empty_at.setdefault(queue, now)
        metrics.queue(queue, state.messages, state.consumers, now - since)


_NO_QUEUE = QueueState(0, 0)
_DEAD = {dead_queue(queue): queue for queue in WORK_QUEUES}
_WAITED_IN = tuple(queue.name for queue in all_queues() if queue.name not in _DEAD)
