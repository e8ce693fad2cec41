"""One activity from a mail, for one responsible user (manual, chapters 15.10 and 15.11; A-1)."""

from services.classifier.assignment import assign
from services.classifier.chain import Note, SoFar, command_id
from services.classifier.facts import Facts, User
from services.classifier.linking import Linked
from services.classifier.mail import Mail
from services.classifier.scope import scope_for
from shared.contracts.commands import CreateActivity, CreateTask, Direction


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
    assignment = assign(mail, facts, direction)
    scope, scope_note = scope_for(assignment.scope, responsible, facts)
    new_task = next((c for c in so_far.commands if isinstance(c, CreateTask)), None)
    activity = CreateActivity(
        command_id=command_id(mail, "activity", str(responsible.ref.id)),
        responsible=responsible.ref,
        type=assignment.type,
        direction=direction,
        contact=linked.contact,
        relationship=linked.relationship,
        other_contacts=linked.other_contacts,
        contract=assignment.of("contract"),
        order=assignment.of("order"),
        task=None if new_task else assignment.of("task"),
        opportunity=assignment.of("opportunity"),
        scope=scope,
        completed=not (direction == "incoming" and facts.house.box.save_incoming_as_pending),
        task_command=new_task.command_id if new_task else None,
    )
    return activity, (*assignment.notes, scope_note)
