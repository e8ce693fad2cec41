"""The transport's port over RabbitMQ: what a stage makes goes to one queue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.broker.message import BrokerMessage
from shared.broker.port import Message, Receipt
from shared.broker.sender import Sender

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class BrokerPublisher(Generic[M]):
    """A `Publisher` to one queue.

    Attributes:
        sender: The connection.
        queue: The work queue.
        to_broker: Writes a message as the broker carries it.
    """

    sender: Sender
    queue: str
    to_broker: Callable[[M], BrokerMessage]

    def publish(self, batch: Sequence[M]) -> None:
        """Send `batch`.

        Raises:
            TransientError: The broker is unreachable; nothing since the last flush counts as taken.
        """
        self.sender.send([(self.queue, self.to_broker(message)) for message in batch])

    def flush(self) -> Receipt:
        """Return when the broker has confirmed everything; it refuses no single mail.

        Raises:
            TransientError: It has not; nothing since the last flush counts as taken.
        """
        self.sender.flush()
        return Receipt()
