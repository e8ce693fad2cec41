"""Facts: what the ERP knows about a mail, looked up once for a batch of mails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

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
    """A mail that has claimed an identification key before."""

    mail_id: UUID
    content_sha256: str
    body_sha256: str


@dataclass(frozen=True, slots=True)
class House:
    """What does not depend on the mail.

    Attributes:
        box: Settings of the technology box.
        vocabulary: Its phrases.
        keeps_html: The ERP has a place for a mail's HTML.
        links_other_contacts: The ERP has a place for further contacts of an activity.
    """

    box: Box
    vocabulary: Vocabulary
    keeps_html: bool = False
    links_other_contacts: bool = False


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
    """

    house: House
    processed: Processed | None = None
    users: Mapping[str, User] = field(default_factory=dict)
    known: Mapping[str, tuple[Known, ...]] = field(default_factory=dict)
    relationships_by_domain: Mapping[str, tuple[RelationshipRef, ...]] = field(default_factory=dict)
    records: Mapping[tuple[TokenKind, str], Found] = field(default_factory=dict)
    activity_types: Mapping[str, ActivityTypeRef] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()

    def user_recipients(self, mail: Mail) -> tuple[User, ...]:
        """Recipients who are users, in header order, each once; never the box (R-c)."""
        users = (
            self.users.get(address)
            for address in mail.recipients
            if address != self.house.box.email
        )
        return tuple({user.ref.id: user for user in users if user}.values())

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
