"""A service's loop: messages of a queue go through a stage, and what it makes goes on.

Nothing is acknowledged before what came of it is confirmed further on, so a crash anywhere gives
the message again. What becomes of it (architecture, "Errors and dispositions"):

- handled: its outputs are published and confirmed, then it is acknowledged;
- something outside is away: it is *given back* - published anew to the end of its queue, so that
  no delivery is counted against it - and the service pauses (F40);
- it can never work: it goes to the dead letters at once, with the reason;
- an unexpected error: it rests in the retry queues, then goes to the dead letters.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

import structlog

from shared import metrics
from shared.broker.letters import Delivery, Letter
from shared.broker.port import Handled, Message
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.link import Link
from shared.broker.sender import Sender
from shared.broker.topology import RETRY_SECONDS, dead_queue, retry_queue
from shared.errors import ContractError, TransientError
from shared.health import Health
from shared.retry import Backoff
from shared.runner import Stage, handle_batch

In = TypeVar("In", bound=Message)
Out = TypeVar("Out", bound=Message)

BROKER, DATABASE = "broker", "database"

_WAIT_SECONDS = 0.5
_SUSPECT_DEATHS = 3
"""Consumers that died with a message in hand before it is handled alone (F14)."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Flow(Generic[In, Out]):
    """What a worker does.

    Attributes:
        queue: The work queue it reads.
        stage: Handles batches.
        read: A letter's message; raises `ContractError`.
        next_queue: Where the outputs go; None: nowhere.
        write: An output's letter.
        probe: Returns if everything outside the broker answers; raises `TransientError`.
        prefetch: Messages in hand at most: with what a message may weigh, this bounds memory.
        batch: Messages handled together at most.
        batch_bytes: Likewise, in bytes of their bodies.
    """

    queue: str
    stage: Stage[In, Out]
    read: Callable[[Letter], In]
    next_queue: str | None
    write: Callable[[Out], Letter] | None
    probe: Callable[[], None]
    prefetch: int = 100
    batch: int = 100
    batch_bytes: int = 8 * 1024 * 1024


