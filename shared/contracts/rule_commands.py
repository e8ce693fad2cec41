"""Commands that only rules of the administrator give (behaviour C-2)."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.command import Command
from shared.contracts.line import Line
from shared.contracts.references import ContactRef, RecordRef, RelationshipRef, UserRef


class CreateContact(Command):
    """A contact for an address that the address book does not have (behaviour C-2).

    The writer looks again: of several mails from a new sender one makes the contact (R-e).

    Attributes:
        first_name, last_name: From the display name; the last is never empty.
        relationship: The company that it belongs to.
    """

    kind: Literal["create_contact"] = "create_contact"
    address: Annotated[str, Field(max_length=320)]
    first_name: Line = ""
    last_name: Annotated[Line, Field(min_length=1)]
    relationship: RelationshipRef


class PutTask(Command):
    """The task that a rule of the administrator makes of a mail, or changes (behaviour C-2).

    The writer decides which of the two, if the mail does not name the task (R-e).

    Attributes:
        task: The task whose number the mail names.
        subject: Without prefixes: an open task with the same one is the one that is meant.
        same_contact: Only a task of the same contact is, or of the same sender without one.
        contact: The sender's.
        contact_of: Without a contact: the address that a command before may make one of (C-4).
        sender: Who has sent the mail; empty if nobody may be believed to.
        values: What the task is set to, by our names of its fields.
        solvers: Those of a new task.
    """

    kind: Literal["put_task"] = "put_task"
    task: RecordRef | None = None
    subject: str
    same_contact: bool = True
    contact: ContactRef | None = None
    contact_of: str | None = None
    sender: str = ""
    values: dict[str, str] = Field(default_factory=dict, max_length=10)
    solvers: tuple[UserRef, ...] = ()
    contract: RecordRef | None = None
