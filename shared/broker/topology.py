"""The queues: names and arguments, in one place. Pure. `docs/operations.md` is tested against it.

A work queue has retry queues, one a step, whose messages go back by themselves when the step's
time is over; and a queue of dead letters, which nothing leaves by itself. All are quorum queues:
what was confirmed survives the death of a node. Messages are dead-lettered at least once, which
needs `reject-publish` (RabbitMQ manual, "Quorum queues").

Each queue has an exchange of its own name, and nothing is published but through that: a right to
write is a right to an exchange, and who may write to the default exchange may fill every queue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CLASSIFIER_MAIL = "classifier.mail"
WRITER_COMMANDS = "writer.commands"

WRITER_BOXES = "writer.boxes"
WRITER_DEAD_LETTERS = "writer.dead-letters"

WORK_QUEUES = (CLASSIFIER_MAIL, WRITER_COMMANDS)

RETRY_SECONDS = (5, 60, 600)
"""How long a message that met an unexpected error rests before each further try."""

DELIVERY_LIMIT = 20
"""Deliveries to a consumer that dies before the broker takes the message to be the cause."""

STATE_SECONDS = 300
"""After that nobody wants to know any more how a box stood: the queue never fills up."""

MOST_HINTS = 10_000
"""Hints that wait for the calendar's service; the oldest give way: its rounds need none."""

MOST_NOTES = 100_000
"""Notes of dead letters that wait for a writer; the oldest give way: they are only copies."""

NOBODY = "crmservice.nobody"
"""An exchange without queues: what it takes shows that the broker takes messages."""

EXCHANGE_TYPE = "fanout"

_NEVER = 1_000_000
"""RabbitMQ 4 would drop a dead letter after 20 looks at it if no limit were set."""

_DEFAULT_EXCHANGE = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as it is declared; all are durable."""

    name: str
    arguments: Mapping[str, str | int] = field(default_factory=dict)


def retry_queue(work_queue: str, step: int) -> str:
    """Name of the queue for retry `step`, counted from 1."""
    return f"{work_queue}.retry.{step}"


def dead_queue(work_queue: str) -> str:
    """Name of the queue of dead letters."""
    return f"{work_queue}.dead"


def lease_queue(box: str) -> str:
    """Name of the queue whose one consumer reads `box`."""
    return f"fetcher.lease.{box}"


CALENDAR_LEASE = "calsync.lease"
"""Name of the queue whose one consumer does the calendar."""

CALENDAR_CHANGES = "calsync.changes"
"""Name of the queue that tells the calendar's service whose round may find something."""


def actions_queue(box: str) -> str:
    """Name of the queue that tells the fetcher which mail of `box` is recorded."""
    return f"fetcher.actions.{box}"


def actions_queue_of(box: str) -> Queue:
    """Return that queue: what is in it waits for the fetcher, however often delivered."""
    return Queue(actions_queue(box), {**_quorum(), "x-delivery-limit": _NEVER})


def boxes_queue() -> Queue:
    """Return the queue that tells the writer the state of boxes."""
    arguments = {"x-message-ttl": STATE_SECONDS * 1000, "x-delivery-limit": _NEVER}
    return Queue(WRITER_BOXES, {**_quorum(), **arguments})


def dead_letter_notes_queue() -> Queue:
    """Return the queue that tells the writer of dead letters, made, seen and ended."""
    bounds: dict[str, str | int] = {"x-max-length": MOST_NOTES, "x-overflow": "drop-head"}
    return Queue(WRITER_DEAD_LETTERS, {**_quorum(), **bounds, "x-delivery-limit": _NEVER})


def calendar_changes_queue() -> Queue:
    """Return the queue of hints for the calendar; declared only where the calendar is done."""
    bounds: dict[str, str | int] = {"x-max-length": MOST_HINTS, "x-overflow": "drop-head"}
    return Queue(CALENDAR_CHANGES, {**_quorum(), **bounds, "x-delivery-limit": _NEVER})


def queues_of(work_queue: str) -> Sequence[Queue]:
    """Return a work queue with its retry queues and its dead letters; the work queue comes last."""
    retries = (
        Queue(
            retry_queue(work_queue, step),
            {"x-message-ttl": seconds * 1000, **_quorum(), **_dead_lettering(work_queue)},
        )
        for step, seconds in enumerate(RETRY_SECONDS, start=1)
    )
    return (
        Queue(dead_queue(work_queue), {**_quorum(), "x-delivery-limit": _NEVER}),
        *retries,
        Queue(
            work_queue,
            {
                **_quorum(),
                "x-delivery-limit": DELIVERY_LIMIT,
                **_dead_lettering(dead_queue(work_queue)),
            },
        ),
    )


def all_queues() -> Sequence[Queue]:
    """Return every queue but those that belong to a box."""
    return tuple(queue for name in WORK_QUEUES for queue in queues_of(name))


def _quorum() -> dict[str, str | int]:
    return {"x-queue-type": "quorum"}


def _dead_lettering(target: str) -> dict[str, str | int]:
    return {
        "x-dead-letter-exchange": _DEFAULT_EXCHANGE,
        "x-dead-letter-routing-key": target,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
