"""The state of boxes, from the fetcher to the writer's queue (behaviour O-4)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.sender import Sender
from shared.broker.topology import WRITER_BOXES, boxes_queue
from shared.broker.wire import state_to_broker
from shared.contracts.box_state import BoxState


@contextmanager
def sending_states(address: BrokerAddress) -> Iterator[Callable[[Sequence[BoxState]], None]]:
    """Let states be sent to the writer, over a connection that lasts as long as the block."""
    sender = Sender(address, [boxes_queue()])

    def send(states: Sequence[BoxState]) -> None:
        sender.send([(WRITER_BOXES, state_to_broker(state)) for state in states])
        sender.flush()

    try:
        yield send
    finally:
        sender.close()
