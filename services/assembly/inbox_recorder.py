"""Small messages from a queue of their own to the database, until stopped (behaviours O-2, O-4)."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared import metrics
from shared.broker.inbox import Inbox
from shared.broker.message import BrokerMessage
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.topology import Queue
from shared.errors import ContractError, CRMServiceError
from shared.log import Logger
from shared.retry import Backoff

Told = TypeVar("Told")

_WAIT_SECONDS = 1.0

_log = Logger()


@dataclass(frozen=True, slots=True)
class InboxRecorder(Generic[Told]):
    """Records what is told; what is unreachable is waited for, and no mail waits for that.

    Attributes:
        part: What it is, in the log and in the metrics.
        queue: Where it is told.
        read: Returns what a message tells; raises `ContractError`.
        record: Writes it down; doing so twice does no harm.
    """

    part: str
    queue: Queue
    read: Callable[[BrokerMessage], Told]
    record: Callable[[Sequence[Told]], None]

    def run(self, address: BrokerAddress, stopped: threading.Event) -> None:
        """Record until stopped."""
        inbox, backoff = Inbox(address, self.queue), Backoff()
        while not stopped.is_set():
            try:
                told = self._told(inbox.receive(_WAIT_SECONDS))
                if told:
                    self.record(told)
                inbox.done()
            except CRMServiceError as error:
                seconds = backoff.seconds()
                _log.warning(
                    "waiting", part=self.part, reason=str(error), seconds=round(seconds, 1)
                )
                metrics.part(self.part, ready=False)
                inbox.close()
                stopped.wait(seconds)
            else:
                backoff.succeeded()
                metrics.part(self.part, ready=True)
        inbox.close()

    def _told(self, messages: Sequence[BrokerMessage]) -> list[Told]:
        told = []
        for message in messages:
            try:
                told.append(self.read(message))
            except ContractError as error:
                _log.error("message passed over", reason=str(error))
        return told
