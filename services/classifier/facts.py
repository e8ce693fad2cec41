"""Facts: what the ERP knows about a mail, looked up once for a batch of mails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from services.classifier.bounds import Bounds, bounds_for
from services.classifier.mail import Mail
from services.classifier.vocabulary import TokenKind, Vocabulary
from shared.contracts.references import (
    ActivityTypeRef,
    ContactRef,
    RecordRef,
    RelationshipRef,
    RoleRef,
    UserRef,
)
from shared.own_mail import OwnMail
from shared.settings.box import Box


@dataclass(frozen=True, slots=True)
class Role:
    """A role with its immersion level: 1 at the top of the tree (manual, chapter 11)."""

    ref: RoleRef
    depth: int


@dataclass(frozen=True, slots=True)
class User:
    """An active user with the depths of the roles they have."""

    ref: UserRef
    role_depths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody in the address book: a contact with its relationship, or a relationship alone."""

    contact: ContactRef | None
    relationship: RelationshipRef | None


@dataclass(frozen=True, slots=True)
class Found:
    """Records that a token's number may mean (T-7).

    Attributes:
        exact: The record with exactly that number.
        similar: Open records that have it with, or without, its year.
    """

    exact: RecordRef | None = None
    similar: tuple[RecordRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Processed:
    """A mail that has claimed an identification key before.

    Attributes:
        responsible: Ids of the users who have an activity of it.
    """

    mail_id: UUID
    content_sha256: str
    body_sha256: str
    responsible: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Thread:
    """What a mail recorded before is assigned to (A-6)."""

    contract: RecordRef | None = None
    order: RecordRef | None = None
    task: RecordRef | None = None
    opportunity: RecordRef | None = None


@dataclass(frozen=True, slots=True)
class House:
    """What does not depend on the mail.

    Attributes:
        box: Settings of the technology box.
        vocabulary: Its phrases.
        keeps_html: The ERP has a place for a mail's HTML.
        links_other_contacts: The ERP has a place for further contacts of an activity.
        keeps_invitations: The ERP has a place for invitations.
        own_mail: Recognises mail that we have sent; None without a secret.
    """

    box: Box
    vocabulary: Vocabulary
    keeps_html: bool = False
    links_other_contacts: bool = False
    keeps_invitations: bool = True
    own_mail: OwnMail | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one mail.

    Attributes:
        house: Settings and vocabulary.
        processed: The other mail that has claimed this mail's key, if any.
        users: Active users by address.
        known: Everybody in the address book that has an address of the mail, by address.
        relationships_by_domain: Companies that own a domain of the mail, by domain.
        records: What a token's kind and number stand for.
        activity_types: By folded name.
        roles: All roles.
        erp_message_ids: Message-IDs of mail that the ERP has sent itself (R-f).
        threads: Assignments of mails recorded before, by Message-ID (A-6).
        problem_tasks: Tasks by their problem id (P-2).
        soft_bounces: Days of earlier soft bounces, by address (B-3).
    """

    house: House
    processed: Processed | None = None
    users: Mapping[str, User] = field(default_factory=dict)
    known: Mapping[str, tuple[Known, ...]] = field(default_factory=dict)
    relationships_by_domain: Mapping[str, tuple[RelationshipRef, ...]] = field(default_factory=dict)
    records: Mapping[tuple[TokenKind, str], Found] = field(default_factory=dict)
    activity_types: Mapping[str, ActivityTypeRef] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    erp_message_ids: frozenset[str] = frozenset()
    threads: Mapping[str, Thread] = field(default_factory=dict)
    problem_tasks: Mapping[str, RecordRef] = field(default_factory=dict)
    soft_bounces: Mapping[str, frozenset[date]] = field(default_factory=dict)

    def user_recipients(self, mail: Mail) -> tuple[User, ...]:
        """Recipients by To and Cc who are users, in header order, each once; never the box."""
        return self._users_among(mail.recipients)[: self.bounds(mail).users]

    def forwarding_users(self, mail: Mail) -> tuple[User, ...]:
        """Users whom only the envelope names: it was forwarded from their mailbox (R-c)."""
        listed = {user.ref.id for user in self.user_recipients(mail)}
        users = self._users_among(mail.forwarded_from)
        others = tuple(user for user in users if user.ref.id not in listed)
        return others[: self.bounds(mail).users - len(listed)]

    def users_beyond(self, mail: Mail) -> int:
        """How many users beyond the bound the mail names."""
        users = self._users_among((*mail.recipients, *mail.forwarded_from))
        return max(len(users) - self.bounds(mail).users, 0)

    def bounds(self, mail: Mail) -> Bounds:
        """What the mail may cause at most."""
        return bounds_for(mail, self.house.box.own_domains)

    def is_for_users(self, mail: Mail) -> bool:
        """Whether any recipient is a user, by header or by envelope."""
        return bool(self.user_recipients(mail) or self.forwarding_users(mail))

    def _users_among(self, addresses: Sequence[str]) -> tuple[User, ...]:
        users = (
            self.users.get(address) for address in addresses if address != self.house.box.email
        )
        return tuple({user.ref.id: user for user in users if user}.values())

    def is_ours(self, address: str) -> bool:
        """Whether an address is the box's, a user's, or of an own domain."""
        box = self.house.box
        return (
            address == box.email
            or address in self.users
            or address.rpartition("@")[2] in box.own_domains
        )

    def is_spared(self, address: str) -> bool:
        """Whether no report marks an address: it is ours, or of a host of ours (B-2)."""
        domain = address.rpartition("@")[2]
        below = any(domain.endswith(f".{own}") for own in self.house.box.own_domains)
        return below or self.is_ours(address)

    def sender_user(self, mail: Mail) -> User | None:
        """The sender, if a user."""
        return self.users.get(mail.sender) if mail.sender else None


class LookUp(Protocol):
    """Looks facts up."""

    @property
    def house(self) -> House:
        """What does not depend on the mail."""

    def __call__(self, mails: Sequence[Mail]) -> Sequence[Facts]:
        """The facts for each mail, in order, in a fixed number of queries for the whole batch.

        Raises:
            TransientError: The database is away.
            PermanentError: The mapping does not fit the database.
        """
