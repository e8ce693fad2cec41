"""Makes or updates the task of a problem (manual, chapter 15.2; behaviour P-2).

Which of the two is decided here, whatever the classifier expected (R-e); an older mail never
overwrites a newer state.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from services.writer.changes import change_record, record_change
from services.writer.earlier import KnownProblem
from services.writer.handlers.create_activity import create_activity
from services.writer.handlers.create_task import add_task, remember_task
from services.writer.put_row import put_row
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import CreateTask, UpdateTask
from shared.contracts.content import MailContent
from shared.contracts.flags import PROBLEM_NOT_BELIEVED
from shared.contracts.messages import MailClassified
from shared.contracts.said import said
from shared.contracts.verdict import Word, task_updated
from shared.domain.problem_tasks import ProblemTask, customer_may_not
from shared.netgenium.own.tables import problem_table

_AHEAD = timedelta(days=1)
"""How far ahead of us a sender's clock and zone may be."""


def problem_task(
    command: CreateTask | UpdateTask, mail: MailClassified, content: MailContent, work: UnitOfWork
) -> None:
    """Apply the state that a problem mail tells, and say in the verdict what was done."""
    problem = work.earlier.problems[command.problem_id or ""]
    state_at = _state_at(mail, content)
    task, contract = problem.task, command.contract.id if command.contract else None
    if task is None:
        row = add_task(command, mail, content, work)
        work.write("task")
        remember_task(command, mail, row, work)
        done, makers = str(Word.NEW_TASK_CREATED), frozenset(filter(None, [mail.sender]))
        task = ProblemTask(row.id or 0, str(row.values.get("number")), contract, makers)
    elif command.by_customer and (why := customer_may_not(task, mail.sender or "", contract)):
        work.outcome.say(mail, "S-8", "problem", why)
        _as_ordinary_mail(mail, content, work)
        return
    elif problem.state_at is not None and problem.state_at > state_at:
        work.outcome.reword(mail, (Word.TASK_APPLICATION, Word.DELETED))
        newer = said("a newer mail has told the state of this problem already")
        work.outcome.say(mail, "P-2", "problem", newer)
        return
    else:
        _update(command, mail, task.id, work)
        done = task_updated(task.id)
        task = replace(task, contract=contract or task.contract)
    work.outcome.reword(mail, (Word.TASK_APPLICATION, done, Word.DELETED))
    _remember(command.problem_id or "", task, mail, state_at, work)


def _as_ordinary_mail(mail: MailClassified, content: MailContent, work: UnitOfWork) -> None:
    """Treat it as ordinary mail: another domain has made the task since it was classified (S-8)."""
    if mail.otherwise is None:
        work.outcome.reword(mail, (Word.TASK_APPLICATION, Word.DELETED))
        work.outcome.flag(mail, PROBLEM_NOT_BELIEVED)
        return
    for activity in mail.otherwise.commands:
        create_activity(activity, mail, content, work)
    work.outcome.instead(mail, mail.otherwise)


def _state_at(mail: MailClassified, content: MailContent) -> datetime:
    """Return the mail's date, to the second; one from the future would shut out all later mails."""
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
    problem_id: str, task: ProblemTask, mail: MailClassified, state_at: datetime, work: UnitOfWork
) -> None:
    row = {
        "problem_id": problem_id,
        "task_id": task.id,
        "state_at": state_at,
        "mail_id": mail.mail_id,
    }
    known = work.earlier.problems[problem_id].state_at is not None
    put_row(work.connection, problem_table, row, known=known)
    work.earlier.problems[problem_id] = KnownProblem(task, state_at)
