"""Makes or changes the task of a rule of the administrator (behaviours C-2, C-4).

Which of the two is decided here, whatever the classifier expected (R-e).
"""

from sqlalchemy import select

from services.writer.changes import change_record, record_change
from services.writer.earlier_tasks import TaskThere, meant
from services.writer.handlers.create_contact import contact_id
from services.writer.handlers.create_task import NEW, remember_task
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.content import MailContent
from shared.contracts.messages import MailClassified
from shared.contracts.rule_commands import PutTask
from shared.contracts.verdict import Word, is_task_updated, task_updated

_NAMELESS = "-"


def put_task(
    command: PutTask, mail: MailClassified, content: MailContent, work: UnitOfWork
) -> None:
    """Set the values in the task that the command means, or in a new one."""
    contact = contact_id(command.contact, command.contact_of, work)
    task_id = work.earlier.put_tasks.get(command.command_id)
    if task_id is None and not command.task and command.subject:
        here = work.earlier.tasks_here.get(command.subject, ())
        found = meant(command, here, contact)
        task_id = found.id if found else None
    if task_id is None:
        task_id = _make(command, mail, content, work)
        done = str(Word.NEW_TASK_CREATED)
    else:
        _change(command, mail, task_id, work)
        done = task_updated(task_id)
    work.earlier.tasks_here.setdefault(command.subject, []).append(
        TaskThere(task_id, contact, frozenset(filter(None, [command.sender])))
    )
    _reword(mail, done, work)


def _make(command: PutTask, mail: MailClassified, content: MailContent, work: UnitOfWork) -> int:
    number = next(work.task_numbers)
    work.outcome.find_by(mail, number)
    values: dict[str, object] = {
        "number": number,
        "subject": command.subject or mail.sender or _NAMELESS,
        "text": content.text,
        "contract": command.contract.id if command.contract else None,
        "contact": contact_id(command.contact, command.contact_of, work),
        "status": work.erp.word("task", "status", NEW),
        **command.values,
    }
    solvers = {"solvers": [user.id for user in command.solvers]}
    row = work.add(mail.cause, command, "task", values, solvers, kind="create_task")
    work.write("task")
    remember_task(command, mail, row, work)
    return row.id or 0


def _change(command: PutTask, mail: MailClassified, task_id: int, work: UnitOfWork) -> None:
    new: dict[str, object] = dict(command.values)
    if command.contract:
        new["contract"] = command.contract.id
    mapped = work.erp.mapped("task", new)
    old = change_record(work, "task", task_id, mapped)
    if mapped:
        record_change(work, mail.cause, command, "task", task_id, old=old or {}, new=mapped)
    task = work.erp.table("task").c
    number = work.connection.scalar(select(task.number).where(task.id == task_id))
    known = {"number": number}
    work.touched(mail.cause, command, "task", task_id, kind="update_task", values=known)


def _reword(mail: MailClassified, done: str, work: UnitOfWork) -> None:
    """Say in the verdict what was really done."""
    expected = Word.NEW_TASK_CREATED
    words = tuple(
        done if word == expected or is_task_updated(word) else word for word in mail.verdict
    )
    work.outcome.reword(mail, words)
