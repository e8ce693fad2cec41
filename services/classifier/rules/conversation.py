"""An answer about a task is filed there (behaviours E-1, E-1a)."""

from dataclasses import replace

from services.classifier.chain import Hit, Miss, SoFar, command_id
from services.classifier.facts.answering import is_of_program
from services.classifier.facts.facts import Facts
from services.classifier.facts.words import is_of_user
from services.classifier.outcome.activity import create_activity
from services.classifier.outcome.conversation import (
    FoundTask,
    comment_of,
    find_task,
    responsible,
)
from services.classifier.outcome.filing import file_mail
from services.classifier.outcome.support import FILED, to_support
from services.classifier.reading.mail import Mail
from services.classifier.rules import direction
from shared.contracts.commands import CreateActivity, CreateTask, Direction, SendMail, UpdateTask
from shared.contracts.conversation_commands import CommentTask
from shared.contracts.references import RecordRef
from shared.contracts.rule_commands import PutTask
from shared.contracts.said import Said, said
from shared.contracts.verdict import Word
from shared.domain.linking import Linked, link_incoming, link_outgoing
from shared.domain.notes import Note


def check(mail: Mail, facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit when the mail names a task by its tag, by an answer, or by a number that counts."""
    if why := _not_asked(so_far):
        return Miss(why)
    found = find_task(mail, facts)
    if found.task is None:
        return Miss(found.why, found.notes)
    decided = direction.check(mail, facts, so_far)
    activities, notes = _activity(found.task, mail, facts, so_far, decided.direction)
    comments, forwards = _told(found, found.task, mail, facts)
    return Hit(
        found.why,
        words=(Word.FILED,),
        commands=(*activities, *comments, *forwards),
        stop=True,
        direction=decided.direction,
        notes=(*found.notes, Note("R-14", "direction", True, decided.reason), *notes),
        flags=decided.flags,
    )


def _not_asked(so_far: SoFar) -> Said | None:
    if so_far.alone:
        return said("an early rule has taken the mail")
    if "bounce" in so_far.hits:
        return said("mail that came back is no answer")
    if any(isinstance(one, CreateTask | UpdateTask | PutTask) for one in so_far.commands):
        return said("the mail has a task of its own")
    return None


def _activity(
    task: RecordRef, mail: Mail, facts: Facts, so_far: SoFar, towards: Direction | None
) -> tuple[tuple[CreateActivity, ...], tuple[Note, ...]]:
    """Make the whole mail an activity, for one user."""
    user = responsible(task, mail, facts)
    if user is None:
        nobody = said("neither a solver of the task nor a recipient is a user: no activity")
        return (), (Note("E-1", "solvers", False, nobody),)
    towards = towards or "incoming"
    filing = file_mail(mail, facts, towards)
    # Whatever else the mail names, it is about this task.
    filing = replace(filing, records={"task": task}, answers_to=(), notes=(), flags=())
    linked = _linked(mail, facts, towards)
    activity, notes = create_activity(
        mail, facts, so_far, responsible=user, direction=towards, linked=linked, filing=filing
    )
    late = activity.model_copy(update={"by_envelope": False})
    return (late,), (*linked.notes, *notes)


def _linked(mail: Mail, facts: Facts, towards: Direction) -> Linked:
    if towards == "incoming":
        return link_incoming(mail.sender, facts.directory)
    own_domains = facts.context.box.own_domains
    others = facts.bounds(mail).users if facts.context.links_other_contacts else 0
    return link_outgoing(mail.recipients, facts.directory, own_domains, other_contacts=others)


def _told(
    found: FoundTask, task: RecordRef, mail: Mail, facts: Facts
) -> tuple[tuple[CommentTask, ...], tuple[SendMail, ...]]:
    """Make the comment, and the mail to the support; of what a program wrote neither (M-3)."""
    if is_of_program(mail):
        return (), ()
    text, user = comment_of(mail), facts.sender_user(mail) if is_of_user(mail, facts) else None
    comment = CommentTask(
        command_id=command_id(mail, "E-1", "comment"),
        task=task,
        author=user.ref if user else None,
        text=text or "-",
    )
    comments = (comment,) if text else ()
    return comments, () if user else to_support(mail, facts, FILED, found.why, task)
