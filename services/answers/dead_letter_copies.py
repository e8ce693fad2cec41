"""Compares the copies in `crm_dead_letter` with what the broker has (behaviour O-2)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from services.answers.dead_letters import DeadLetter
from services.writer.dead_letters import differing
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.sender import Sender
from shared.broker.topology import WORK_QUEUES, WRITER_DEAD_LETTERS, dead_letter_notes_queue
from shared.broker.wire import note_to_broker
from shared.contracts.dead_letter import DeadLetterNote


def compare_copies(
    address: BrokerAddress, engine: Engine, letters: Sequence[DeadLetter], looked_at: datetime
) -> int:
    """Tell the writer what differs between the rows and `letters`; return how many do.

    Args:
        address: The broker, by way of which the writer is told.
        engine: Its database has the rows.
        letters: All dead letters of all queues.
        looked_at: When the look at the queues began.

    Raises:
        TransientError: Database or broker is unreachable.
    """
    seen = [note for one in letters if (note := _seen(one, looked_at))]
    notes = differing(engine, WORK_QUEUES, seen, looked_at)
    if not notes:
        return 0
    sender = Sender(address, [dead_letter_notes_queue()])
    try:
        sender.send([(WRITER_DEAD_LETTERS, note_to_broker(note)) for note in notes])
        sender.flush()
    finally:
        sender.close()
    return len(notes)


def _seen(letter: DeadLetter, looked_at: datetime) -> DeadLetterNote | None:
    """Return the note of a letter that is there; None if it is about no mail."""
    try:
        mail_id = UUID(letter.mail_id)
    except ValueError:
        return None
    died_at = None
    with suppress(ValueError):
        moment = datetime.fromisoformat(letter.died_at)
        died_at = moment if moment.tzinfo else None
    return DeadLetterNote(
        mail_id=mail_id,
        queue=letter.queue,
        box=letter.details.get("box"),
        source=letter.details.get("source"),
        reason=letter.reason,
        released=max(letter.released, 0),
        died_at=died_at,
        told_at=looked_at,
    )
