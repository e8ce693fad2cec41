"""How boxes stand, from the writer's queue to the database (behaviour O-4)."""

import threading
from collections.abc import Sequence

import structlog
from sqlalchemy import Engine

from services.writer.box_states import record_box_states
from shared import metrics
from shared.broker.inbox import Inbox
from shared.broker.message import BrokerMessage
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.topology import boxes_queue
from shared.broker.wire import state_from_broker
from shared.contracts.box_state import BoxState
from shared.errors import ContractError, CRMServiceError
from shared.retry import Backoff

PART = "box states"

_WAIT_SECONDS = 1.0

_log = structlog.get_logger()


def record_states(address: BrokerAddress, engine: Engine, stopped: threading.Event) -> None:
    """Record what fetchers tell, until stopped; what is away is waited for, and no mail waits."""
    inbox, backoff = Inbox(address, boxes_queue()), Backoff()
    while not stopped.is_set():
        try:
            states = _read(inbox.receive(_WAIT_SECONDS))
            if states:
                record_box_states(engine, states)
            inbox.done()
        except CRMServiceError as error:
            seconds = backoff.seconds()
            _log.warning("waiting", part=PART, reason=str(error), seconds=round(seconds, 1))
            metrics.part(PART, ready=False)
            inbox.close()
            stopped.wait(seconds)
        else:
            backoff.succeeded()
            metrics.part(PART, ready=True)
    inbox.close()


def _read(messages: Sequence[BrokerMessage]) -> list[BoxState]:
    states = []
    for message in messages:
        try:
            states.append(state_from_broker(message))
        except ContractError as error:
            _log.error("message passed over", reason=str(error))
    return states
