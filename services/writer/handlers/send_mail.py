"""Has a mail sent: it waits in the outbox from this transaction on (behaviour M-1)."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from services.writer.unit_of_work import NewRow, UnitOfWork
from shared.contracts.commands import SendMail
from shared.contracts.messages import MailClassified
from shared.contracts.said import said
from shared.domain.addresses import mailbox_of
from shared.netgenium.own.outbox import Outgoing
from shared.netgenium.own.tables import outbox_table

MOST_AUTOMATIC = 5
"""Automatic mails to one mailbox within `WITHIN` (E-7)."""

WITHIN = timedelta(hours=2)

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
    if command.automatic and _had_enough(command.recipient, work):
        reason = said("no mail to {address}: it has had enough lately", address=command.recipient)
        work.outcome.say(mail, "E-7", "ticket", reason)
        return
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


def _had_enough(recipient: str, work: UnitOfWork) -> bool:
    """Whether a mailbox has had so many automatic mails; the group's lock keeps others out."""
    own, mailbox = outbox_table.c, mailbox_of(recipient)
    name, _, domain = mailbox.rpartition("@")
    query = select(own.recipient).where(
        own.recipient.startswith(name, autoescape=True),
        own.recipient.endswith(f"@{domain}", autoescape=True),
        own.automatic.in_([True]),
        own.created_at > work.now - WITHIN,
    )
    here = [one.mail.recipient for one in work.posted if one.mail.automatic]
    sent = (*here, *work.connection.scalars(query))
    return sum(mailbox_of(one) == mailbox for one in sent) >= MOST_AUTOMATIC


def _about(command: SendMail, work: UnitOfWork) -> _About | None:
    if command.task:
        return _About(command.task.id, command.task.number)
    made = work.made_by(command.task_command) if command.task_command else None
    return _About(made, str(made.values["number"])) if made else None
