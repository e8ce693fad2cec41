"""Creates a task (behaviour N-1)."""

from services.writer.task_numbers import next_task_number
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import CreateTask
from shared.contracts.content import MailContent
from shared.contracts.messages import MailClassified


def create_task(
    command: CreateTask, mail: MailClassified, content: MailContent, work: UnitOfWork
) -> None:
    """Add the task with the next free number."""
    values = {
        "number": next_task_number(work),
        "subject": command.subject,
        "text": content.text,
        "status": command.status,
        "approver": command.approver.id if command.approver else None,
        "contract": command.contract.id if command.contract else None,
        "problem_id": command.problem_id,
    }
    work.add(mail, command, "task", values, {"solvers": [user.id for user in command.solvers]})
