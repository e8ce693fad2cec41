"""The directory: the people and records of the ERP that a batch of mails may mean. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from shared.contracts.references import (
    ActivityTypeRef,
    ContactRef,
    RecordRef,
    RelationshipRef,
    RoleRef,
    UserRef,
)
from shared.domain.addresses import domain_of
from shared.domain.vocabulary import TokenKind


@dataclass(frozen=True, slots=True)
class Role:
    """A role with its depth in the tree: 1 at the top (manual, chapter 11)."""

    ref: RoleRef
    depth: int


@dataclass(frozen=True, slots=True)
class User:
    """An active user with the depths of the roles they have.

    Attributes:
        twins: Ids of other active users with the address that was looked up.
    """

    ref: UserRef
    role_depths: tuple[int, ...] = ()
    twins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressBookEntry:
    """Somebody in the address book: a contact with its relationship, or a relationship alone."""

    contact: ContactRef | None
    relationship: RelationshipRef | None


@dataclass(frozen=True, slots=True)
class RecordMatch:
    """Records that a number may mean (T-7).

    Attributes:
        exact: The record with exactly that number.
        similar: Open records that have it with, or without, its year.
    """

    exact: RecordRef | None = None
    similar: tuple[RecordRef, ...] = ()

    @property
    def record(self) -> RecordRef | None:
        """The record meant: the exact one, else the only similar one."""
        return self.exact or (self.similar[0] if len(self.similar) == 1 else None)


@dataclass(frozen=True, slots=True)
class Names:
    """What rules of the administrator name in the ERP.

    Attributes:
        users: Logins and addresses.
        companies: Names of relationships.
    """

    users: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()

    def __or__(self, other: "Names") -> "Names":
        """Return both together."""
        return Names(self.users | other.users, self.companies | other.companies)


@dataclass(frozen=True, slots=True)
class Named:
    """Those of `Names` that the ERP has, by their names as they were asked for."""

    users: Mapping[str, UserRef] = field(default_factory=dict)
    companies: Mapping[str, RelationshipRef] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskPeople:
    """Who a task concerns.

    Attributes:
        contact: Id of the contact that it is for.
        solvers: Active users who solve it, in their order.
    """

    contact: int | None = None
    solvers: tuple[User, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """People and records, as far as they were looked up.

    Attributes:
        users: Active users by address.
        address_book: Entries by address; contacts come before relationships.
        relationships_by_domain: Companies that own a domain, by domain.
        records: What a token's kind and number stand for.
        owners: Ids of the companies that a record belongs to, by its kind and id; without one
            the record is of nobody, or the ERP does not say.
        activity_types: By folded name.
        roles: All roles.
        named: What rules of the administrator name.
        tasks: People of the tasks that mails answer, by the task's id (E-1).
    """

    users: Mapping[str, User] = field(default_factory=dict)
    address_book: Mapping[str, tuple[AddressBookEntry, ...]] = field(default_factory=dict)
    relationships_by_domain: Mapping[str, tuple[RelationshipRef, ...]] = field(default_factory=dict)
    records: Mapping[tuple[TokenKind, str], RecordMatch] = field(default_factory=dict)
    owners: Mapping[tuple[TokenKind, int], frozenset[int]] = field(default_factory=dict)
    activity_types: Mapping[str, ActivityTypeRef] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    named: Named = field(default_factory=Named)
    tasks: Mapping[int, TaskPeople] = field(default_factory=dict)

    def users_among(self, addresses: Iterable[str]) -> tuple[User, ...]:
        """Return the users whose addresses are among `addresses`, in their order, each once."""
        found = (self.users.get(address) for address in addresses)
        return tuple({user.ref.id: user for user in found if user}.values())

    def holders(self, address: str) -> tuple[tuple[ContactRef, ...], tuple[RelationshipRef, ...]]:
        """Return every contact, and every relationship, with exactly this address."""
        known = self.address_book.get(address, ())
        contacts = tuple(one.contact for one in known if one.contact)
        alone = (one.relationship for one in known if one.contact is None)
        return contacts, tuple(company for company in alone if company)

    def match(self, kind: TokenKind, number: str) -> RecordMatch:
        """Return what `number` may mean as a number of `kind`; empty if nothing has it."""
        return self.records.get((kind, number), RecordMatch())

    def owners_of(self, kind: TokenKind, record: RecordRef) -> frozenset[int]:
        """Return ids of the companies that `record` belongs to."""
        return self.owners.get((kind, record.id), frozenset())

    def knows(self, address: str) -> bool:
        """Return whether the address book has the address, or a company with its domain."""
        return address in self.address_book or domain_of(address) in self.relationships_by_domain

    def companies_of(self, addresses: Iterable[str]) -> frozenset[int]:
        """Return ids of every company that one of `addresses` may belong to (A-2)."""
        return frozenset(id_ for address in addresses for id_ in self._companies(address))

    def _companies(self, address: str) -> Iterator[int]:
        """Yield companies: that of the address goes before that of its domain."""
        if entries := self.address_book.get(address):
            yield from (one.relationship.id for one in entries if one.relationship)
        else:
            yield from (one.id for one in self.relationships_by_domain.get(domain_of(address), ()))
