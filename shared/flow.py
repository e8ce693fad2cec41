"""What a service does with the messages of its queue, and what becomes of each (architecture)."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from shared import metrics
from shared.broker.dead_letter_notes import told_of
from shared.broker.message import BrokerMessage
from shared.broker.port import Handled, Message
from shared.broker.topology import RETRY_SECONDS, Queue, dead_queue, queues_of, retry_queue
from shared.errors import ContractError, PermanentError
from shared.log import Logger
from shared.runner import Probe, Stage, handle_batch

In = TypeVar("In", bound=Message)
Out = TypeVar("Out", bound=Message)

Addressed = tuple[str, BrokerMessage]
"""A message with the queue that it is for."""

_log = Logger()


@dataclass(frozen=True, slots=True)
class Outlet(Generic[Out]):
    """Where the outputs of a stage go.

    Attributes:
        queues: They are declared before anything is sent.
        addressed: An output's messages with their queues; none: it goes nowhere. It raises
            `PermanentError` where there can be no message.
    """

    queues: Sequence[Queue]
    addressed: Callable[[Out], Sequence[Addressed]]


def into(work_queue: str, write: Callable[[Out], BrokerMessage]) -> Outlet[Out]:
    """Let everything go to one work queue, as the message that `write` makes of it."""
    return Outlet(queues_of(work_queue), lambda output: [(work_queue, write(output))])


def both(one: Outlet[Out], other: Outlet[Out]) -> Outlet[Out]:
    """Let everything go where each of two outlets lets it go."""
    queues = [*one.queues, *other.queues]
    return Outlet(queues, lambda output: [*one.addressed(output), *other.addressed(output)])


@dataclass(frozen=True, slots=True)
class Flow(Generic[In, Out]):
    """What a worker does.

    Attributes:
        queue: The work queue it reads.
        stage: Handles batches.
        read: A message's message; raises `ContractError`.
        outlet: Where the outputs go.
        probe: Returns if everything outside the broker answers; raises `TransientError`.
        prefetch: Messages in hand at most: with what a message may weigh, this bounds memory.
        batch: Messages handled together at most.
        batch_bytes: What they weigh together at most, be it in their bodies, in the backup, or
            compressed.
        probe_seconds: How often the probe is asked while nothing comes.
    """

    queue: str
    stage: Stage[In, Out]
    read: Callable[[BrokerMessage], In]
    outlet: Outlet[Out]
    probe: Probe
    prefetch: int = 100
    batch: int = 100
    batch_bytes: int = 8 * 1024 * 1024
    probe_seconds: float = 15.0

    def outcome(self, broker_messages: Sequence[BrokerMessage]) -> list[Addressed]:
        """Return what comes of `messages`: outputs, dead letters, and what rests for a further try.

        Raises:
            TransientError: Something that the stage needs is unreachable.
        """
        addressed: list[Addressed] = []
        by_mail: dict[UUID, BrokerMessage] = {}
        messages: list[In] = []
        for broker_message in broker_messages:
            try:
                message = self.read(broker_message)
            except ContractError as error:
                addressed += self.dead(broker_message, str(error))
            else:
                messages.append(message)
                by_mail[message.mail_id] = broker_message
        handled = self._handled(messages)
        addressed += self._onward(handled.outputs, by_mail)
        for one, why in handled.refused.items():
            addressed += self.dead(by_mail[one], why)
        for reason, mails in (
            ("unexpected_error", handled.failed),
            ("may_pass", handled.postponed),
        ):
            for one, why in mails.items():
                addressed += self._later(by_mail[one], why, reason)
        return addressed

    def dead(self, broker_message: BrokerMessage, reason: str) -> list[Addressed]:
        """Return a message as a dead one, and what is told of it to the writer."""
        metrics.came_otherwise(self.stage.name, "dead_lettered")
        now = datetime.now(UTC)
        dead = broker_message.dead(reason, now.isoformat())
        _log.error("dead letter", mail_id=broker_message.mail_id, reason=reason)
        return [(dead_queue(self.queue), dead), *told_of(self.queue, dead, now)]

    def _handled(self, messages: Sequence[In]) -> Handled[Out]:
        if not messages:
            return Handled()
        begin = time.monotonic()
        handled = handle_batch(self.stage, messages, self.probe)
        metrics.handled(self.stage.name, len(handled.outputs), time.monotonic() - begin)
        return handled

    def _onward(
        self, outputs: Sequence[Out], by_mail: dict[UUID, BrokerMessage]
    ) -> list[Addressed]:
        onward: list[Addressed] = []
        for output in outputs:
            try:
                onward += self.outlet.addressed(output)
            except PermanentError as error:
                onward += self.dead(by_mail[output.mail_id], str(error))
        return onward

    def _later(self, broker_message: BrokerMessage, why: str, reason: str) -> list[Addressed]:
        if broker_message.tries >= len(RETRY_SECONDS):
            return self.dead(broker_message, f"{why} ({broker_message.tries + 1} tries)")
        metrics.retried(self.stage.name, reason)
        return [(retry_queue(self.queue, broker_message.tries + 1), broker_message.once_more())]
