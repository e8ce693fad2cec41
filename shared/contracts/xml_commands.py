"""Commands that only XML mail gives (behaviour E-4); its tasks are `PutTask`."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.command import Command
from shared.contracts.line import Line
from shared.contracts.references import RelationshipRef


class PutRelationship(Command):
    """A company of the address book, made or changed; the writer decides which (R-e).

    Attributes:
        name: By which it is known.
        new_name: What it is called from now on; empty: as before.
        emails, domains: Added where the company lacks them.
    """

    kind: Literal["put_relationship"] = "put_relationship"
    name: Annotated[Line, Field(min_length=1)]
    new_name: Line = ""
    emails: tuple[Line, ...] = ()
    domains: tuple[Line, ...] = ()


class PutContact(Command):
    """A person of the address book, made or changed; the writer decides which (R-e).

    Attributes:
        address: By which the contact is known.
        first_name, last_name: None: as before.
        relationship: The company that it belongs to from now on; None: as before.
        relationship_of: Without a company: the name of the one that a command before makes.
    """

    kind: Literal["put_contact"] = "put_contact"
    address: Annotated[str, Field(max_length=320)]
    first_name: Line | None = None
    last_name: Line | None = None
    relationship: RelationshipRef | None = None
    relationship_of: Line | None = None
