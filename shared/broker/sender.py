"""Messages to RabbitMQ: a connection that is made when needed, and made again after a loss."""

from collections.abc import Callable, Sequence

from shared.broker.message import BrokerMessage
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import administration
from shared.broker.rabbitmq.connection import BrokerConnection
from shared.broker.topology import Queue
from shared.errors import CRMServiceError


class Sender:
    """Sends messages with confirms in flight. Not for several threads at a time."""

    def __init__(
        self, address: BrokerAddress, queues: Sequence[Queue], lease: str | None = None
    ) -> None:
        """Take the broker.

        Args:
            address: Where it is.
            queues: Are declared on every connection.
            lease: A queue to hold as long as the connection lasts: no other process that asks
                for the same lease sends anything meanwhile.
        """
        self._address = address
        self._queues = queues
        self._lease = lease
        self._connection: BrokerConnection | None = None

    def connect(self) -> None:
        """Return with a connection that works, and with the lease if there is one.

        Raises:
            HeldElsewhereError: Another process has the lease.
            TransientError: The broker is unreachable.
            CredentialsRefusedError: It refused us.
            ConfigurationError: A queue is there with other arguments.
        """
        self._using(BrokerConnection.still_there)

    def send(self, messages: Sequence[tuple[str, BrokerMessage]]) -> None:
        """Send messages to the queues they stand with; `flush` tells whether they were taken.

        Raises:
            TransientError: As for `connect`; nothing since the last flush counts as taken.
        """
        self._using(lambda connection: connection.publish(messages))

    def flush(self) -> None:
        """Return when the broker has confirmed everything.

        Raises:
            TransientError: It has not; nothing since the last flush counts as taken.
        """
        if self._connection is not None:
            self._using(BrokerConnection.flush)

    def close(self) -> None:
        """Close the connection. Never raises."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _using(self, work: Callable[[BrokerConnection], None]) -> None:
        try:
            if self._connection is None:
                self._connection = self._opened()
            work(self._connection)
        except CRMServiceError:
            # What was sent over it counts as not taken, so the next use begins anew.
            self.close()
            raise

    def _opened(self) -> BrokerConnection:
        with administration(self._address) as admin:
            admin.declare(self._queues)
        connection = BrokerConnection(self._address)
        try:
            connection.open()
            if self._lease:
                connection.hold(self._lease)
        except CRMServiceError:
            connection.close()
            raise
        return connection