class Worker(Generic[In, Out]):
    """Runs a flow until it is told to stop."""

    def __init__(
        self,
        flow: Flow[In, Out],
        address: BrokerAddress,
        health: Health,
        stopped: threading.Event,
        backoff: Backoff | None = None,
    ) -> None:
        """Take the flow, and what it runs in."""
        self._flow = flow
        self._service = flow.stage.name
        self._address = address
        self._health = health
        self._stopped = stopped
        self._backoff = backoff or Backoff()
        queues = [flow.queue, flow.next_queue] if flow.next_queue else [flow.queue]
        self._sender = Sender(address, queues)

    def run(self) -> None:
        """Work until stopped; a server that is away is waited for.

        Raises:
            CredentialsRefusedError: The broker refused us.
            ConfigurationError: Queues or address cannot work.
        """
        for part in (BROKER, DATABASE):
            self._health.expect(part)
        while not self._stopped.is_set():
            try:
                self._probe()
                self._session()
            except _AwayError as away:
                self._pause(DATABASE, away.cause)
            except TransientError as error:
                self._pause(BROKER, error)
        self._sender.close()

    def _probe(self) -> None:
        try:
            self._flow.probe()
        except TransientError as error:
            raise _AwayError(error) from None
        self._health.works(DATABASE)

    def _pause(self, part: str, error: TransientError) -> None:
        seconds = self._backoff.seconds(error.retry_after_seconds)
        _log.warning("waiting", part=part, reason=str(error), seconds=round(seconds, 1))
        self._health.waiting(part, str(error))
        self._health.beat(self._service)
        self._stopped.wait(seconds)

    def _session(self) -> None:
        """From connecting to a loss, a pause or the end."""
        self._sender.connect()
        link = Link(self._address)
        try:
            link.open()
            link.consume(self._flow.queue, self._flow.prefetch)
            self._health.works(BROKER)
            while not self._stopped.is_set():
                self._health.beat(self._service)
                self._take(link)
            self._give_back(link, link.stop_consuming())
        finally:
            link.close()

    def _take(self, link: Link) -> None:
        """Handle what came, group by group."""
        flow = self._flow
        deliveries = link.receive(flow.batch, flow.batch_bytes, _WAIT_SECONDS)
        if not deliveries:
            self._sender.connect()
            self._backoff.succeeded()
            return
        now, later = _apart(deliveries)
        self._give_back(link, later)
        for group in now:
            self._handle(link, group)
        self._backoff.succeeded()

    def _handle(self, link: Link, deliveries: Sequence[Delivery]) -> None:
        """Handle `deliveries`; acknowledge them when everything that came of them is confirmed."""
        try:
            letters = self._letters_from(deliveries)
        except _AwayError:
            self._give_back(link, [*deliveries, *link.stop_consuming()])
            raise
        self._send(link, letters)
        link.acknowledge(deliveries)

    def _letters_from(self, deliveries: Sequence[Delivery]) -> list[tuple[str, Letter]]:
        """What comes of `deliveries`, with the queue that each letter is for.

        Raises:
            _AwayError: Something that the stage needs is away.
        """
        outgoing: list[tuple[str, Letter]] = []
        letters: dict[UUID, Letter] = {}
        messages: list[In] = []
        for letter in (delivery.letter for delivery in deliveries):
            try:
                message = self._flow.read(letter)
            except ContractError as error:
                outgoing.append(self._dead(letter, str(error)))
            else:
                messages.append(message)
                letters[message.mail_id] = letter
        handled = self._handled(messages)
        if self._flow.next_queue and self._flow.write:
            queue, write = self._flow.next_queue, self._flow.write
            outgoing += [(queue, write(output)) for output in handled.outputs]
        outgoing += [self._dead(letters[one], why) for one, why in handled.refused.items()]
        outgoing += [self._later(letters[one], why) for one, why in handled.failed.items()]
        return outgoing

    def _handled(self, messages: Sequence[In]) -> Handled[Out]:
        if not messages:
            return Handled()
        begin = time.monotonic()
        try:
            handled = handle_batch(self._flow.stage, messages)
        except TransientError as error:
            raise _AwayError(error) from None
        metrics.handled(self._service, len(handled.outputs), time.monotonic() - begin)
        return handled

    def _dead(self, letter: Letter, reason: str) -> tuple[str, Letter]:
        metrics.came_otherwise(self._service, "dead_lettered")
        _log.error("dead letter", mail_id=letter.mail_id, reason=reason)
        return dead_queue(self._flow.queue), letter.dead(reason, datetime.now(UTC).isoformat())

    def _later(self, letter: Letter, reason: str) -> tuple[str, Letter]:
        if letter.tries >= len(RETRY_SECONDS):
            return self._dead(letter, f"{reason} ({letter.tries + 1} tries)")
        metrics.came_otherwise(self._service, "retried")
        return retry_queue(self._flow.queue, letter.tries + 1), letter.once_more()

    def _give_back(self, link: Link, deliveries: Sequence[Delivery]) -> None:
        """Publish `deliveries` to the end of their queue: no delivery is counted against them."""
        if deliveries:
            self._send(link, [(self._flow.queue, delivery.letter) for delivery in deliveries])
            link.acknowledge(deliveries)
            metrics.came_otherwise(self._service, "given_back", len(deliveries))

    def _send(self, link: Link, letters: Sequence[tuple[str, Letter]]) -> None:
        """Return when the broker has `letters`.

        While it takes none (F23, F33), what they came of stays in hand, uncounted.

        Raises:
            TransientError: What is in hand is lost too, or it is time to stop.
        """
        while letters:
            try:
                self._sender.send(letters)
                self._sender.flush()
            except TransientError as error:
                link.still_there()
                self._pause(BROKER, error)
                if self._stopped.is_set():
                    raise
            else:
                self._health.works(BROKER)
                return


class _AwayError(Exception):
    """Something that the stage needs is away."""

    def __init__(self, cause: TransientError) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _apart(
    deliveries: Sequence[Delivery],
) -> tuple[Sequence[Sequence[Delivery]], Sequence[Delivery]]:
    """Groups to handle now, and what had better come again without its neighbours.

    A message that consumers may have died of is handled alone, after the others; further ones
    come again, so that a death counts against one message alone.
    """
    suspects = [each for each in deliveries if each.deaths >= _SUSPECT_DEATHS]
    others = [each for each in deliveries if each.deaths < _SUSPECT_DEATHS]
    return [group for group in (others, suspects[:1]) if group], suspects[1:]
