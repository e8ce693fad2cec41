"""One suite for every implementation of the transport's port: within a process, and RabbitMQ."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from shared.broker.local import Collector, LocalTransport
from shared.broker.message import BrokerMessage
from shared.broker.port import Handled, Publisher
from shared.broker.publisher import BrokerPublisher
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.connection import BrokerConnection
from shared.broker.sender import Sender
from shared.broker.topology import CLASSIFIER_MAIL, queues_of
from shared.contracts.said import said
from shared.errors import TransientError
from tests.messages import AMessage
from tests.servers.rabbitmq import RabbitMQ


@dataclass
class Line:
    """A transport under test.

    Attributes:
        publisher: What is tested.
        arrived: The texts that have reached the other end so far.
        away: Makes the other end unable to take anything, until the block is left.
    """

    publisher: Publisher[AMessage]
    arrived: Callable[[], list[str]]
    away: Callable[[], AbstractContextManager[None]]


@dataclass
class LastStage:
    """A stage that remembers, and is away when told so."""

    is_away: bool = False
    seen: list[str] = field(default_factory=list)

    def handle(self, batch: Sequence[AMessage]) -> Handled[AMessage]:
        if self.is_away:
            raise TransientError(said("away"))
        self.seen += [message.text for message in batch]
        return Handled(list(batch))

    @contextmanager
    def away(self) -> Iterator[None]:
        self.is_away = True
        yield
        self.is_away = False


def _local() -> Line:
    last, end = LastStage(), Collector[AMessage]()
    first: LocalTransport[AMessage, AMessage] = LocalTransport(
        lambda batch: Handled(list(batch)), LocalTransport(last.handle, end)
    )
    return Line(first, lambda: last.seen, last.away)


def _to_broker(message: AMessage) -> BrokerMessage:
    return BrokerMessage(str(message.mail_id), "text/plain", message.text.encode())


@contextmanager
def _over_rabbitmq(node: RabbitMQ) -> Iterator[Line]:
    with node.vhost() as url:
        address = BrokerAddress(SecretStr(url))
        sender = Sender(address, queues_of(CLASSIFIER_MAIL))
        connection = BrokerConnection(address)
        sender.connect()
        connection.open()
        connection.consume(CLASSIFIER_MAIL, 100)
        seen: list[str] = []

        def arrived() -> list[str]:
            while deliveries := connection.receive(100, 10**6, 0.3):
                seen.extend(delivery.message.body.decode() for delivery in deliveries)
                connection.acknowledge(deliveries)
            return seen

        @contextmanager
        def away() -> Iterator[None]:
            vhost = url.rpartition("/")[2]
            policy = ["refuse", f"^{CLASSIFIER_MAIL}$", '{"max-length-bytes":0}']
            node.control("set_policy", "-p", vhost, "--apply-to", "queues", *policy)
            # A quorum queue takes a little more than its limit before it refuses.
            connection.stop_consuming()
            _fill(sender)
            yield
            node.control("clear_policy", "-p", vhost, "refuse")
            node.control("purge_queue", "-p", vhost, CLASSIFIER_MAIL)
            connection.consume(CLASSIFIER_MAIL, 100)

        yield Line(BrokerPublisher(sender, CLASSIFIER_MAIL, _to_broker), arrived, away)
        sender.close()
        connection.close()


def _fill(sender: Sender) -> None:
    broker_message = BrokerMessage("", "text/plain", b"x" * 1000)
    with suppress(TransientError):
        while True:
            sender.send([(CLASSIFIER_MAIL, broker_message)])
            sender.flush()


@pytest.fixture(params=["local", "rabbitmq"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    """A transport of each kind."""
    if request.param == "local":
        yield _local()
    else:
        with _over_rabbitmq(request.getfixturevalue("rabbitmq")) as over_rabbitmq:
            yield over_rabbitmq


def _publish(line: Line, text: str) -> None:
    line.publisher.publish([AMessage(text)])
    line.publisher.flush()


def test_what_is_published_reaches_the_other_end_in_order(line: Line) -> None:
    """I-6: after flush everything published is safe with the next stage, in order."""
    line.publisher.publish([AMessage("a"), AMessage("b")])
    line.publisher.publish([AMessage("c")])

    assert line.publisher.flush().refused == {}
    assert line.arrived() == ["a", "b", "c"]


def test_publishing_fails_while_nothing_is_taken_and_works_afterwards(line: Line) -> None:
    """I-6, F-33: what the next stage cannot take now is not taken; publishing again works."""
    with line.away(), pytest.raises(TransientError):
        _publish(line, "a")

    _publish(line, "a")

    assert line.arrived() == ["a"]


def test_an_empty_batch_is_no_work(line: Line) -> None:
    """I-6: nothing to publish needs nobody."""
    with line.away():
        line.publisher.publish([])
        assert line.publisher.flush().refused == {}


def test_the_receipt_names_what_was_refused_on_the_way() -> None:
    """I-6: within one process a refused mail is in the receipt of its flush, and only there."""
    bad = AMessage("bad").mail_id
    transport: LocalTransport[AMessage, AMessage] = LocalTransport(
        lambda batch: Handled([], {message.mail_id: "why" for message in batch}), Collector()
    )

    transport.publish([AMessage("bad")])

    assert transport.flush().refused == {bad: "why"}
    assert transport.flush().refused == {}


def test_a_refusal_before_an_outage_is_forgotten_with_it() -> None:
    """I-6: after an outage nothing counts as taken, so nothing counts as refused either."""
    last = LastStage(is_away=True)

    def first(batch: Sequence[AMessage]) -> Handled[AMessage]:
        bad = {message.mail_id: "why" for message in batch if message.text == "bad"}
        return Handled([message for message in batch if message.mail_id not in bad], bad)

    transport: LocalTransport[AMessage, AMessage] = LocalTransport(
        first, LocalTransport(last.handle, Collector())
    )
    with pytest.raises(TransientError):
        transport.publish([AMessage("bad"), AMessage("a")])
    last.is_away = False

    transport.publish([AMessage("a")])

    assert transport.flush().refused == {}
