"""One activity from a mail, for one responsible user (manual, chapters 15.10 and 15.11; A-1)."""

from services.classifier.chain import SoFar, command_id
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import not_believed
from services.classifier.reading.automatic import kind_of_automatic
from services.classifier.reading.mail import Mail
from shared.contracts.commands import CreateActivity, CreateTask, Direction
from shared.contracts.said import said, with_commas
from shared.domain.assignment import assign
from shared.domain.directory import User
from shared.domain.earlier import Thread
from shared.domain.linking import Linked
from shared.domain.notes import Note
from shared.domain.scope import scope_for
from shared.domain.tokens import record_said


def create_activity(  # noqa: PLR0913 - all that an activity is made from, each a thing of its own
    mail: Mail,
    facts: Facts,
    so_far: SoFar,
    *,
    responsible: User,
    direction: Direction,
    linked: Linked,
) -> tuple[CreateActivity, tuple[Note, ...]]:
    """The command for one activity, and the notes on how it was decided."""
    # What is made in the name of a user who is not believed says nothing of its own (S-3).
    doubted = direction == "outgoing" and not_believed(mail, facts)
    assignment = assign(() if doubted else mail.tokens, facts.directory, direction)
    scope, scope_note = scope_for(assignment.scope, responsible, facts.directory.roles)
    new_task = next((c for c in so_far.commands if isinstance(c, CreateTask)), None)
    thread, thread_note = (Thread(), ()) if doubted else _thread(mail, facts)
    late = {user.ref.id for user in facts.forwarding_users(mail)}
    pending = direction == "incoming" and facts.context.box.save_incoming_as_pending
    activity = CreateActivity(
        command_id=command_id(mail, "activity", str(responsible.ref.id)),
        responsible=responsible.ref,
        type=assignment.type,
        direction=direction,
        contact=linked.contact,
        relationship=linked.relationship,
        other_contacts=linked.other_contacts,
        contract=assignment.of("contract") or thread.contract,
        order=assignment.of("order") or thread.order,
        task=None if new_task else assignment.of("task") or thread.task,
        opportunity=assignment.of("opportunity") or thread.opportunity,
        scope=scope,
        completed=not (pending or doubted or "bounce" in so_far.hits),
        task_command=new_task.command_id if new_task else None,
        by_envelope=responsible.ref.id in late,
        answers_to=() if mail.tokens or doubted else mail.answers_to,
    )
    return activity, (*assignment.notes, *thread_note, scope_note, *_automatic(mail))


def _automatic(mail: Mail) -> tuple[Note, ...]:
    kind = kind_of_automatic(mail.parsed)
    return (Note("H-23", "automatic", True, kind),) if kind else ()


def _thread(mail: Mail, facts: Facts) -> tuple[Thread, tuple[Note, ...]]:
    """What a mail without token inherits from the nearest mail recorded before (A-6)."""
    if mail.tokens:
        return Thread(), ()
    for message_id in mail.answers_to:
        if thread := facts.earlier.threads.get(message_id):
            if not thread.records:
                return thread, ()
            records = with_commas([record_said(kind, one.number) for kind, one in thread.records])
            reason = said("{records}, as the mail that this one answers", records=records)
            return thread, (Note("A-6", "thread", True, reason),)
    return Thread(), ()
