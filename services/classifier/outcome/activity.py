"""One activity from a mail, for one responsible user (manual, chapters 15.10 and 15.11; A-1)."""

from services.classifier.chain import SoFar, command_id
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import not_believed
from services.classifier.outcome.filing import Filing
from services.classifier.reading.automatic import kind_of_automatic
from services.classifier.reading.mail import Mail
from shared.contracts.commands import CreateActivity, CreateTask, Direction
from shared.contracts.rule_commands import PutTask
from shared.domain.directory import User
from shared.domain.linking import Linked
from shared.domain.notes import Note
from shared.domain.scope import scope_for


def create_activity(  # noqa: PLR0913 - all that an activity is made from, each a thing of its own
    mail: Mail,
    facts: Facts,
    so_far: SoFar,
    *,
    responsible: User,
    direction: Direction,
    linked: Linked,
    filing: Filing,
) -> tuple[CreateActivity, tuple[Note, ...]]:
    """Return the command for one activity, and the notes on how it was decided."""
    scope, scope_note = scope_for(filing.scope, responsible, facts.directory.roles)
    new_task = next((c for c in so_far.commands if isinstance(c, CreateTask | PutTask)), None)
    # What is made in the name of a user who is not believed waits for a person (S-3).
    doubted = direction == "outgoing" and not_believed(mail, facts)
    pending = direction == "incoming" and facts.context.box.save_incoming_as_pending
    late = {user.ref.id for user in facts.forwarding_users(mail)}
    activity = CreateActivity(
        command_id=command_id(mail, "activity", str(responsible.ref.id)),
        responsible=responsible.ref,
        type=filing.type,
        direction=direction,
        contact=linked.contact,
        relationship=linked.relationship,
        other_contacts=linked.other_contacts,
        contract=filing.records.get("contract"),
        order=filing.records.get("order"),
        task=None if new_task else filing.records.get("task"),
        opportunity=filing.records.get("opportunity"),
        scope=scope,
        completed=not (pending or doubted or "bounce" in so_far.hits),
        task_command=new_task.command_id if new_task else None,
        by_envelope=responsible.ref.id in late,
        answers_to=filing.answers_to,
        contact_of=linked.contact_of,
    )
    return activity, (*filing.notes, scope_note, *_automatic(mail))


def _automatic(mail: Mail) -> tuple[Note, ...]:
    kind = kind_of_automatic(mail.parsed)
    return (Note("H-23", "automatic", True, kind),) if kind else ()
