"""Which handler applies which command: the table of the writer."""

from services.writer.handlers.create_activity import create_activity
from services.writer.handlers.create_task import create_task
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import AnyCommand, CreateActivity, CreateTask
from shared.contracts.messages import MailClassified
from shared.errors import ContractError


def apply(command: AnyCommand, mail: MailClassified, work: UnitOfWork) -> None:
    """Let the handler of `command` add its rows to `work`.

    Raises:
        ContractError: The message has commands but no content to make records from.
    """
    content = mail.content
    if content is None:
        raise ContractError(f"Mail {mail.mail_id} came with commands but without content")
    match command:
        case CreateActivity():
            create_activity(command, mail, content, work)
        case CreateTask():
            create_task(command, mail, content, work)
