"""Mail of the application "Troubleshooting" becomes a task (manual, chapter 15.2; P-1 to P-3)."""

from services.classifier.chain import Hit, Miss, SoFar, command_id
from services.classifier.facts.facts import Facts
from services.classifier.facts.problem_trust import is_by_customer, not_believed_about
from services.classifier.reading.mail import Mail
from services.classifier.reading.problem import ProblemReport
from shared.contracts.commands import CreateTask, UpdateTask
from shared.contracts.flags import PROBLEM_NOT_BELIEVED
from shared.contracts.references import RecordRef
from shared.contracts.said import said, with_commas
from shared.contracts.verdict import Word, task_updated
from shared.domain.notes import Note


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when the subject starts as that of a problem mail and its sender may send one."""
    problem = mail.problem
    if problem is None:
        return Miss(said("the subject is not that of a problem mail"))
    if mail.sender is None:
        why = mail.sender_problem
        return Miss(said("the subject is that of a problem mail, but {why}", why=why))
    contract = facts.directory.match("contract", problem.contract or "").record
    if refused := not_believed_about(mail, contract, facts):
        ordinary = said("{why}, so this is ordinary mail", why=refused)
        return Miss(ordinary, flags=(PROBLEM_NOT_BELIEVED,))
    if problem.missing:
        missing = said("P-3: the body has {missing}", missing=with_commas(problem.missing))
        return Hit(missing, words=(Word.INVALID_TASK,), stop=True)
    command = _command(mail, problem, contract, facts)
    done = (
        Word.NEW_TASK_CREATED if isinstance(command, CreateTask) else task_updated(command.task.id)
    )
    return Hit(
        said("problem {id}, status {status}", id=problem.problem_id, status=problem.status),
        words=(Word.TASK_APPLICATION, done),
        commands=(command,),
        stop=True,
        notes=_notes(problem, contract),
    )


def told_by_another(_mail: Mail, _facts: Facts, _so_far: SoFar) -> Miss:
    """Miss: when the writer came to it, another domain had made the task."""
    first = said("S-8: another domain was first to tell this problem, so this is ordinary mail")
    return Miss(first, flags=(PROBLEM_NOT_BELIEVED,))


def _notes(problem: ProblemReport, contract: RecordRef | None) -> tuple[Note, ...]:
    """Say if no contract has that number, nor does one open contract fit (T-7)."""
    if contract:
        return ()
    reason = said("contract {number}: no record has this number", number=problem.contract)
    return (Note("T-3", "token", False, reason),)


def _command(
    mail: Mail,
    problem: ProblemReport,
    contract: RecordRef | None,
    facts: Facts,
) -> CreateTask | UpdateTask:
    problem_id = problem.problem_id or ""
    sender = facts.sender_user(mail)
    solvers = tuple(user.ref for user in facts.user_recipients(mail))
    existing = facts.earlier.problem_tasks.get(problem_id)
    if existing is None:
        return CreateTask(
            command_id=command_id(mail, "R-6", ""),
            subject=problem.subject or "",
            solvers=solvers,
            approver=sender.ref if sender else None,
            contract=contract,
            problem_id=problem_id,
            status=problem.status,
            by_customer=is_by_customer(mail, facts),
        )
    return UpdateTask(
        command_id=command_id(mail, "R-6", ""),
        task=RecordRef(id=existing.id, number=existing.number),
        subject=problem.subject or "",
        solvers=solvers,
        approver=sender.ref if sender else None,
        contract=contract,
        problem_id=problem_id,
        status=problem.status or "",
        by_customer=is_by_customer(mail, facts),
    )
