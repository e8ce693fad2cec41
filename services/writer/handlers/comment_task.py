"""Comments on a task what a mail says about it (behaviour E-1)."""

from services.writer.handlers.mail_date import date_of
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.content import MailContent
from shared.contracts.conversation_commands import CommentTask
from shared.contracts.messages import MailClassified


def comment_task(
    command: CommentTask, mail: MailClassified, content: MailContent, work: UnitOfWork
) -> None:
    """Add the comment, where the ERP has a place for it; it never goes out by itself (E-2)."""
    if not work.erp.has("task_comment"):
        return
    values = {
        "task": command.task.id,
        "author": command.author.id if command.author else None,
        "text": command.text,
        "created_on": date_of(mail, content, work.now),
        "for_customer": False,
    }
    work.add(mail.cause, command, "task_comment", values, {})
