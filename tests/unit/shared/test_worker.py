"""The order in which a worker tells the broker: nothing is acknowledged before it is safe."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from pydantic import SecretStr

from shared.broker.message import BrokerMessage, Delivery
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.connection import BrokerConnection
from shared.flow import Flow, into
from shared.health.state import Health
from shared.worker import Worker
from tests.messages import AMessage


@dataclass
class AStage:
    """Gives every message on as it is."""

    name: str = "classifier"

    def handle(self, batch: Sequence[AMessage]) -> Sequence[AMessage]:
        return batch


@dataclass
class ABroker:
    """Connection and sender in one; remembers what it was told, in order."""

    told: list[str] = field(default_factory=list)

    def acknowledge(self, _deliveries: Sequence[Delivery]) -> None:
        self.told.append("acknowledged")

    def settle(self) -> None:
        self.told.append("settled")

    def send(self, broker_messages: Sequence[tuple[str, BrokerMessage]]) -> None:
        self.told += [f"sent to {queue}" for queue, _ in broker_messages]

    def flush(self) -> None:
        self.told.append("confirmed")


def a_broker_message(message: AMessage) -> BrokerMessage:
    """A message as it travels."""
    return BrokerMessage(str(message.mail_id), "text/plain", message.text.encode())


@pytest.fixture
def broker() -> ABroker:
    """A broker that takes everything."""
    return ABroker()


@pytest.fixture
def worker(broker: ABroker) -> Worker[AMessage, AMessage]:
    """A worker from queue `a` to queue `b`."""

    def read(broker_message: BrokerMessage) -> AMessage:
        return AMessage(broker_message.body.decode())

    flow = Flow("a", AStage(), read, into("b", a_broker_message), lambda: None)
    address = BrokerAddress(SecretStr("amqp://localhost"), None, "a test")
    made = Worker(flow, address, Health(), threading.Event())
    made._sender = cast(Any, broker)
    return made


def test_a_message_is_acknowledged_after_what_came_of_it_is_confirmed(
    worker: Worker[AMessage, AMessage], broker: ABroker
) -> None:
    """F-8: a crash between the two gives the message again; the other order would lose it."""
    worker._handle(
        cast(BrokerConnection, broker), [Delivery(1, a_broker_message(AMessage("x")), 0)]
    )

    assert broker.told == ["sent to b", "confirmed", "acknowledged", "settled"]


def test_a_message_is_given_back_before_it_is_acknowledged(
    worker: Worker[AMessage, AMessage], broker: ABroker
) -> None:
    """F-40: it stands at the end of its queue before the broker forgets it."""
    worker._give_back(
        cast(BrokerConnection, broker), [Delivery(1, a_broker_message(AMessage("x")), 0)]
    )

    assert broker.told == ["sent to a", "confirmed", "acknowledged", "settled"]
