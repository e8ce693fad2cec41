"""The worker's loop on a real RabbitMQ: what becomes of messages, whatever fails."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from shared.broker.message import REASON, TRIES, BrokerMessage
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import administration
from shared.broker.rabbitmq.connection import BrokerConnection
from shared.broker.sender import Sender
from shared.broker.topology import (
    CLASSIFIER_MAIL,
    WRITER_COMMANDS,
    Queue,
    all_queues,
    dead_queue,
    queues_of,
    retry_queue,
)
from shared.contracts.said import said
from shared.errors import ConfigurationError, ContractError, PermanentError, TransientError
from shared.flow import into
from shared.health.state import Health
from shared.retry import Backoff
from shared.worker import BROKER, DATABASE, Flow, Worker
from tests.messages import AMessage
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ


def _broker_message(message: AMessage) -> BrokerMessage:
    if message.text == "too big":
        raise PermanentError(said("takes too many bytes"))
    return BrokerMessage(str(message.mail_id), "text/plain", message.text.encode())


def _message(broker_message: BrokerMessage) -> AMessage:
    if broker_message.body == b"garbled":
        raise ContractError(said("no message of ours"))
    return AMessage(broker_message.body.decode())


@dataclass
class AStage:
    """A stage that does what a message's text says."""

    name: str = "classifier"
    away: bool = False
    batches: list[list[str]] = field(default_factory=list)

    def handle(self, batch: Sequence[AMessage]) -> Sequence[AMessage]:
        texts = [message.text for message in batch]
        if self.away:
            raise TransientError(said("the database is away"))
        if "impossible" in texts:
            raise PermanentError(said("this can never work"))
        if "bug" in texts:
            raise ZeroDivisionError
        self.batches.append(texts)
        return batch

    def probe(self) -> None:
        if self.away:
            raise TransientError(said("the database is away"))


@dataclass
class House:
    """A virtual host with a worker in it."""

    node: RabbitMQ
    url: str
    stage: AStage = field(default_factory=AStage)
    health: Health = field(default_factory=Health)
    stopped: threading.Event = field(default_factory=threading.Event)
    heartbeat_seconds: int = 30
    probe_seconds: float = 15.0

    @property
    def address(self) -> BrokerAddress:
        return BrokerAddress(SecretStr(self.url), heartbeat_seconds=self.heartbeat_seconds)

    def put(self, *texts: str, headers: dict[str, int] | None = None) -> None:
        """Publish to the worker's queue."""
        sender = Sender(self.address, all_queues())
        broker_messages = [
            BrokerMessage(str(AMessage(text).mail_id), "text/plain", text.encode(), headers or {})
            for text in texts
        ]
        sender.send([(CLASSIFIER_MAIL, broker_message) for broker_message in broker_messages])
        sender.flush()
        sender.close()

    def waiting(self, queue: str) -> int:
        """How many messages wait in `queue`."""
        with administration(self.address) as admin:
            state = admin.state(queue)
        return state.messages if state else 0

    def broker_messages(self, queue: str) -> list[BrokerMessage]:
        """What waits in `queue`, which keeps it."""
        found: list[BrokerMessage] = []
        with administration(self.address) as admin:
            admin.browse(queue, found.append)
        return found

    def delivery_count(self, queue: str) -> list[int]:
        """Return the delivery count of each message in `queue`; looking counts one more."""
        connection = BrokerConnection(self.address)
        connection.open()
        connection.consume(queue, 100)
        found = [*connection.receive(100, 10**6, 5.0), *connection.stop_consuming()]
        connection.close()
        return [delivery.delivery_count for delivery in found]

    @contextmanager
    def working(self) -> Iterator[None]:
        """The worker runs for the length of the block, and ends well."""
        flow: Flow[AMessage, AMessage] = Flow(
            CLASSIFIER_MAIL,
            self.stage,
            _message,
            into(WRITER_COMMANDS, _broker_message),
            self.stage.probe,
            probe_seconds=self.probe_seconds,
        )
        backoff = Backoff(0.05, 0.2)
        worker = Worker(flow, self.address, self.health, self.stopped, backoff)
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            yield
        finally:
            self.stopped.set()
            thread.join(30)
        assert not thread.is_alive()


