"""Small messages from a queue of their own: received, acted upon, acknowledged.

They have neither tries nor dead letters: acting upon one twice does no harm, and whoever receives
them notes them before they are acknowledged.
"""

from shared.broker.message import BrokerMessage, Delivery
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import administration
from shared.broker.rabbitmq.connection import BrokerConnection
from shared.broker.topology import Queue
from shared.errors import CRMServiceError

_MOST = 1000
_MOST_BYTES = 8 * 1024 * 1024


class Inbox:
    """Receives over a connection that is opened when needed, and anew after a loss.

    Not for several threads at a time.
    """

    def __init__(self, address: BrokerAddress, queue: Queue) -> None:
        """Take the broker, and the queue, which is declared on every connection."""
        self._address = address
        self._queue = queue
        self._connection: BrokerConnection | None = None
        self._arrived: list[Delivery] = []
        self._shown: list[Delivery] = []

    def has_news(self) -> bool:
        """Return whether messages have arrived over the present connection. Never raises."""
        try:
            if self._connection is not None:
                self._look(self._connection, 0.0)
        except CRMServiceError:
            # The next `receive` tells.
            return False
        return bool(self._arrived)

    def receive(self, seconds: float = 0.0) -> list[BrokerMessage]:
        """Return what has arrived and was not acknowledged yet; wait up to `seconds` for some.

        Raises:
            TransientError: The broker is unreachable; what was not acknowledged comes again.
            CredentialsRefusedError: It refused us.
            ConfigurationError: The queue is there with other arguments.
        """
        try:
            if self._connection is None:
                self._connection = self._opened()
            self._look(self._connection, seconds)
        except CRMServiceError:
            self.close()
            raise
        self._shown += self._arrived
        self._arrived = []
        return [delivery.message for delivery in self._shown]

    def done(self) -> None:
        """Acknowledge what `receive` has returned. Never raises."""
        shown, self._shown = self._shown, []
        if self._connection is not None and shown:
            self._connection.acknowledge(shown)

    def close(self) -> None:
        """Close the connection; what was not acknowledged comes again. Never raises."""
        connection, self._connection = self._connection, None
        self._arrived, self._shown = [], []
        if connection is not None:
            connection.close()

    def _look(self, connection: BrokerConnection, seconds: float) -> None:
        while some := connection.receive(_MOST, _MOST_BYTES, seconds):
            self._arrived += some
            seconds = 0.0

    def _opened(self) -> BrokerConnection:
        with administration(self._address) as admin:
            admin.declare([self._queue])
        connection = BrokerConnection(self._address)
        try:
            connection.open()
            connection.consume(self._queue.name, _MOST)
        except CRMServiceError:
            connection.close()
            raise
        return connection
