"""Makes or updates the task of a problem (manual, chapter 15.2; behaviour P-2).

Which of the two is decided here, whatever the classifier expected (R-e); an older mail never
overwrites a newer state.
"""

from datetime import datetime, timedelta

from services.writer.changes import change_record, record_change
from services.writer.earlier import KnownProblem
from services.writer.handlers.create_task import add_task, remember_task
from services.writer.put_row import put_row
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import CreateTask, UpdateTask
from shared.contracts.content import MailContent
from shared.contracts.messages import MailClassified
from shared.contracts.said import said
from shared.contracts.verdict import Word, task_updated
from shared.netgenium.own.tables import problem_table

_AHEAD = timedelta(days=1)
"""How far ahead of us a sender's clock and zone may be."""


def problem_task(
    command: CreateTask | UpdateTask, mail: MailClassified, content: MailContent, work: UnitOfWork
) -> None:
    """Apply the state that a problem mail tells, and say in the verdict what was done."""
    problem = work.earlier.problems[command.problem_id or ""]
    state_at = _state_at(mail, content)
    if problem.task_id is None:
        row = add_task(command, mail, content, work)
        work.write("task")
        remember_task(command, mail, row, work)
        done, task_id = str(Word.NEW_TASK_CREATED), row.id or 0
    elif problem.state_at is not None and problem.state_at > state_at:
        work.outcome.reword(mail, (Word.TASK_APPLICATION, Word.DELETED))
        newer = said("a newer mail has told the state of this problem already")
        work.outcome.say(mail, "P-2", "problem", newer)
        return
    else:
        task_id = problem.task_id
        _update(command, mail, task_id, work)
        done = task_updated(task_id)
    work.outcome.reword(mail, (Word.TASK_APPLICATION, done, Word.DELETED))
    _remember(command.problem_id or "", task_id, mail, state_at, work)


def _state_at(mail: MailClassified, content: MailContent) -> datetime:
    """The date of the mail, to the second; one from the future would shut out all later mails."""
    return min(content.sent_at, mail.received_at + _AHEAD).replace(microsecond=0)


def _update(
    command: CreateTask | UpdateTask, mail: MailClassified, task_id: int, work: UnitOfWork
) -> None:
    new: dict[str, object] = {"subject": command.subject, "status": command.status}
    if command.contract:
        new["contract"] = command.contract.id
    mapped = work.erp.mapped("task", new)
    old = change_record(work, "task", task_id, mapped)
    record_change(work, mail.cause, command, "task", task_id, old=old or {}, new=mapped)


def _remember(
    problem_id: str, task_id: int, mail: MailClassified, state_at: datetime, work: UnitOfWork
) -> None:
    row = {
        "problem_id": problem_id,
        "task_id": task_id,
        "state_at": state_at,
        "mail_id": mail.mail_id,
    }
    known = work.earlier.problems[problem_id].state_at is not None
    put_row(work.connection, problem_table, row, known=known)
    work.earlier.problems[problem_id] = KnownProblem(task_id, state_at)
