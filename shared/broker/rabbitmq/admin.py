"""What is done at RabbitMQ outside the flow of mail: declare queues, count, handle dead letters."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pika
from pika import exceptions

from shared.broker.message import BrokerMessage
from shared.broker.rabbitmq.address import (
    BrokerAddress,
    may_not_declare,
    refused,
    refused_queue,
    unreachable,
)
from shared.broker.rabbitmq.properties import delivery_of, properties_of
from shared.broker.topology import EXCHANGE_TYPE, NOBODY, Queue
from shared.contracts.said import said
from shared.errors import CRMServiceError

_NOT_FOUND = 404
_BLOCKED_SECONDS = 5
"""An alarm is told at once to whoever publishes; nothing here is worth a longer wait."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """The state of a queue.

    Attributes:
        messages: Waiting, not counting those in a consumer's hand.
        consumers: How many read it.
    """

    messages: int
    consumers: int


class Admin:
    """A connection for short work; open it with `administration`."""

    def __init__(self, address: BrokerAddress, connection: Any) -> None:  # noqa: ANN401 - pika has no types
        """Take an open connection."""
        self._address = address
        self._connection = connection

    def declare(self, queues: Sequence[Queue]) -> None:
        """Make `queues` and their exchanges unless they are there; without the right, look.

        Raises:
            ConfigurationError: One is there with other arguments (F-26).
            AwayError: One is missing and may not be made, or the broker has gone.
        """
        for queue in queues:
            try:
                self._declare(queue, passive=False)
                self._bind(queue.name)
            except exceptions.ChannelClosedByBroker as error:
                if not may_not_declare(error):
                    raise refused_queue(self._address, queue.name, error) from None
                if self.state(queue.name) is None or not self._has_exchange(queue.name):
                    raise unreachable(
                        said(
                            "{address} lacks the queue or the exchange {name} and gives this user "
                            "no right to make them; load the definitions, or start a service that "
                            "may",
                            address=self._address,
                            name=queue.name,
                        )
                    ) from None

    def state(self, queue: str) -> QueueState | None:
        """Return the state of `queue`; None if there is none."""
        try:
            found = self._declare(Queue(queue), passive=True)
        except exceptions.ChannelClosedByBroker as error:
            if error.reply_code == _NOT_FOUND:
                return None
            raise refused_queue(self._address, queue, error) from None
        return QueueState(found.method.message_count, found.method.consumer_count)

    def takes_messages(self) -> None:
        """Return if the broker takes a message; this one goes nowhere.

        Raises:
            AwayError: It takes none: an alarm of memory or disk lasts (F-23), or it has gone.
        """
        if not self._has_exchange(NOBODY):
            with suppress(exceptions.ChannelClosedByBroker):
                self._connection.channel().exchange_declare(NOBODY, EXCHANGE_TYPE, durable=True)
        channel = self._connection.channel()
        try:
            channel.confirm_delivery()
            channel.basic_publish(NOBODY, "", b"")
            channel.close()
        except exceptions.ChannelClosedByBroker as error:
            # A user without the right to publish there learns nothing of alarms.
            if not (may_not_declare(error) or error.reply_code == _NOT_FOUND):
                raise refused(self._address, error) from None

    def browse(
        self, queue: str, act: Callable[[BrokerMessage], Sequence[tuple[str, BrokerMessage]] | None]
    ) -> int:
        """Show each message that is in `queue` now to `act`, oldest first.

        Args:
            queue: A queue without consumers, as that of dead letters.
            act: Returns None to leave the message where it is; else what is published in its place,
                which may be nothing: then it leaves the queue.

        Returns:
            How many left.
        """
        state = self.state(queue)
        if state is None:
            return 0
        left = 0
        channel = self._connection.channel()
        channel.confirm_delivery()
        for _ in range(state.messages):
            # Unacknowledged ones go back, in their places, when the channel closes.
            method, properties, body = channel.basic_get(queue)
            if method is None:
                break
            delivery = delivery_of(method.delivery_tag, properties, body)
            replacements = act(delivery.message)
            if replacements is None:
                continue
            for target, message in replacements:
                self._publish(channel, target, message)
            channel.basic_ack(delivery.tag)
            left += 1
        channel.close()
        return left

    def _publish(self, channel: Any, queue: str, message: BrokerMessage) -> None:  # noqa: ANN401 - pika has no types
        try:
            channel.basic_publish(
                queue, queue, message.body, properties_of(message), mandatory=True
            )
        except (exceptions.UnroutableError, exceptions.NackError):
            raise unreachable(
                said(
                    "{address} did not take a message for {queue}",
                    address=self._address,
                    queue=queue,
                )
            ) from None

    def _bind(self, name: str) -> None:
        channel = self._connection.channel()
        channel.exchange_declare(name, EXCHANGE_TYPE, durable=True)
        channel.queue_bind(name, name)
        channel.close()

    def _has_exchange(self, name: str) -> bool:
        channel = self._connection.channel()
        try:
            channel.exchange_declare(name, EXCHANGE_TYPE, passive=True)
        except exceptions.ChannelClosedByBroker as error:
            if error.reply_code == _NOT_FOUND:
                return False
            raise refused(self._address, error) from None
        channel.close()
        return True

    def _declare(self, queue: Queue, *, passive: bool) -> Any:  # noqa: ANN401 - pika has no types
        channel = self._connection.channel()
        found = channel.queue_declare(
            queue.name, passive=passive, durable=True, arguments=dict(queue.arguments)
        )
        channel.close()
        return found


@contextmanager
def administration(address: BrokerAddress) -> Iterator[Admin]:
    """Open an `Admin` for the length of the block.

    Raises:
        AwayError: The broker is unreachable, or went away meanwhile.
        CredentialsRefusedError: It refused name, password or virtual host.
        ConfigurationError: The address cannot work.
    """
    connection = None
    try:
        parameters = address.parameters()
        parameters.blocked_connection_timeout = _BLOCKED_SECONDS
        connection = pika.BlockingConnection(parameters)
        yield Admin(address, connection)
    except CRMServiceError:
        raise
    except (exceptions.AMQPError, OSError) as error:
        raise refused(address, error) from None
    finally:
        if connection is not None and connection.is_open:
            connection.close()
