"""What is known of an invitation, and the keys by which it is found (V2-1, V2-2a). Pure."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from shared.contracts.commands import UpsertInvitation
from shared.domain.event_order import EventOrder


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of an invitation so far.

    Attributes:
        key: Of its row; an earlier version has made it without the organiser.
        record_id: Its record in the ERP; None while only its cancellation has come.
        order: Of its newest state.
        believed: Its newest state came from the organiser; else it is flagged.
        mail_id, sender: Of the mail that told its newest state.
    """

    key: str
    record_id: int | None
    order: EventOrder
    organizer: str | None
    believed: bool
    cancelled: bool
    mail_id: UUID
    sender: str | None


def digest(*parts: str) -> str:
    """Return a key for texts of any length; a NUL inside of one is no border between two."""
    clean = (part.replace("\0", "") for part in parts)
    return sha256("\0".join(clean).encode("utf-8", "replace")).hexdigest()


def event_key(command: UpsertInvitation) -> str:
    """Return the key of the event, or of the occurrence, for all users."""
    return digest(command.uid, command.recurrence_id or "")


def state_key(command: UpsertInvitation) -> str:
    """Return the key of the event, or of the occurrence, for the command's user (V2-1)."""
    return digest(event_key(command), str(command.user.id))


def series_key(command: UpsertInvitation) -> str:
    """Return the key of the whole series for the command's user."""
    return digest(digest(command.uid, ""), str(command.user.id))


def own_key(command: UpsertInvitation) -> str:
    """Return the key of what the command's organiser tells of it (V2-2a)."""
    return digest(state_key(command), command.organizer or "")
