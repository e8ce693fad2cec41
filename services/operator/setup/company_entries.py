"""The records of a company file; references between them are by natural key, such as a login."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Key = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""A text that may not be empty."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RoleEntry(_Part):
    """A role; without parent it has depth 1."""

    name: Key
    parent: Key | None = None


class UserEntry(_Part):
    """A user, active unless said otherwise."""

    login: Key
    name: Key
    email: Key
    role: Key | None = None
    active: bool = True


class ContactEntry(_Part):
    """A person at a company."""

    name: Key
    emails: tuple[Key, ...] = ()


class RelationshipEntry(_Part):
    """A company in the address book."""

    name: Key
    emails: tuple[Key, ...] = ()
    domains: tuple[Key, ...] = ()
    contacts: tuple[ContactEntry, ...] = ()


class ContractEntry(_Part):
    """A contract, with its team by login."""

    number: Key
    subject: str = ""
    relationship: Key | None = None
    team: tuple[Key, ...] = ()
    closed: bool = False


class OrderEntry(_Part):
    """An order, numbered `yyyy-#`."""

    number: Key
    contract: Key | None = None
    relationship: Key | None = None
    closed: bool = False


class OpportunityEntry(_Part):
    """An opportunity."""

    number: Key
    relationship: Key | None = None
    closed: bool = False


class TaskEntry(_Part):
    """A task, with solvers and approver by login and contact by e-mail."""

    number: Key
    subject: str = ""
    solvers: tuple[Key, ...] = ()
    approver: Key | None = None
    contract: Key | None = None
    contact: Key | None = None


class Company(_Part):
    """A whole company file."""

    box: str = ""
    activity_types: tuple[Key, ...] = Field(default=("E-mail",), min_length=1)
    roles: tuple[RoleEntry, ...] = ()
    users: tuple[UserEntry, ...] = ()
    relationships: tuple[RelationshipEntry, ...] = ()
    contracts: tuple[ContractEntry, ...] = ()
    orders: tuple[OrderEntry, ...] = ()
    opportunities: tuple[OpportunityEntry, ...] = ()
    tasks: tuple[TaskEntry, ...] = ()

    def contacts(self) -> list[ContactEntry]:
        """Return all contacts, in file order."""
        return [contact for company in self.relationships for contact in company.contacts]


ENTRIES: Mapping[str, type[_Part]] = {
    "roles": RoleEntry,
    "users": UserEntry,
    "relationships": RelationshipEntry,
    "contacts": ContactEntry,
    "contracts": ContractEntry,
    "orders": OrderEntry,
    "opportunities": OpportunityEntry,
    "tasks": TaskEntry,
}
"""The lists of a company file and what they hold."""
