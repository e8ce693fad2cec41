"""Has a mail sent: it waits in the outbox from this transaction on (behaviour M-1)."""

from typing import NamedTuple

from services.writer.unit_of_work import NewRow, UnitOfWork
from shared.contracts.commands import SendMail
from shared.contracts.messages import MailClassified
from shared.netgenium.own.outbox import Outgoing

TASK_NUMBER = "task_number"
"""The value of a template that the task's number goes into."""


class _About(NamedTuple):
    """The task that a mail is about: its id, or its row that is still to be written."""

    task: int | NewRow
    number: str


def send_mail(command: SendMail, mail: MailClassified, work: UnitOfWork) -> None:
    """Add the row of the outbox; the same mail processed again adds no second one."""
    about = _about(command, work)
    if command.task_command and not about:
        return  # A replay, whose task was made before: its mail was decided then.
    values = dict(command.values) | ({TASK_NUMBER: about.number} if about else {})
    work.mail(
        mail.cause,
        Outgoing(
            name=command.name,
            box=mail.box,
            recipient=command.recipient,
            template=command.template,
            values=values,
            answers_to=command.answers_to,
            attachments=(mail.backup_key,) if command.attach_original else (),
            task=about.task if about else None,
            automatic=command.automatic,
        ),
    )


def _about(command: SendMail, work: UnitOfWork) -> _About | None:
    if command.task:
        return _About(command.task.id, command.task.number)
    made = work.made_by(command.task_command) if command.task_command else None
    return _About(made, str(made.values["number"])) if made else None
