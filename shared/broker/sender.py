"""Letters to RabbitMQ: a connection that is made when needed, and made again after a loss."""

from collections.abc import Callable, Sequence

from shared.broker.letters import BrokerMessage
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import administration
from shared.broker.rabbitmq.link import BrokerConnection
from shared.broker.topology import queues_of
from shared.errors import CRMServiceError


class Sender:
    """Sends letters with confirms in flight. Not for several threads at a time."""

    def __init__(
        self, address: BrokerAddress, work_queues: Sequence[str], lease: str | None = None
    ) -> None:
        """Take the broker.

        Args:
            address: Where it is.
            work_queues: Are declared, with what belongs to them, on every connection.
            lease: A queue to hold as long as the connection lasts: no other process that asks
                for the same lease sends anything meanwhile.
        """
        self._address = address
        self._queues = [queue for name in work_queues for queue in queues_of(name)]
        self._lease = lease
        self._link: BrokerConnection | None = None

    def connect(self) -> None:
        """Return with a connection that works, and with the lease if there is one.

        Raises:
            HeldElsewhereError: Another process has the lease.
            TransientError: The broker is away.
            CredentialsRefusedError: It refused us.
            ConfigurationError: A queue is there with other arguments.
        """
        self._using(BrokerConnection.still_there)

    def send(self, letters: Sequence[tuple[str, BrokerMessage]]) -> None:
        """Send letters to the queues they stand with; `flush` tells whether they were taken.

        Raises:
            TransientError: As for `connect`; nothing since the last flush counts as taken.
        """
        self._using(lambda link: link.publish(letters))

    def flush(self) -> None:
        """Return when the broker has confirmed everything.

        Raises:
            TransientError: It has not; nothing since the last flush counts as taken.
        """
        if self._link is not None:
            self._using(BrokerConnection.flush)

    def close(self) -> None:
        """Close the connection. Never raises."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _using(self, work: Callable[[BrokerConnection], None]) -> None:
        try:
            if self._link is None:
                self._link = self._opened()
            work(self._link)
        except CRMServiceError:
            # What was sent over it counts as not taken, so the next use begins anew.
            self.close()
            raise

    def _opened(self) -> BrokerConnection:
        with administration(self._address) as admin:
            admin.declare(self._queues)
        link = BrokerConnection(self._address)
        try:
            link.open()
            if self._lease:
                link.hold(self._lease)
        except CRMServiceError:
            link.close()
            raise
        return link
