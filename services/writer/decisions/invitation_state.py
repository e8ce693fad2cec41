"""What is known of an invitation, and the keys by which it is found (V2-1, V2-2a). Pure."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.commands import UpsertInvitation
from shared.domain.event_order import EventOrder
from shared.domain.invitation_key import digest, invitation_key


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


def state_key(command: UpsertInvitation) -> str:
    """Return the key of the event, or of the occurrence, for the command's user (V2-1)."""
    return invitation_key(command.uid, command.recurrence_id, command.user.id)


def series_key(command: UpsertInvitation) -> str:
    """Return the key of the whole series for the command's user."""
    return invitation_key(command.uid, None, command.user.id)


def own_key(command: UpsertInvitation) -> str:
    """Return the key of what the command's organiser tells of it (V2-2a)."""
    return digest(state_key(command), command.organizer or "")
