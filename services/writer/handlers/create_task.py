"""Creates a task (behaviour N-1)."""

from collections.abc import Mapping

from services.writer.changes import record_change, whole_record
from services.writer.handlers.create_contact import contact_id
from services.writer.unit_of_work import NewRow, UnitOfWork
from shared.contracts.commands import CreateTask, UpdateTask
from shared.contracts.content import MailContent
from shared.contracts.messages import MailClassified
from shared.contracts.rule_commands import PutTask

NEW = "new"
"""The word of the mapping for the status of a task that says none."""


def create_task(
    command: CreateTask, mail: MailClassified, content: MailContent, work: UnitOfWork
) -> None:
    """Add the task with the next free number."""
    row = add_task(command, mail, content, work)
    work.afterwards(lambda: remember_task(command, mail, row, work))


def add_task(
    command: CreateTask | UpdateTask, mail: MailClassified, content: MailContent, work: UnitOfWork
) -> NewRow:
    """Return the new row; `remember_task` is called once it is written."""
    number = next(work.task_numbers)
    work.outcome.find_by(mail, number)
    values = {
        "number": number,
        "subject": command.subject,
        "text": content.text,
        "status": command.status or work.erp.word("task", "status", NEW),
        "approver": command.approver.id if command.approver else None,
        "contract": command.contract.id if command.contract else None,
        "problem_id": command.problem_id,
        **_for_whom(command, work),
    }
    solvers = {"solvers": [user.id for user in command.solvers]}
    return work.add(mail.cause, command, "task", values, solvers, kind="create_task")


def _for_whom(command: CreateTask | UpdateTask, work: UnitOfWork) -> Mapping[str, object]:
    if isinstance(command, UpdateTask):
        return {}
    company = command.relationship.id if command.relationship else None
    contact = contact_id(command.contact, command.contact_of, work)
    return {"contact": contact, "relationship": company}


def remember_task(
    command: CreateTask | UpdateTask | PutTask, mail: MailClassified, row: NewRow, work: UnitOfWork
) -> None:
    """Remember for `undo` that the task was made: all of it, to see what is changed later."""
    made = whole_record(work.connection, work.erp, "task", row.id or 0)
    record_change(work, mail.cause, command, "task", row.id or 0, old=None, new=made)
