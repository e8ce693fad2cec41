"""References to ERP records: the id the writer needs, and the natural key a person reads."""

from shared.contracts.base import Contract
from shared.contracts.primitives import RecordId


class UserRef(Contract):
    """An active user of the ERP; natural key: the e-mail address."""

    id: RecordId
    email: str


class RoleRef(Contract):
    """A role of the role tree; natural key: the name."""

    id: RecordId
    name: str


class ContactRef(Contract):
    """A person in the address book; natural key: the first e-mail address of the record."""

    id: RecordId
    email: str


class RelationshipRef(Contract):
    """A company in the address book; natural key: the name."""

    id: RecordId
    name: str


class RecordRef(Contract):
    """A contract, order, task or opportunity; natural key: the number."""

    id: RecordId
    number: str


class ActivityTypeRef(Contract):
    """An activity type; the id is None where the ERP has no record of the default `E-mail`."""

    id: RecordId | None
    name: str
