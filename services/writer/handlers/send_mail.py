"""Has a mail sent: it waits in the outbox from this transaction on (behaviour M-1)."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import and_, or_, select

from services.writer.unit_of_work import NewRow, UnitOfWork
from shared.contracts.commands import SendMail
from shared.contracts.messages import MailClassified
from shared.contracts.said import said
from shared.domain.addresses import mailbox_of
from shared.netgenium.own.outbox import Outgoing, Posted
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
    posted = Posted(mail.cause, _outgoing(command, mail, about))
    if command.automatic and _had_enough(posted, work):
        reason = said("no mail to {address}: it has had enough lately", address=command.recipient)
        work.outcome.say(mail, "E-7", "ticket", reason)
        return
    work.mail(posted)


def _outgoing(command: SendMail, mail: MailClassified, about: _About | None) -> Outgoing:
    return Outgoing(
        name=command.name,
        box=mail.box,
        recipient=command.recipient,
        template=command.template,
        values=dict(command.values) | ({TASK_NUMBER: about.number} if about else {}),
        answers_to=command.answers_to,
        attachments=(mail.backup_key,) if command.attach_original else (),
        task=about.task if about else None,
        automatic=command.automatic,
    )


def _had_enough(posted: Posted, work: UnitOfWork) -> bool:
    """Whether a mailbox has had so many automatic mails; the group's lock keeps others out.

    A mail that is processed again counts once, and what it asked for then is not refused now.
    """
    own, mailbox = outbox_table.c, mailbox_of(posted.mail.recipient)
    name, _, domain = mailbox.rpartition("@")
    lately = and_(
        own.recipient.startswith(name, autoescape=True),
        own.recipient.endswith(f"@{domain}", autoescape=True),
        own.created_at > work.now - WITHIN,
    )
    query = select(own.outbox_id, own.recipient).where(
        or_(lately, own.outbox_id == posted.outbox_id), own.automatic.in_([True])
    )
    here = [(one.outbox_id, one.mail.recipient) for one in work.posted if one.mail.automatic]
    found = (*here, *((row.outbox_id, row.recipient) for row in work.connection.execute(query)))
    sent = {outbox_id for outbox_id, recipient in found if mailbox_of(recipient) == mailbox}
    return posted.outbox_id not in sent and len(sent) >= MOST_AUTOMATIC


def _about(command: SendMail, work: UnitOfWork) -> _About | None:
    if command.task:
        return _About(command.task.id, command.task.number)
    made = work.made_by(command.task_command) if command.task_command else None
    return _About(made, str(made.values["number"])) if made else None
