"""Creates a task (behaviour N-1)."""

from services.writer.changes import record_change
from services.writer.task_numbers import next_task_number
from services.writer.unit_of_work import NewRow, UnitOfWork
from shared.contracts.commands import CreateTask, UpdateTask
from shared.contracts.content import MailContent
from shared.contracts.messages import MailClassified


def create_task(
    command: CreateTask, mail: MailClassified, content: MailContent, work: UnitOfWork
) -> None:
    """Add the task with the next free number."""
    add_task(command, mail, content, work)


def add_task(
    command: CreateTask | UpdateTask, mail: MailClassified, content: MailContent, work: UnitOfWork
) -> NewRow:
    """The new row; that it was made is remembered for `undo` once it is written."""
    values = {
        "number": next_task_number(work),
        "subject": command.subject,
        "text": content.text,
        "status": command.status,
        "approver": command.approver.id if command.approver else None,
        "contract": command.contract.id if command.contract else None,
        "problem_id": command.problem_id,
    }
    solvers = {"solvers": [user.id for user in command.solvers]}
    row = work.add(mail, command, "task", values, solvers, kind="create_task")
    made = {"subject": command.subject, "status": command.status}

    def remember() -> None:
        record_change(work, mail, command, "task", row.id or 0, old=None, new=made)

    work.afterwards(remember)
    return row
