"""What is told of a dead letter, read from the message itself (behaviour O-2). Pure."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from shared.broker.message import DIED_AT, REASON, BrokerMessage
from shared.broker.topology import WRITER_DEAD_LETTERS
from shared.broker.wire import described, note_to_broker
from shared.contracts.dead_letter import DeadLetterNote, Ending

_BROKERS_REASON = "x-first-death-reason"
_OPENED_BYTES = 1024 * 1024
_HIGHEST_COUNT = 2**31 - 1


def reason_of(dead: BrokerMessage) -> str:
    """Return why it died; the broker's word where it gave the message up itself."""
    reason = dead.headers.get(REASON)
    if reason is None:
        return f"the broker gave it up: {dead.headers.get(_BROKERS_REASON, 'unknown')}"
    return str(reason)


def died_at(dead: BrokerMessage) -> datetime | None:
    """Return when it died; None if it does not say so."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(str(dead.headers.get(DIED_AT, "")))
        return moment if moment.tzinfo else None
    return None


def note_of(
    queue: str, dead: BrokerMessage, told_at: datetime, ended_as: Ending | None = None
) -> DeadLetterNote | None:
    """Return what is told of the dead letter of `queue`; None if it is about no mail.

    Args:
        queue: The work queue.
        dead: The message, with reason and moment.
        told_at: When it was made, seen or ended; an ending is never before the death.
        ended_as: How it ended, if it did.
    """
    try:
        mail_id = UUID(dead.mail_id)
    except ValueError:
        return None
    details, died = _details(dead), died_at(dead)
    return DeadLetterNote(
        mail_id=mail_id,
        queue=queue,
        box=details.get("box"),
        source=details.get("source"),
        reason=reason_of(dead),
        released=min(max(dead.releases, 0) + (ended_as == "released"), _HIGHEST_COUNT),
        died_at=died,
        told_at=max(told_at, died or told_at),
        ended_as=ended_as,
    )


def told_of(
    queue: str, dead: BrokerMessage, told_at: datetime, ended_as: Ending | None = None
) -> list[tuple[str, BrokerMessage]]:
    """Return the message to the writer about a dead letter with its queue; none if no mail's.

    The arguments are those of `note_of`.
    """
    note = note_of(queue, dead, told_at, ended_as)
    return [] if note is None else [(WRITER_DEAD_LETTERS, note_to_broker(note))]


def _details(dead: BrokerMessage) -> Mapping[str, str]:
    # Consumers may have died of what a heavy message unpacks to; nobody dies of telling so.
    return described(dead) if dead.weight <= _OPENED_BYTES else {}
