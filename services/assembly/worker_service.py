"""A stage between two queues as a service: until it is told to stop."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

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
        _doing(beside, address, stopped),
    ):
        Worker(flow, address, health, stopped).run()


@contextmanager
def _doing(
    beside: Sequence[Beside], address: BrokerAddress, stopped: threading.Event
) -> Iterator[None]:
    """Do it while the block runs; what ends by itself ends the service: it is started again."""

    def do(one: Beside) -> None:
        try:
            one(address, stopped)
        finally:
            stopped.set()

    with ThreadPoolExecutor(max(len(beside), 1), "beside") as pool:
        doing = [pool.submit(do, one) for one in beside]
        try:
            yield
        finally:
            stopped.set()
    for one in doing:
        one.result()
