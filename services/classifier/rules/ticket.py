"""A ticket box makes a task of each mail from outside that names none (behaviour E-7)."""

from services.classifier.chain import Hit, Miss, SoFar, command_id
from services.classifier.facts.answering import unanswered
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import not_believed
from services.classifier.outcome.conversation import find_task
from services.classifier.outcome.new_contact import with_new_contact
from services.classifier.parse.bounce_marks import is_of_no_person
from services.classifier.reading.mail import Mail
from shared.contracts.commands import CreateTask, SendMail, UpdateTask
from shared.contracts.references import UserRef
from shared.contracts.rule_commands import PutTask
from shared.contracts.said import Said, said
from shared.contracts.verdict import Word
from shared.domain.linking import link_incoming
from shared.domain.notes import Note


def check(mail: Mail, facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit when `ticketBox` is set and the mail is from outside and names no task."""
    if not facts.context.box.ticket_box:
        return Miss(said("this is no ticketBox"))
    if why := _no_ticket(mail, facts, so_far):
        return Miss(why)
    task, notes = _task(mail, facts, so_far)
    answers, answer_notes = _answer(task, mail, facts, so_far)
    return Hit(
        said("a mail from outside without a number: a task"),
        words=(Word.NEW_TASK_CREATED,),
        commands=(task, *answers),
        notes=(*notes, *answer_notes),
    )


def _no_ticket(mail: Mail, facts: Facts, so_far: SoFar) -> Said | None:
    if so_far.direction != "incoming" or (mail.sender and facts.is_ours(mail.sender)):
        return said("the mail is not from outside")
    if mail.bounce or is_of_no_person(mail.parsed.headers):
        return said("an automatic answer, or a mail system's mail: no task")
    if any(isinstance(one, CreateTask | UpdateTask | PutTask) for one in so_far.commands):
        return said("a rule before has made a task of it")
    if not so_far.alone and (unknown := find_task(mail, facts).unknown):
        return said("no task has number {number}: no new one", number=unknown)
    return None


def _task(mail: Mail, facts: Facts, so_far: SoFar) -> tuple[CreateTask, tuple[Note, ...]]:
    # Whoever only says that he is a customer gets a task without one.
    believed = None if not_believed(mail, facts) else mail.sender
    linked = with_new_contact(link_incoming(believed, facts.directory), so_far)
    solvers, notes = _solver(facts)
    box = facts.context.box
    contract = facts.directory.match("contract", box.ticket_contract or "").record
    if box.ticket_contract and contract is None:
        reason = said("contract {number}: no record has this number", number=box.ticket_contract)
        notes = (*notes, Note("T-3", "token", False, reason))
    task = CreateTask(
        command_id=command_id(mail, "E-7", ""),
        subject=mail.parsed.subject.strip() or mail.sender or "-",
        solvers=solvers,
        approver=None,
        contract=contract,
        contact=linked.contact,
        contact_of=linked.contact_of,
        relationship=linked.relationship,
    )
    return task, notes


def _solver(facts: Facts) -> tuple[tuple[UserRef, ...], tuple[Note, ...]]:
    name = facts.context.box.ticket_solver
    if name is None:
        return (), ()
    if user := facts.directory.named.users.get(name):
        return (user,), ()
    reason = said("{user} is no active user: no solver", user=name)
    return (), (Note("E-7", "solvers", False, reason),)


def _answer(
    task: CreateTask, mail: Mail, facts: Facts, so_far: SoFar
) -> tuple[tuple[SendMail, ...], tuple[Note, ...]]:
    if not facts.context.box.ticket_answer:
        return (), ()
    if any(isinstance(one, SendMail) and one.automatic for one in so_far.commands):
        return (), (_told(said("no answer: a rule before has answered"), done=False),)
    if why := unanswered(mail, facts):
        return (), (_told(said("no answer: {why}", why=why), done=False),)
    answer = SendMail(
        command_id=command_id(mail, "E-7", "answer"),
        name="ticket",
        recipient=mail.sender or "",
        template="ticket",
        values={"subject": mail.parsed.subject},
        answers_to=(mail.parsed.message_id,) if mail.parsed.message_id else (),
        task_command=task.command_id,
        automatic=True,
    )
    return (answer,), (_told(said("answered to {address}", address=mail.sender), done=True),)


def _told(reason: Said, *, done: bool) -> Note:
    return Note("E-7", "ticket", done, reason)
