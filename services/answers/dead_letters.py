"""Dead letters: mail that could not be processed, wherever it waits for a person (O-2).

With a broker they are in its queues of dead letters; without one, notes in the data folder.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol
from uuid import UUID

from services.fetcher.failed import FailedMail
from services.fetcher.sources.port import BATCH_BYTES, BATCH_MAILS
from shared.batching import batched
from shared.broker.message import DIED_AT, REASON, BrokerMessage
from shared.broker.port import Publisher
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import administration
from shared.broker.topology import WORK_QUEUES, dead_queue
from shared.broker.wire import described
from shared.contracts.line import one_line
from shared.contracts.messages import FetchedMail
from shared.errors import ConfigProblem, ConfigurationError

_BROKERS_REASON = "x-first-death-reason"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One of them.

    Attributes:
        mail_id: The mail; its backup has the whole of it.
        queue: The work queue it is released to; `failed` where there is no broker.
        reason: Why it died.
        died_at: When, UTC, ISO 8601; empty if only the broker knows.
        released: How often it was released before.
        details: What else is known of it.
    """

    mail_id: str
    queue: str
    reason: str
    died_at: str
    released: int
    details: Mapping[str, str]


Wanted = Callable[[DeadLetter], bool]


class NamedLetters:
    """Those of certain mails; remembers which were there.

    Attributes:
        missing: The ids of which there was no dead letter so far.
    """

    def __init__(self, mail_ids: Collection[str]) -> None:
        """Take ids as a person types them: those of dead letters are any text."""
        self._typed = {_canonical(text): text for text in mail_ids} | {t: t for t in mail_ids}
        self.missing = set(mail_ids)

    def __call__(self, letter: DeadLetter) -> bool:
        """Whether it is one of them."""
        typed = self._typed.get(letter.mail_id)
        self.missing.discard(typed or "")
        return typed is not None


class DeadLetters(Protocol):
    """Where dead letters are kept."""

    def all(self) -> list[DeadLetter]:
        """Return every one of them, oldest first in each queue."""

    def release(self, wanted: Wanted) -> int:
        """Have those that are `wanted` processed again; gives their number."""

    def drop(self, wanted: Wanted) -> int:
        """Remove those that are `wanted`; their backups stay. Gives their number."""


@dataclass(frozen=True, slots=True)
class BrokerDeadLetters:
    """Those in RabbitMQ. Every method raises what `administration` raises."""

    address: BrokerAddress

    def all(self) -> list[DeadLetter]:
        """Return every one of them, oldest first in each queue."""
        found: list[DeadLetter] = []

        def look(queue: str, broker_message: BrokerMessage) -> None:
            found.append(_described(queue, broker_message))

        self._browse(look)
        return found

    def release(self, wanted: Wanted) -> int:
        """Put those that are `wanted` back into their queues, with all their tries."""

        def put_back(
            queue: str, broker_message: BrokerMessage
        ) -> Sequence[tuple[str, BrokerMessage]] | None:
            return (
                [(queue, broker_message.released())]
                if wanted(_described(queue, broker_message))
                else None
            )

        return self._browse(put_back)

    def drop(self, wanted: Wanted) -> int:
        """Remove those that are `wanted`."""

        def remove(
            queue: str, broker_message: BrokerMessage
        ) -> Sequence[tuple[str, BrokerMessage]] | None:
            return [] if wanted(_described(queue, broker_message)) else None

        return self._browse(remove)

    def _browse(
        self, act: Callable[[str, BrokerMessage], Sequence[tuple[str, BrokerMessage]] | None]
    ) -> int:
        with administration(self.address) as admin:
            return sum(
                admin.browse(dead_queue(queue), partial(act, queue)) for queue in WORK_QUEUES
            )


@dataclass(frozen=True, slots=True)
class LocalDeadLetters:
    """Those of the embedded mode.

    Attributes:
        data: The data folder.
        publisher: Processes a mail that is released.
    """

    data: Path
    publisher: Callable[[], Publisher[FetchedMail]]

    def all(self) -> list[DeadLetter]:
        """Return every one of them, oldest first.

        Raises:
            ConfigurationError: There is no such data folder.
        """
        if not self.data.is_dir():
            what = "there is no such data folder, and RABBITMQ_URL is not set"
            remedy = "set the one that the services have, or RABBITMQ_URL where there is a broker"
            raise ConfigurationError([ConfigProblem(str(self.data), what, remedy)])
        return [
            DeadLetter(
                mail_id=str(failure.message.mail_id),
                queue="failed",
                reason=failure.reason,
                died_at=failure.died_at,
                released=0,
                details={
                    name: str(value)
                    for name, value in failure.message.model_dump(mode="json").items()
                    if name in ("box", "source", "received_at", "size", "sha256", "backup_key")
                },
            )
            for failure in FailedMail(self.data).all()
        ]

    def release(self, wanted: Wanted) -> int:
        """Process those that are `wanted`; one that fails again keeps its note."""
        notes = FailedMail(self.data)
        messages = {str(failure.message.mail_id): failure.message for failure in notes.all()}
        chosen = [messages[one.mail_id] for one in self.all() if wanted(one)]
        publisher = self.publisher()
        released = 0
        for batch in batched(chosen, lambda message: message.size, BATCH_MAILS, BATCH_BYTES):
            publisher.publish([FetchedMail(message, None) for message in batch])
            kept = publisher.flush().kept
            for message in batch:
                if message.mail_id not in kept:
                    notes.forget(message.mail_id)
                    released += 1
        return released

    def drop(self, wanted: Wanted) -> int:
        """Remove the notes of those that are `wanted`."""
        chosen = [one for one in self.all() if wanted(one)]
        for one in chosen:
            FailedMail(self.data).forget(UUID(one.mail_id))
        return len(chosen)


def _canonical(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return text


def _described(queue: str, broker_message: BrokerMessage) -> DeadLetter:
    headers = broker_message.headers
    reason = headers.get(REASON)
    if reason is None:
        reason = f"the broker gave it up: {headers.get(_BROKERS_REASON, 'unknown')}"
    return DeadLetter(
        one_line(broker_message.mail_id),
        queue,
        one_line(str(reason)),
        one_line(str(headers.get(DIED_AT, ""))),
        broker_message.releases,
        described(broker_message),
    )