@pytest.fixture
def house(rabbitmq: RabbitMQ) -> Iterator[House]:
    """A virtual host of its own."""
    with a_house(rabbitmq) as made:
        yield made


@contextmanager
def a_house(rabbitmq: RabbitMQ) -> Iterator[House]:
    """A virtual host for the length of the block."""
    with rabbitmq.vhost() as url:
        yield House(rabbitmq, url)


def _handled(house: House, *texts: str) -> Callable[[], bool]:
    return lambda: sorted(text for batch in house.stage.batches for text in batch) == sorted(texts)


def test_messages_go_through_the_stage_to_the_next_queue(house: House) -> None:
    """I-6: what the stage makes is in the next queue before the message leaves its own."""
    house.put("a", "b", "c")

    with house.working():
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 3, "three messages")
        assert house.health.ready

    assert [broker_message.body for broker_message in house.broker_messages(WRITER_COMMANDS)] == [
        b"a",
        b"b",
        b"c",
    ]
    assert house.waiting(CLASSIFIER_MAIL) == 0


def test_what_can_never_work_is_a_dead_letter_with_its_reason(house: House) -> None:
    """F-46, H-33: at once, and its neighbours go on."""
    house.put("a", "impossible", "garbled", "b")

    with house.working():
        wait_until(lambda: house.waiting(dead_queue(CLASSIFIER_MAIL)) == 2, "two dead letters")
        wait_until(_handled(house, "a", "b"), "the neighbours")

    reasons = {
        broker_message.body: broker_message.headers[REASON]
        for broker_message in house.broker_messages(dead_queue(CLASSIFIER_MAIL))
    }
    assert reasons == {b"impossible": "this can never work", b"garbled": "no message of ours"}


def test_an_unexpected_error_is_tried_again_later(house: House) -> None:
    """INV-3: it rests in the first retry queue with a count, and its neighbours go on."""
    house.put("a", "bug")

    with house.working():
        wait_until(lambda: house.waiting(retry_queue(CLASSIFIER_MAIL, 1)) == 1, "a retry")
        wait_until(_handled(house, "a"), "the neighbour")
        (resting,) = house.broker_messages(retry_queue(CLASSIFIER_MAIL, 1))

    assert (resting.body, resting.headers[TRIES]) == (b"bug", 1)
    assert house.waiting(dead_queue(CLASSIFIER_MAIL)) == 0


def test_a_rested_message_comes_back_by_itself(house: House) -> None:
    """F-30: when its step is over the broker gives it to the work queue, no cycle drops it."""
    house.put("bug")

    with house.working():
        queue = retry_queue(CLASSIFIER_MAIL, 2)
        wait_until(lambda: house.waiting(queue) == 1, "the second retry", 30)
        (resting,) = house.broker_messages(queue)

    assert resting.headers[TRIES] == 2


def test_the_last_try_makes_a_dead_letter(house: House) -> None:
    """INV-3: tries are bounded; the reason says how many there were."""
    house.put("bug", headers={TRIES: 3})

    with house.working():
        wait_until(lambda: house.waiting(dead_queue(CLASSIFIER_MAIL)) == 1, "a dead letter")

    (dead,) = house.broker_messages(dead_queue(CLASSIFIER_MAIL))
    assert "ZeroDivisionError" in str(dead.headers[REASON])
    assert "4 tries" in str(dead.headers[REASON])


def test_a_database_that_is_away_pauses_and_burns_no_tries(house: House) -> None:
    """F-40: messages wait in the queue as if they had never been in hand; then all are handled."""
    texts = [f"m{number}" for number in range(30)]
    house.put(*texts)

    with house.working():
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 30, "the first ones")
        house.stage.away = True
        house.stage.batches.clear()
        house.put(*texts)
        wait_until(lambda: house.health.parts()[DATABASE] is not None, "the pause")
        wait_until(lambda: house.waiting(CLASSIFIER_MAIL) == 30, "all to be given back")
        assert set(house.delivery_count(CLASSIFIER_MAIL)) == {0}
        house.stage.away = False
        wait_until(_handled(house, *texts), "the rest")
        wait_until(lambda: house.health.ready, "readiness")

    assert house.waiting(CLASSIFIER_MAIL) == 0


def test_what_dies_while_nothing_comes_is_noticed(house: House) -> None:
    """INV-9: no mail has to come for `/ready` to tell the truth, nor for its end to be noticed."""
    house.probe_seconds = 0.05
    with house.working():
        wait_until(lambda: house.health.ready, "readiness")
        house.stage.away = True
        wait_until(lambda: house.health.parts()[DATABASE] is not None, "the loss to be noticed")
        assert house.health.parts()[BROKER] is None
        house.stage.away = False
        wait_until(lambda: house.health.ready, "readiness again")

    assert house.stage.batches == []


def test_being_told_to_stop_gives_back_what_is_in_hand(house: House) -> None:
    """F-14: SIGTERM with messages in hand counts no delivery against them."""
    texts = [f"m{number}" for number in range(300)]
    begun, go_on = threading.Event(), threading.Event()

    def handle(batch: Sequence[AMessage]) -> Sequence[AMessage]:
        begun.set()
        assert go_on.wait(10)
        house.stage.batches.append([message.text for message in batch])
        return batch

    house.stage.handle = handle  # type: ignore[method-assign]
    house.put(*texts)
    with house.working():
        assert begun.wait(10)
        house.stopped.set()
        go_on.set()

    handled = sum(len(batch) for batch in house.stage.batches)
    assert 0 < handled < 300
    assert house.waiting(WRITER_COMMANDS) == handled
    wait_until(lambda: house.waiting(CLASSIFIER_MAIL) == 300 - handled, "all others")
    assert set(house.delivery_count(CLASSIFIER_MAIL)) == {0}


def test_a_broker_that_is_killed_loses_nothing(house: House) -> None:
    """F-20, F-21: after its restart the worker goes on by itself; nothing is lost."""
    texts = [f"m{number}" for number in range(50)]
    house.put(*texts)
    with house.working():
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 50, "the first ones")
        # A lone node of RabbitMQ 3.10 forgets a queue that was made less than half a second ago.
        settled = time.monotonic() + 1
        wait_until(lambda: time.monotonic() > settled, "the queues to be settled")
        house.node.kill()
        wait_until(lambda: not house.health.ready, "the loss to be noticed")
        assert house.health.parts()[BROKER]
        house.node.start()
        wait_until(lambda: house.health.ready, "readiness", 60)
        house.put("after")
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 51, "the last one")


def test_a_broker_that_says_nothing_is_noticed(house: House) -> None:
    """F-22: without a reset heartbeats find out, and the worker comes back by itself."""
    house.heartbeat_seconds = 2
    house.put("a")
    with house.working():
        wait_until(_handled(house, "a"), "the first one")
        house.node.freeze()
        try:
            wait_until(lambda: not house.health.ready, "the silence to be noticed")
        finally:
            house.node.thaw()
        wait_until(lambda: house.health.ready, "readiness", 60)
        house.put("b")
        # What was in hand comes again: its acknowledgement may have been lost.
        wait_until(lambda: any("b" in batch for batch in house.stage.batches), "the last one")


def test_an_alarm_of_the_broker_is_waited_out(house: House) -> None:
    """F-23: short memory blocks publishing; what is in hand stays there and is handled later."""
    house.put("a", "b")
    house.node.control("set_vm_memory_high_watermark", "absolute", "1MB")
    try:
        with house.working():
            wait_until(_handled(house, "a", "b"), "the stage")
            house.node.control("set_vm_memory_high_watermark", "0.6")
            wait_until(lambda: house.waiting(WRITER_COMMANDS) == 2, "the outputs", 60)
    finally:
        house.node.control("set_vm_memory_high_watermark", "0.6")
    assert house.waiting(CLASSIFIER_MAIL) == 0


