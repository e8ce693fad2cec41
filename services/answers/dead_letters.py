"""Dead letters: mail that could not be processed, wherever it waits for a person (O-2).

With a broker they are in its queues of dead letters; without one, notes in the data folder.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol
from uuid import UUID

from services.assembly.failed_copies import FAILED, told_of_failed
from services.fetcher.failed import FailedMail, FailedMailNote
from services.fetcher.sources.port import BATCH_BYTES, BATCH_MAILS
from shared.batching import batched
from shared.broker.dead_letter_notes import reason_of, told_of
from shared.broker.message import DIED_AT, BrokerMessage
from shared.broker.port import Publisher
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import Admin, administration
from shared.broker.topology import WORK_QUEUES, dead_letter_notes_queue, dead_queue
from shared.broker.wire import described
from shared.contracts.dead_letter import DeadLetterNote, Ending
from shared.contracts.line import one_line
from shared.contracts.messages import FetchedMail
from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError, CRMServiceError
from shared.log import Logger

_Replacement = Sequence[tuple[str, BrokerMessage]]

_log = Logger()


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
        """Have those that are `wanted` processed again; return their number."""

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

        with administration(self.address) as admin:
            for queue in WORK_QUEUES:
                admin.browse(dead_queue(queue), partial(look, queue))
        return found

    def release(self, wanted: Wanted) -> int:
        """Put those that are `wanted` back into their queues, with all their tries."""
        return self._end(wanted, "released", lambda queue, message: [(queue, message.released())])

    def drop(self, wanted: Wanted) -> int:
        """Remove those that are `wanted`."""
        return self._end(wanted, "dropped", lambda *_: [])

    def _end(
        self,
        wanted: Wanted,
        ended_as: Ending,
        instead: Callable[[str, BrokerMessage], _Replacement],
    ) -> int:
        """Put `instead` of each its replacement, and tell the writer how it ended."""

        def act(tells: bool, queue: str, message: BrokerMessage) -> _Replacement | None:  # noqa: FBT001 - bound by `partial`
            if not wanted(_described(queue, message)):
                return None
            told = told_of(queue, message, datetime.now(UTC), ended_as) if tells else []
            return [*instead(queue, message), *told]

        with administration(self.address) as admin:
            tells = _may_tell(admin)
            return sum(
                admin.browse(dead_queue(queue), partial(act, tells, queue)) for queue in WORK_QUEUES
            )


def _may_tell(admin: Admin) -> bool:
    """Whether the writer can be told; the copies in the database hold up no letter."""
    try:
        admin.declare([dead_letter_notes_queue()])
    except CRMServiceError as error:
        _log.warning("dead letters not copied", reason=str(error))
        return False
    return True


@dataclass(frozen=True, slots=True)
class LocalDeadLetters:
    """Those of the embedded mode.

    Attributes:
        data: The data folder.
        publisher: Processes a mail that is released.
        tell: Takes what ended, and what died again, to the database; never raises.
    """

    data: Path
    publisher: Callable[[], Publisher[FetchedMail]]
    tell: Callable[[Sequence[DeadLetterNote]], None] = lambda _: None

    def all(self) -> list[DeadLetter]:
        """Return every one of them, oldest first.

        Raises:
            ConfigurationError: There is no such data folder.
        """
        if not self.data.is_dir():
            what = said("there is no such data folder, and RABBITMQ_URL is not set")
            remedy = said(
                "set the one that the services have, or RABBITMQ_URL where there is a broker"
            )
            raise ConfigurationError([ConfigProblem(str(self.data), what, remedy)])
        return [_of_note(failure) for failure in FailedMail(self.data).all()]

    def release(self, wanted: Wanted) -> int:
        """Process those that are `wanted`; one that fails again keeps its note."""
        chosen = [note for note in FailedMail(self.data).all() if wanted(_of_note(note))]
        publisher = self.publisher()
        released = 0
        for batch in batched(chosen, lambda note: note.message.size, BATCH_MAILS, BATCH_BYTES):
            publisher.publish([FetchedMail(note.message, None) for note in batch])
            receipt = publisher.flush()
            done = [note for note in batch if note.message.mail_id not in receipt.kept]
            self._end(done, "released")
            self._note_again(batch, receipt.refused)
            released += len(done)
        return released

    def drop(self, wanted: Wanted) -> int:
        """Remove the notes of those that are `wanted`."""
        chosen = [note for note in FailedMail(self.data).all() if wanted(_of_note(note))]
        self._end(chosen, "dropped")
        return len(chosen)

    def processed(self, mail_ids: Iterable[UUID]) -> None:
        """End the notes of mails that were processed in another way, as by `replay`.

        Raises:
            TransientError: A note cannot be read or removed.
            PermanentError: It is none of ours.
        """
        notes = map(FailedMail(self.data).of, mail_ids)
        self._end([note for note in notes if note], "released")

    def _end(self, notes: Sequence[FailedMailNote], ended_as: Ending) -> None:
        for note in notes:
            FailedMail(self.data).forget(note.message.mail_id)
        if notes:
            self.tell([told_of_failed(note, ended_as) for note in notes])

    def _note_again(self, notes: Sequence[FailedMailNote], refused: Mapping[UUID, str]) -> None:
        """Keep the newest reason of each that failed again, and count its release."""
        died_at = datetime.now(UTC).isoformat()
        for note in notes:
            if reason := refused.get(note.message.mail_id):
                again = FailedMailNote(note.message, reason, died_at, note.released + 1)
                FailedMail(self.data).note(again)
                self.tell([told_of_failed(again)])


def _of_note(failure: FailedMailNote) -> DeadLetter:
    told = ("box", "source", "received_at", "size", "sha256", "backup_key")
    fields = failure.message.model_dump(mode="json")
    return DeadLetter(
        mail_id=str(failure.message.mail_id),
        queue=FAILED,
        reason=failure.reason,
        died_at=failure.died_at,
        released=failure.released,
        details={name: str(fields[name]) for name in told if name in fields},
    )


def _canonical(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return text


def _described(queue: str, broker_message: BrokerMessage) -> DeadLetter:
    headers = broker_message.headers
    return DeadLetter(
        one_line(broker_message.mail_id),
        queue,
        one_line(reason_of(broker_message)),
        one_line(str(headers.get(DIED_AT, ""))),
        broker_message.releases,
        described(broker_message),
    )
