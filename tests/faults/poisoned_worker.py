"""A classifier that a message kills: `python -m tests.faults.poisoned_worker URL`."""

import os
import signal
import sys
import threading
from collections.abc import Sequence

from pydantic import SecretStr

from shared.broker.message import BrokerMessage
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.topology import CLASSIFIER_MAIL, WRITER_COMMANDS
from shared.flow import into
from shared.health.state import Health
from shared.worker import Flow, Worker
from tests.messages import AMessage

POISON = "poison"


class Dying:
    """A stage that does not survive a message."""

    name = "classifier"

    def handle(self, batch: Sequence[AMessage]) -> Sequence[AMessage]:
        """Handle `batch`, or die."""
        if any(message.text == POISON for message in batch):
            os.kill(os.getpid(), signal.SIGKILL)
        return batch


def a_message(broker_message: BrokerMessage) -> AMessage:
    """What a message says."""
    return AMessage(broker_message.body.decode())


def a_broker_message(message: AMessage) -> BrokerMessage:
    """A message on its way."""
    return BrokerMessage(str(message.mail_id), "text/plain", message.text.encode())


def main() -> None:
    """Work until told to stop."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    flow: Flow[AMessage, AMessage] = Flow(
        CLASSIFIER_MAIL, Dying(), a_message, into(WRITER_COMMANDS, a_broker_message), lambda: None
    )
    Worker(flow, BrokerAddress(SecretStr(sys.argv[1])), Health(), stopped).run()


if __name__ == "__main__":
    main()
