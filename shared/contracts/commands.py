"""The typed commands that the classifier emits and the writer applies; a union by `kind`."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.references import (
    ActivityTypeRef,
    ContactRef,
    RecordRef,
    RelationshipRef,
    RoleRef,
    UserRef,
)

Direction = Literal["incoming", "outgoing"]


class Command(Contract):
    """Base of all commands.

    Attributes:
        command_id: Derived from (mail id, rule, recipient), so that classifying the same mail
            again gives the same command.
    """

    command_id: UUID


class CreateActivity(Command):
    """One activity from the mail's content (behaviours A-1 to A-5, T-1 to T-7).

    Attributes:
        responsible: The responsible person.
        other_contacts: Further known people the mail went to (A-2).
        scope: Roles that see the activity; empty means no scope (T-5).
        completed: True: the completion date is the date of the mail; False: pending (A-5).
        task_command: The `CreateTask` of the same mail whose task the activity is linked to.
    """

    kind: Literal["create_activity"] = "create_activity"
    responsible: UserRef
    type: ActivityTypeRef
    direction: Direction
    contact: ContactRef | None = None
    relationship: RelationshipRef | None = None
    other_contacts: tuple[ContactRef, ...] = ()
    contract: RecordRef | None = None
    order: RecordRef | None = None
    task: RecordRef | None = None
    opportunity: RecordRef | None = None
    scope: tuple[RoleRef, ...] = ()
    completed: bool
    task_command: UUID | None = None


class CreateTask(Command):
    """One task from the mail's content (behaviour N-1)."""

    kind: Literal["create_task"] = "create_task"
    subject: str
    solvers: tuple[UserRef, ...]
    approver: UserRef | None
    contract: RecordRef | None = None
    problem_id: str | None = None
    status: str | None = None


AnyCommand = Annotated[CreateActivity | CreateTask, Field(discriminator="kind")]
