"""A service's loop: messages of a queue go through a stage, and what it makes goes on.

Nothing is acknowledged before what came of it is confirmed further on, so a crash anywhere gives
the message again. What becomes of it (architecture, "Errors and dispositions"):

- handled: its outputs are published and confirmed, then it is acknowledged;
- something outside is away: it is *given back* - published anew to the end of its queue, so that
  no delivery is counted against it - and the service pauses (F-40);
- it can never work: it goes to the dead letters at once, with the reason;
- an unexpected error, or one that may pass and comes while everything outside works: it rests in
  the retry queues, then goes to the dead letters;
- consumers die of it: it is handled with nothing else in hand, so that it alone is
  counted, then goes to the dead letters (F-14, F-15).
"""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Generic

from shared import metrics
from shared.batching import batched
from shared.broker.message import Delivery
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.connection import BrokerConnection
from shared.broker.sender import Sender
from shared.broker.topology import dead_letter_notes_queue, queues_of
from shared.errors import AwayError, TransientError
from shared.flow import Addressed, Flow, In, Out
from shared.health.state import Health
from shared.log import Logger
from shared.retry import Backoff
from shared.runner import ask

__all__ = ["BROKER", "DATABASE", "Flow", "In", "Out", "Worker"]

BROKER, DATABASE = "broker", "database"

_WAIT_SECONDS = 0.5
_SUSPECT_FROM = 3
"""Consumers that died with a message in hand before it is handled alone (F-14)."""

_DEAD_FROM = 5
"""Consumers that died with it alone in hand before it is a dead letter (F-15)."""

_AT_A_TIME = 25
"""Messages acknowledged at a time while one before them stays in hand: told singly, and of very
many single ones just before the end of a connection a quorum queue drops some."""

_ANY_WEIGHT = sys.maxsize

