"""Events that several commands of a mail refer to become a part of each (V2-1). Pure."""

from shared.contracts.commands import AnyCommand, ApplyEvent
from shared.contracts.content import MailContent
from shared.contracts.messages import MailClassified
from shared.contracts.said import said
from shared.errors import ContractError


def with_events(mail: MailClassified) -> MailClassified:
    """Return `mail` with the state of its event in each command that refers to one.

    Raises:
        ContractError: A command refers to an event that the message does not have.
    """
    if not any(isinstance(command, ApplyEvent) for command in mail.commands):
        return mail
    commands = tuple(_whole(command, mail.content) for command in mail.commands)
    return mail.model_copy(update={"commands": commands})


def _whole(command: AnyCommand, content: MailContent | None) -> AnyCommand:
    if not isinstance(command, ApplyEvent):
        return command
    events = content.events if content else ()
    if command.event >= len(events):
        raise ContractError(
            said("The message has no event {event} for its command", event=command.event)
        )
    return command.of(events[command.event])
