"""Which handler applies which command: the table of the writer."""

from typing import assert_never

from services.writer.handlers.comment_task import comment_task
from services.writer.handlers.count_soft_bounce import count_soft_bounce
from services.writer.handlers.create_activity import create_activity
from services.writer.handlers.create_contact import create_contact
from services.writer.handlers.create_task import create_task
from services.writer.handlers.mark_forbidden import mark_forbidden
from services.writer.handlers.problem_task import problem_task
from services.writer.handlers.put_contact import put_contact
from services.writer.handlers.put_relationship import put_relationship
from services.writer.handlers.put_task import put_task
from services.writer.handlers.send_mail import send_mail
from services.writer.handlers.upsert_invitation import upsert_invitation
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import (
    AnyCommand,
    ApplyEvent,
    CountSoftBounce,
    CreateActivity,
    CreateTask,
    MarkForbidden,
    SendMail,
    UpdateTask,
    UpsertInvitation,
)
from shared.contracts.conversation_commands import CommentTask
from shared.contracts.messages import MailClassified
from shared.contracts.rule_commands import CreateContact, PutTask
from shared.contracts.said import said
from shared.contracts.xml_commands import PutContact, PutRelationship
from shared.errors import ContractError


def apply(  # noqa: C901, PLR0912 - a case for each command
    command: AnyCommand, mail: MailClassified, work: UnitOfWork
) -> None:
    """Let the handler of `command` add its rows to `work`.

    Raises:
        ContractError: The message has commands but no content to make records from, or refers to
            an event that it does not hold.
    """
    content = mail.content
    if content is None:
        raise ContractError(
            said("Mail {mail_id} came with commands but without content", mail_id=mail.mail_id)
        )
    match command:
        case CreateActivity():
            create_activity(command, mail, content, work)
        case CreateTask() if command.problem_id is None:
            create_task(command, mail, content, work)
        case CreateTask() | UpdateTask():
            problem_task(command, mail, content, work)
        case MarkForbidden():
            mark_forbidden(command, mail, work)
        case CountSoftBounce():
            count_soft_bounce(command, mail, work)
        case UpsertInvitation():
            upsert_invitation(command, mail, work)
        case CreateContact():
            create_contact(command, mail, work)
        case PutTask():
            put_task(command, mail, content, work)
        case CommentTask():
            comment_task(command, mail, content, work)
        case PutRelationship():
            put_relationship(command, mail, work)
        case PutContact():
            put_contact(command, mail, work)
        case SendMail():
            send_mail(command, mail, work)
        case ApplyEvent():
            raise ContractError(said("Events are taken out of a mail's content before"))
        case _:
            assert_never(command)