def test_a_queue_with_other_arguments_is_told_plainly(house: House) -> None:
    """F-26: wrong arguments end the service with a sentence that says what to do."""
    with administration(house.address) as admin:
        admin.declare([Queue(CLASSIFIER_MAIL, {"x-queue-type": "classic"})])
        with pytest.raises(ConfigurationError, match="other arguments"):
            Sender(house.address, queues_of(CLASSIFIER_MAIL)).connect()


def test_a_message_that_comes_twice_is_handled_twice_alike(house: House) -> None:
    """F-31: the way may double a message; ids that derive from the mail let the writer see it."""
    house.put("a", "a")

    with house.working():
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 2, "both")

    first, second = house.broker_messages(WRITER_COMMANDS)
    assert first == second


def test_a_queue_that_vanishes_is_made_again(house: House) -> None:
    """F-26: a deleted queue is noticed, not published into the void."""
    sender = Sender(house.address, queues_of(CLASSIFIER_MAIL))
    sender.connect()
    house.node.control("delete_queue", "-p", house.url.rpartition("/")[2], CLASSIFIER_MAIL)

    sender.send([(CLASSIFIER_MAIL, _broker_message(AMessage("a")))])
    with pytest.raises(TransientError, match="does not exist"):
        sender.flush()
    sender.send([(CLASSIFIER_MAIL, _broker_message(AMessage("a")))])
    sender.flush()
    sender.close()

    assert house.waiting(CLASSIFIER_MAIL) == 1


def test_a_long_queue_is_worked_off_in_bounded_bites(house: House) -> None:
    """F-32: however many wait, a hundred at most are in hand."""
    house.put(*(f"m{number}" for number in range(2000)))
    in_hand = []

    def handle(batch: Sequence[AMessage]) -> Sequence[AMessage]:
        in_hand.append(len(batch))
        return batch

    house.stage.handle = handle  # type: ignore[method-assign]
    with house.working():
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 2000, "all of them")

    assert max(in_hand) <= 100
    assert sum(in_hand) == 2000


def test_a_message_that_consumers_die_of_is_handled_alone(house: House) -> None:
    """F-14, F-15: after three delivery count it has no neighbours that could be counted with it."""
    house.put("a", "b", "c")
    for _ in range(3):
        # Each look counts one death for each of them.
        assert len(house.delivery_count(CLASSIFIER_MAIL)) == 3

    with house.working():
        wait_until(_handled(house, "a", "b", "c"), "all")

    assert house.stage.batches[0] == ["a"]


def test_wrong_credentials_are_told_plainly(rabbitmq: RabbitMQ) -> None:
    """O-6: a refused login is no outage."""
    address = BrokerAddress(SecretStr(f"amqp://guest:wrong@127.0.0.1:{rabbitmq.port}/%2F"))
    with pytest.raises(Exception, match="refused name or password") as caught:
        Sender(address, queues_of(CLASSIFIER_MAIL)).connect()
    assert "wrong@" not in str(caught.value)


def test_tls_proves_the_broker(rabbitmq: RabbitMQ) -> None:
    """F-60: amqps with the right authority works, with another one nothing is sent."""
    url = SecretStr(rabbitmq.url(tls=True))
    with administration(BrokerAddress(url, rabbitmq.ca_file)) as admin:
        assert admin.state("none") is None
    connection = BrokerConnection(BrokerAddress(url, rabbitmq.ca_file))
    connection.open()
    connection.close()

    for connect in (
        BrokerConnection(BrokerAddress(url)).open,
        Sender(BrokerAddress(url), []).connect,
    ):
        with pytest.raises(TransientError, match="cannot prove who it is"):
            connect()


def test_a_broker_that_is_away_is_told_plainly() -> None:
    """F-20: address and remedy, never the password."""
    connection = BrokerConnection(
        BrokerAddress(SecretStr("amqp://guest:secret-word@127.0.0.1:1/%2F"))
    )
    with pytest.raises(TransientError, match=r"127\.0\.0\.1:1 is away") as caught:
        connection.open()
    assert "secret-word" not in str(caught.value)
    connection.close()
