"""Mail of the application "Troubleshooting" becomes a task (manual, chapter 15.2; P-1 to P-3)."""

from services.classifier.chain import Hit, Miss, SoFar, command_id
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import distrusted
from services.classifier.reading.mail import Mail
from services.classifier.reading.problem import ProblemReport
from shared.contracts.commands import CreateTask, UpdateTask
from shared.contracts.references import RecordRef
from shared.contracts.said import Said, said, with_commas
from shared.contracts.verdict import Word, task_updated
from shared.domain.notes import Note


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when the subject starts as that of a problem mail; stops either way."""
    problem = mail.problem
    if problem is None:
        return Miss(said("the subject is not that of a problem mail"))
    if mail.sender is None:
        why = mail.sender_problem
        return Miss(said("the subject is that of a problem mail, but {why}", why=why))
    allowed = facts.context.box.problem_sender
    if allowed and mail.sender not in allowed:
        return Miss(
            said("P-2: {sender} is no problemSender, so this is ordinary mail", sender=mail.sender)
        )
    if refused := _refused(mail, problem, facts):
        return Hit(refused, words=(Word.INVALID_TASK,), stop=True)
    contract, notes = _contract(problem, facts)
    command = _command(mail, problem, contract, facts)
    done = (
        Word.NEW_TASK_CREATED if isinstance(command, CreateTask) else task_updated(command.task.id)
    )
    return Hit(
        said("problem {id}, status {status}", id=problem.problem_id, status=problem.status),
        words=(Word.TASK_APPLICATION, done),
        commands=(command,),
        stop=True,
        notes=notes,
    )


def _refused(mail: Mail, problem: ProblemReport, facts: Facts) -> Said | None:
    if why := distrusted(mail, facts):
        return said("S-1: {why}", why=why)
    if problem.missing:
        return said("P-3: the body has {missing}", missing=with_commas(problem.missing))
    return None


def _contract(problem: ProblemReport, facts: Facts) -> tuple[RecordRef | None, tuple[Note, ...]]:
    """The contract by its exact number, else the one open contract that fits (T-7)."""
    record = facts.directory.match("contract", problem.contract or "").record
    if record:
        return record, ()
    reason = said("contract {number}: no record has this number", number=problem.contract)
    return None, (Note("T-3", "token", False, reason),)


def _command(
    mail: Mail, problem: ProblemReport, contract: RecordRef | None, facts: Facts
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
        )
    return UpdateTask(
        command_id=command_id(mail, "R-6", ""),
        task=existing,
        subject=problem.subject or "",
        solvers=solvers,
        approver=sender.ref if sender else None,
        contract=contract,
        problem_id=problem_id,
        status=problem.status or "",
    )
