"""A connection to RabbitMQ with a thread of its own, so heartbeats go on whatever we do (F-22).

A connection is opened once. When anything happens to it - the broker goes away, a channel is
closed, a queue vanishes - it is *lost*: every use raises, and its owner opens another. Tags of a
lost connection mean nothing any more, so none is ever used twice (F-21).
"""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pika
from pika import exceptions

from shared.broker.message import BrokerMessage, Delivery
from shared.broker.rabbitmq.address import BrokerAddress, refused, refused_queue, unreachable
from shared.broker.rabbitmq.confirms import Confirms
from shared.broker.rabbitmq.properties import delivery_of, properties_of
from shared.broker.rabbitmq.unacked import Unacked
from shared.contracts.said import Said, said
from shared.errors import AwayError, CRMServiceError

_OPEN_SECONDS = 25.0
_CONFIRM_SECONDS = 60.0
_CLOSE_SECONDS = 5.0
_QUIET_SECONDS = 0.1


class BrokerConnection:
    """Publishes with confirms in flight, consumes, and never blocks the broker's heartbeats."""

    def __init__(self, address: BrokerAddress) -> None:
        """Take where the broker is; `open` connects."""
        self._address = address
        self._changed = threading.Condition()
        self._lost: CRMServiceError | None = None
        self._asked_for = ""
        self._consumer = ""
        self._done = 0
        self._unacked = Unacked()
        self._confirms = Confirms()
        self._connection: Any = None
        self._channel: Any = None
        self._thread: threading.Thread | None = None
        self._ended = False

    def open(self) -> None:
        """Connect.

        Raises:
            AwayError: The broker is unreachable.
            CredentialsRefusedError: It refused name, password or virtual host.
            ConfigurationError: The address cannot work.
        """
        self._connection = pika.SelectConnection(
            self._address.parameters(),
            on_open_callback=self._on_open,
            on_open_error_callback=self._on_end,
            on_close_callback=self._on_end,
        )
        self._thread = threading.Thread(target=self._run, name="rabbitmq", daemon=True)
        self._thread.start()
        self._wait(lambda: self._done > 0, _OPEN_SECONDS, said("an open connection"))

    def publish(self, messages: Sequence[tuple[str, BrokerMessage]]) -> None:
        """Send messages to queues; `flush` tells what became of them.

        Raises:
            AwayError: The connection is lost.
        """
        with self._changed:
            self.still_there()
            self._confirms.outstanding += len(messages)
        self._soon(lambda: self._publish(messages))

    def flush(self) -> None:
        """Return when the broker has confirmed everything that was published.

        Raises:
            AwayError: The broker refused something (F-33, F-26), or the connection is lost.
                Everything since the last flush counts as not taken.
        """
        try:
            self._wait(lambda: not self._confirms.outstanding, _CONFIRM_SECONDS, said("confirms"))
        except AwayError:
            self.close()
            raise
        with self._changed:
            refusals = self._confirms.take_refusals()
        if refusals:
            raise self._unusable(said("messages not taken, the first for {name}", name=refusals[0]))

    def consume(self, queue: str, prefetch: int) -> None:
        """Begin to receive from `queue`, at most `prefetch` unacknowledged messages at a time.

        Raises:
            AwayError: The queue is missing, or the connection is lost.
            CredentialsRefusedError: This user may not read it.
        """
        self._ask(lambda: self._consume(queue, prefetch, exclusive=False), queue)

    def hold(self, queue: str) -> None:
        """Become the one consumer of `queue`, made if missing; lasts as long as the connection.

        Raises:
            HeldElsewhereError: Another connection holds it.
            AwayError: The connection is lost.
        """
        self._ask(lambda: self._hold(queue), queue)

    def receive(self, most: int, most_bytes: int, seconds: float) -> list[Delivery]:
        """Return what came, oldest first; waits up to `seconds` for the first one.

        Raises:
            AwayError: The connection is lost; what was in hand comes again.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._unacked or self._lost, seconds)
            self.still_there()
            return self._unacked.take(most, most_bytes)

    def stop_consuming(self) -> list[Delivery]:
        """Receive no more, until `consume`; return what is in hand and was not received yet.

        pika refuses what arrives after a cancellation, which counts as a delivery: so it waits
        until everything is here that the broker may have sent.

        Raises:
            AwayError: The connection is lost.
        """
        if self._consumer:
            self._all_arrived()
            consumer, self._consumer = self._consumer, ""
            self._ask(lambda: self._channel.basic_cancel(consumer, callback=self._step_done))
        with self._changed:
            return self._unacked.take_all()

    def in_hand(self) -> list[Delivery]:
        """Return everything that came and was not acknowledged, oldest first."""
        with self._changed:
            return self._unacked.held

    def settle(self) -> None:
        """Return when the broker has worked through every acknowledgement so far.

        Raises:
            AwayError: The connection is lost.
        """
        # What is answered in its turn behind them; it changes nothing for the present consumer.
        self._ask(lambda: self._channel.basic_qos(prefetch_count=1, callback=self._step_done))

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge `deliveries`."""
        with self._changed:
            self._unacked.done(deliveries)
        self._soon(lambda: self._acknowledge(deliveries))

    def _all_arrived(self) -> None:
        with self._changed:
            while not self._unacked.full and self._lost is None:
                more = partial(self._unacked.more_than, self._unacked.count)
                if not self._changed.wait_for(more, _QUIET_SECONDS):
                    return

    def still_there(self) -> None:
        """Return if the connection works.

        Raises:
            CRMServiceError: It is lost; the error says why.
        """
        with self._changed:
            if self._lost is not None:
                raise self._lost

    def close(self) -> None:
        """Close the connection; what was not acknowledged comes again. Never raises."""
        if self._thread is None:
            return
        self._lose(self._unusable(said("the connection is closed")))
        with self._changed:
            if not self._ended:
                self._connection.ioloop.add_callback_threadsafe(self._close)
        if self._thread is not threading.current_thread():
            self._thread.join(_CLOSE_SECONDS)

    # What follows runs in the connection's own thread, unless it begins with a lock.

    def _run(self) -> None:
        try:
            self._connection.ioloop.start()
        finally:
            self._lose(self._unusable(said("the connection has ended")))
            with self._changed:
                self._ended = True
            self._connection.ioloop.close()

    def _on_open(self, _connection: Any) -> None:  # noqa: ANN401 - pika has no types
        self._connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Any) -> None:  # noqa: ANN401 - pika has no types
        self._channel = channel
        channel.add_on_close_callback(self._on_channel_end)
        channel.add_on_cancel_callback(self._on_cancelled)
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(self._on_confirm, callback=self._step_done)

    def _on_end(self, _connection: object, reason: BaseException) -> None:
        self._lose(refused(self._address, reason))
        self._connection.ioloop.stop()

    def _on_channel_end(self, _channel: object, reason: BaseException) -> None:
        queue = self._asked_for
        where = self._address
        self._lose(refused_queue(where, queue, reason) if queue else refused(where, reason))
        self._close()

    def _on_cancelled(self, _frame: object) -> None:
        self._lose(self._unusable(said("the queue that was read has gone")))
        self._close()

    def _close(self) -> None:
        if self._connection.is_open:
            self._connection.close()
        elif not self._connection.is_closing:
            self._connection.ioloop.stop()

    def _consume(self, queue: str, prefetch: int, *, exclusive: bool) -> None:
        self._unacked.prefetch = prefetch
        self._channel.basic_qos(prefetch_count=prefetch)
        self._consumer = self._channel.basic_consume(
            queue, self._on_message, exclusive=exclusive, callback=self._step_done
        )

    def _hold(self, queue: str) -> None:
        consume = partial(self._consume, queue, 1, exclusive=True)
        self._channel.queue_declare(queue, durable=True, callback=lambda _: consume())

    def _on_message(self, _channel: object, method: Any, properties: Any, body: bytes) -> None:  # noqa: ANN401 - pika has no types
        with self._changed:
            self._unacked.put(delivery_of(method.delivery_tag, properties, bytes(body)))
            self._changed.notify_all()

    def _publish(self, messages: Sequence[tuple[str, BrokerMessage]]) -> None:
        for queue, message in messages:
            self._channel.basic_publish(
                queue, queue, message.body, properties_of(message), mandatory=True
            )
            self._confirms.sent(queue)

    def _acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        up_to, alone = self._unacked.acknowledgements(delivery.tag for delivery in deliveries)
        if up_to is not None:
            self._channel.basic_ack(up_to, multiple=True)
        for tag in alone:
            self._channel.basic_ack(tag)

    def _on_confirm(self, frame: Any) -> None:  # noqa: ANN401 - pika has no types
        method = frame.method
        taken = isinstance(method, pika.spec.Basic.Ack)
        with self._changed:
            self._confirms.answered(method.delivery_tag, multiple=method.multiple, taken=taken)
            self._changed.notify_all()

    def _on_return(self, _channel: object, method: Any, *_rest: object) -> None:  # noqa: ANN401 - pika has no types
        with self._changed:
            self._confirms.returned(method.routing_key)

    def _step_done(self, _frame: object) -> None:
        with self._changed:
            self._done += 1
            self._changed.notify_all()

    def _lose(self, why: CRMServiceError) -> None:
        with self._changed:
            self._lost = self._lost or why
            self._changed.notify_all()

    # And this in whichever thread uses the connection.

    def _ask(self, ask: Callable[[], None], queue: str = "") -> None:
        done = self._done
        self._asked_for = queue
        self._soon(ask)
        self._wait(lambda: self._done > done, _OPEN_SECONDS, said("the queue {queue}", queue=queue))
        self._asked_for = ""

    def _soon(self, work: Callable[[], None]) -> None:
        """Have `work` done by the connection's thread; does nothing when the connection is lost."""

        def guarded() -> None:
            try:
                work()
            except exceptions.AMQPError as error:
                self._lose(refused(self._address, error))

        with self._changed:
            if self._lost is None:
                self._connection.ioloop.add_callback_threadsafe(guarded)

    def _wait(self, condition: Callable[[], bool], seconds: float, what: Said) -> None:
        with self._changed:
            in_time = self._changed.wait_for(lambda: self._lost or condition(), seconds)
            self.still_there()
        if not in_time:
            raise self._unusable(said("no answer in {limit} s: {what}", limit=seconds, what=what))

    def _unusable(self, why: Said) -> AwayError:
        return unreachable(said("{address}: {why}", address=self._address, why=why))
