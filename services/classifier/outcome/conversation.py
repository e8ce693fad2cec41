"""Which task a mail belongs to by its tag, and what of the mail is said there (E-1). Pure."""

from typing import NamedTuple

from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import distrusted
from services.classifier.facts.words import is_of_user
from services.classifier.outcome.token_trust import companies_of
from services.classifier.parse.quotes import split_quotes
from services.classifier.reading.mail import Mail
from shared.contracts.bounds import COMMENT_LENGTH
from shared.contracts.references import RecordRef
from shared.contracts.said import Said, said
from shared.domain.directory import TaskPeople, User
from shared.domain.notes import Note
from shared.domain.tickets import Ticket, above_marker

_NOBODY = TaskPeople()


class FoundTask(NamedTuple):
    """The task that a mail belongs to.

    Attributes:
        task: The task; None: it belongs to none.
        why: How it was found, or that it was not.
        notes: What was passed over.
        unknown: A number, or a right tag, of a task that is not there.
    """

    task: RecordRef | None
    why: Said
    notes: tuple[Note, ...] = ()
    unknown: str | None = None


def find_task(mail: Mail, facts: Facts) -> FoundTask:
    """Find the task: by the right tag, by what the mail answers, then by a bare number."""
    tagged = [one for one in mail.tickets if one.tagged]
    bare = [one for one in mail.tickets if not one.tagged]
    for one in tagged:
        if task := _exact(one, facts):
            why = said("the subject has the tag of task {number}", number=task.number)
            return FoundTask(task, why)
    for message_id in mail.answers_to:
        if task := facts.earlier.answered.get(message_id):
            why = said("it answers a mail of ours about task {number}", number=task.number)
            return FoundTask(task, why, _passed_over(bare))
    return _by_number(tagged, bare, mail, facts)


def _by_number(tagged: list[Ticket], bare: list[Ticket], mail: Mail, facts: Facts) -> FoundTask:
    numbers = [one for one in bare if not one.wrong]
    notes, unknown = _passed_over(bare), tagged[0].number if tagged else None
    for one in numbers:
        task = _exact(one, facts)
        if task is None:
            unknown = unknown or one.number
        elif _belongs(task, mail, facts):
            why = said("the subject has the number of task {number}", number=task.number)
            return FoundTask(task, why, notes)
        else:
            reason = said(
                "number {number} is passed over: it has no tag, and the sender does not belong to "
                "the task",
                number=task.number,
            )
            notes = (*notes, Note("E-1", "tag", False, reason))
    if unknown:
        return FoundTask(None, said("no task has number {number}", number=unknown), notes, unknown)
    return FoundTask(None, said("the subject has no tag or number of a task"), notes)


def _passed_over(tickets: list[Ticket]) -> tuple[Note, ...]:
    return tuple(
        Note("E-1", "tag", False, said("the tag of number {number} is not ours", number=one.number))
        for one in tickets
        if one.wrong
    )


def _exact(ticket: Ticket, facts: Facts) -> RecordRef | None:
    return facts.directory.match("task", ticket.number).exact


def _belongs(task: RecordRef, mail: Mail, facts: Facts) -> bool:
    """Whether a sender who is believed is a user, the task's contact, or of its company."""
    if mail.sender is None or distrusted(mail, facts):
        return False
    if is_of_user(mail, facts):
        return True
    contacts, _ = facts.directory.holders(mail.sender)
    people = facts.directory.tasks.get(task.id, _NOBODY)
    if people.contact is not None and people.contact in {one.id for one in contacts}:
        return True
    return bool(facts.directory.owners_of("task", task) & companies_of(mail, facts))


def responsible(task: RecordRef, mail: Mail, facts: Facts) -> User | None:
    """Return whose activity the mail becomes: a solver who gets it, a solver, a user who does."""
    recipients = facts.user_recipients(mail)
    solvers = facts.directory.tasks.get(task.id, _NOBODY).solvers
    ids = {one.ref.id for one in recipients}
    addressed = [one for one in solvers if one.ref.id in ids]
    return next(iter((*addressed, *solvers, *recipients, *facts.forwarding_users(mail))), None)


def comment_of(mail: Mail) -> str:
    """Return the sender's own words; without any the names of the attachments."""
    above = above_marker(mail.parsed.text)
    parts = mail.body.parts if above is None else split_quotes(above)
    own = parts.own.strip()
    names = ", ".join(part.name for part in mail.parsed.attachments)
    return (own or names)[:COMMENT_LENGTH]


def came_back(mail: Mail, facts: Facts) -> RecordRef | None:
    """Return the task that a mail of ours was about which came back with this bounce."""
    if mail.bounce is None:
        return None
    returned = mail.parsed.reports.returned.message_id
    return facts.earlier.answered.get(returned) if returned else None
