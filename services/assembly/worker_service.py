"""A stage between two queues as a service: until it is told to stop."""

import threading
from collections.abc import Callable, Sequence
from functools import partial

from services.assembly.beside import doing
from services.assembly.noticing import notice_look
from services.assembly.services import broker_address, running
from services.assembly.watch import BrokerLook, Look, data_look, looking
from services.mailer.notices import NoticeBook
from shared import metrics
from shared.broker.rabbitmq.address import BrokerAddress
from shared.settings.environment import Environment
from shared.worker import Flow, In, Out, Worker

Beside = Callable[[BrokerAddress, threading.Event], None]
"""What a service does in a thread of its own until the event is set."""


def run_worker(
    flow: Flow[In, Out],
    environment: Environment,
    book: NoticeBook,
    beside: Sequence[Beside] = (),
    looks: Sequence[Look] = (),
) -> None:
    """Handle what comes from the flow's queue, do what else there is to do `beside`, and look.

    What is missed for long is told in `book`.

    Raises:
        ConfigurationError: Queues or addresses cannot work.
        CredentialsRefusedError: The broker refused us.
    """
    address = broker_address(environment, flow.stage.name)
    metrics.expect_stage(flow.stage.name)
    with (
        running(environment) as (health, stopped),
        looking(
            [
                data_look(environment.data),
                BrokerLook(address, stopped),
                notice_look(book, health),
                *looks,
            ],
            stopped,
        ),
        doing("beside", [partial(one, address, stopped) for one in beside], stopped),
    ):
        Worker(flow, address, health, stopped).run()
