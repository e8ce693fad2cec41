"""What RabbitMQ loads at its start: queues, exchanges, and a user for each service. Pure.

A user may do what its service does and nothing else (INV-11): whoever has taken over the fetcher,
which talks to the outside, can hand mail to the classifier and cannot give the writer a command.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.broker.topology import (
    CALENDAR_CHANGES,
    CALENDAR_LEASE,
    CLASSIFIER_MAIL,
    EXCHANGE_TYPE,
    NOBODY,
    WORK_QUEUES,
    WRITER_BOXES,
    WRITER_COMMANDS,
    WRITER_DEAD_LETTERS,
    Queue,
    all_queues,
    boxes_queue,
    calendar_changes_queue,
    dead_letter_notes_queue,
    dead_queue,
    queues_of,
)

_OF_A_BOX = r"fetcher\.(lease|actions)\..+"
"""Queues of boxes come and go with the boxes, so the fetcher makes them."""

_ACTIONS = r"fetcher\.actions\..+"


@dataclass(frozen=True, slots=True)
class BrokerRights:
    """What a user may do, as patterns of names of queues and exchanges.

    Attributes:
        configure: What it may make.
        write: What it may publish to.
        read: What it may consume.
    """

    configure: Sequence[str] = ()
    write: Sequence[str] = ()
    read: Sequence[str] = ()


def rights() -> Mapping[str, BrokerRights]:
    """Return what each service may do, by the name of its user."""
    dead = [re.escape(dead_queue(queue)) for queue in WORK_QUEUES]
    return {
        "fetcher": BrokerRights(
            configure=[_OF_A_BOX],
            write=[_OF_A_BOX, *_exactly(CLASSIFIER_MAIL, WRITER_BOXES, NOBODY)],
            read=[_OF_A_BOX],
        ),
        "classifier": BrokerRights(
            write=[*_own(CLASSIFIER_MAIL), *_exactly(WRITER_COMMANDS, WRITER_DEAD_LETTERS, NOBODY)],
            read=_exactly(CLASSIFIER_MAIL),
        ),
        "writer": BrokerRights(
            write=[
                *_own(WRITER_COMMANDS),
                _ACTIONS,
                *_exactly(WRITER_DEAD_LETTERS, CALENDAR_CHANGES, NOBODY),
            ],
            read=_exactly(WRITER_COMMANDS, WRITER_BOXES, WRITER_DEAD_LETTERS),
        ),
        "calendar": BrokerRights(
            configure=_exactly(CALENDAR_LEASE),
            write=_exactly(NOBODY),
            read=_exactly(CALENDAR_LEASE, CALENDAR_CHANGES),
        ),
        "operator": BrokerRights(
            write=[*_exactly(*WORK_QUEUES, WRITER_DEAD_LETTERS, NOBODY), *dead],
            read=dead,
        ),
    }


def definitions(password_of: Callable[[str], str]) -> dict[str, list[dict[str, Any]]]:
    """Return the definitions file, as `rabbitmqctl export_definitions` has it.

    Args:
        password_of: Returns the password of a user, in clear: RabbitMQ keeps its hash alone.
    """
    queues = _queues()
    names = [queue.name for queue in queues]
    return {
        "vhosts": [{"name": "/"}],
        "users": [{"name": user, "password": password_of(user), "tags": []} for user in rights()],
        "permissions": [_permission(user, its) for user, its in rights().items()],
        "queues": [
            {
                "name": queue.name,
                "vhost": "/",
                "durable": True,
                "auto_delete": False,
                "arguments": dict(queue.arguments),
            }
            for queue in queues
        ],
        "exchanges": [_exchange(name) for name in (*names, NOBODY)],
        "bindings": [
            {
                "source": name,
                "vhost": "/",
                "destination": name,
                "destination_type": "queue",
                "routing_key": "",
                "arguments": {},
            }
            for name in names
        ],
    }


def _queues() -> Sequence[Queue]:
    return (*all_queues(), boxes_queue(), dead_letter_notes_queue(), calendar_changes_queue())


def _exactly(*names: str) -> list[str]:
    return [re.escape(name) for name in names]


def _own(work_queue: str) -> Iterator[str]:
    """Yield a work queue, the queues in which its mail rests, and its dead letters."""
    yield from (re.escape(queue.name) for queue in queues_of(work_queue))


def _permission(user: str, its: BrokerRights) -> dict[str, str]:
    return {
        "user": user,
        "vhost": "/",
        "configure": _pattern(its.configure),
        "write": _pattern(its.write),
        "read": _pattern(its.read),
    }


def _pattern(names: Sequence[str]) -> str:
    """Return one expression for all; that for none fits nothing but the empty name."""
    return f"^({'|'.join(names)})$"


def _exchange(name: str) -> dict[str, object]:
    return {
        "name": name,
        "vhost": "/",
        "type": EXCHANGE_TYPE,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }
