"""What all commands have in common."""

from uuid import UUID, uuid5

from shared.contracts.base import Contract


def command_id_of(mail_id: UUID, rule: str, recipient: str) -> UUID:
    """Return the id of a command: always the same for the same command of the same mail."""
    return uuid5(mail_id, f"{rule}\0{recipient}")


class Command(Contract):
    """Base of all commands.

    Attributes:
        command_id: Derived from (mail id, rule, recipient), so that classifying the same mail
            again gives the same command.
    """

    command_id: UUID