_log = Logger()


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
        self._away: set[str] = set()
        self._probed_at = 0.0
        queues = [*queues_of(flow.queue), dead_letter_notes_queue(), *flow.outlet.queues]
        self._sender = Sender(address, queues)

    def run(self) -> None:
        """Work until stopped; a server that is unreachable is waited for.

        Raises:
            CredentialsRefusedError: The broker refused us.
            ConfigurationError: Queues or address cannot work, or the database does not fit.
        """
        for part in (BROKER, DATABASE):
            self._health.expect(part)
        while not self._stopped.is_set():
            try:
                self._probe()
                self._session()
            except _StageError as error:
                self._wait_for(error.cause)
            except TransientError as error:
                self._pause(BROKER, error)
        self._sender.close()

    def _probe(self) -> None:
        self._health.asked(DATABASE)
        try:
            ask(self._flow.probe)
        except TransientError as error:
            raise _StageError(error) from None
        self._probed_at = time.monotonic()
        self._health.works(DATABASE)

    def _look_while_idle(self) -> None:
        """Ask without waiting for a mail that would find out."""
        self._sender.connect()
        late = time.monotonic() - self._probed_at >= self._flow.probe_seconds
        if late and not self._stopped.is_set():
            self._probe()

    def _wait_for(self, error: TransientError) -> None:
        """Wait until what the stage needs is reachable again."""
        part = error.part if isinstance(error, AwayError) else DATABASE
        self._away.add(part)
        self._pause(part, error)

    def _pause(self, part: str, error: TransientError) -> None:
        seconds = self._backoff.seconds(error.retry_after_seconds)
        _log.warning("waiting", part=part, reason=str(error), seconds=round(seconds, 1))
        self._health.waiting(part, str(error))
        self._health.beat(self._service)
        self._stopped.wait(seconds)

    def _session(self) -> None:
        """Work from connecting to a loss, a pause or the end."""
        self._sender.connect()
        connection = BrokerConnection(self._address)
        try:
            connection.open()
            connection.consume(self._flow.queue, self._flow.prefetch)
            self._health.works(BROKER)
            while not self._stopped.is_set():
                self._health.beat(self._service)
                self._take(connection)
            self._give_all_back(connection)
        finally:
            connection.close()

    def _take(self, connection: BrokerConnection) -> None:
        """Handle what came."""
        flow = self._flow
        deliveries = connection.receive(flow.batch, flow.batch_bytes, _WAIT_SECONDS)
        try:
            if any(map(_is_suspect, deliveries)):
                self._take_apart(connection)
            elif deliveries:
                self._handle(connection, deliveries)
            else:
                self._look_while_idle()
        except _StageError:
            self._give_all_back(connection)
            raise
        self._backoff.succeeded()

    def _take_apart(self, connection: BrokerConnection) -> None:
        """Handle a message that consumers may have died of when nothing else is in hand.

        All others are handled before it. Further suspects come again, marked: their turn comes,
        and a death counts against one message alone.
        """
        connection.stop_consuming()
        suspects = [each for each in connection.in_hand() if _is_suspect(each)]
        alone = [each for each in suspects if each.message.suspect][:1]
        for some in _together([each for each in suspects if each not in alone], _ANY_WEIGHT):
            self._give_back(connection, some, suspected=True)
        others = [each for each in connection.in_hand() if each not in alone]
        for some in _together(others, self._flow.batch_bytes):
            self._handle(connection, some)
        for delivery in alone:
            self._handle_alone(connection, delivery)
        connection.consume(self._flow.queue, self._flow.prefetch)

    def _handle_alone(self, connection: BrokerConnection, delivery: Delivery) -> None:
        if delivery.delivery_count < _DEAD_FROM:
            _log.warning(
                "handled alone",
                mail_id=delivery.message.mail_id,
                delivery_count=delivery.delivery_count,
            )
            self._handle(connection, [delivery])
            return
        reason = f"{delivery.delivery_count} consumers died while they handled this mail alone"
        self._send(connection, self._flow.dead(delivery.message, reason))
        _done(connection, [delivery])

    def _handle(self, connection: BrokerConnection, deliveries: Sequence[Delivery]) -> None:
        """Handle `deliveries`; acknowledge them when everything that came of them is confirmed.

        Raises:
            _StageError: Something that the stage needs is unreachable.
        """
        try:
            messages = self._flow.outcome([delivery.message for delivery in deliveries])
        except TransientError as error:
            raise _StageError(error) from None
        while self._away:
            self._health.works(self._away.pop())
        self._send(connection, messages)
        _done(connection, deliveries)

    def _give_all_back(self, connection: BrokerConnection) -> None:
        connection.stop_consuming()
        self._give_back(connection, connection.in_hand())

    def _give_back(
        self,
        connection: BrokerConnection,
        deliveries: Sequence[Delivery],
        *,
        suspected: bool = False,
    ) -> None:
        """Publish `deliveries` to the end of their queue: no delivery is counted against them."""
        if not deliveries:
            return
        messages = [delivery.message for delivery in deliveries]
        if suspected:
            messages = [message.suspected() for message in messages]
        self._send(connection, [(self._flow.queue, message) for message in messages])
        _done(connection, deliveries)
        metrics.came_otherwise(self._service, "given_back", len(deliveries))

    def _send(self, connection: BrokerConnection, messages: Sequence[Addressed]) -> None:
        """Return when the broker has `messages`.

        While it takes none (F-23, F-33), what they came of stays in hand, uncounted.

        Raises:
            TransientError: What is in hand is lost too, or it is time to stop.
        """
        while messages:
            try:
                self._sender.send(messages)
                self._sender.flush()
            except TransientError as error:
                connection.still_there()
                self._pause(BROKER, error)
                if self._stopped.is_set():
                    raise
            else:
                self._health.works(BROKER)
                return


class _StageError(Exception):
    """Something that the stage needs is unreachable."""

    def __init__(self, cause: TransientError) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _done(connection: BrokerConnection, deliveries: Sequence[Delivery]) -> None:
    """Return when the broker knows: whatever the next message does to us, these are done."""
    connection.acknowledge(deliveries)
    connection.settle()


def _is_suspect(delivery: Delivery) -> bool:
    return delivery.message.suspect or delivery.delivery_count >= _SUSPECT_FROM


def _together(deliveries: Sequence[Delivery], most_bytes: int) -> Iterator[list[Delivery]]:
    """Yield `deliveries` in groups that are acknowledged at a time."""
    return batched(deliveries, lambda each: each.message.weight, _AT_A_TIME, most_bytes)
