"""Facts: what is known about one mail when the rules are asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from services.classifier.bounds import Bounds, bounds_for
from services.classifier.reading.mail import Mail
from shared.domain.addresses import domain_of
from shared.domain.directory import Directory, User
from shared.domain.earlier import Earlier, Processed
from shared.domain.own_mail import OwnMail
from shared.domain.vocabulary import Vocabulary
from shared.settings.box import Box

if TYPE_CHECKING:
    # A rule takes facts, and facts have the box's rules: only types go round in this circle.
    from services.classifier.chain import PolicyRow
    from services.classifier.custom.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class BoxContext:
    """What is the same for every mail of a box.

    Attributes:
        box: Settings of the technology box.
        vocabulary: Its phrases.
        policy: The rules that its mail is asked, in their order.
        keeps_html: The ERP has a place for a mail's HTML.
        links_other_contacts: The ERP has a place for further contacts of an activity.
        keeps_invitations: The ERP has a place for invitations.
        own_mail: Recognises mail that we have sent; None without a secret.
        rules: The administrator's rules; None: the box has no rule file (C-1).
    """

    box: Box
    vocabulary: Vocabulary
    policy: "Sequence[PolicyRow]"
    keeps_html: bool = False
    links_other_contacts: bool = False
    keeps_invitations: bool = True
    own_mail: OwnMail | None = None
    rules: "RuleSet | None" = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one mail.

    Attributes:
        context: Of its box.
        directory: People and records that the batch may mean.
        earlier: What earlier mails mean for the batch.
        processed: The other mail that this one is a copy of, else the one that was first to
            claim its key, if any.
    """

    context: BoxContext
    directory: Directory = field(default_factory=Directory)
    earlier: Earlier = field(default_factory=Earlier)
    processed: Processed | None = None

    def user_recipients(self, mail: Mail) -> tuple[User, ...]:
        """Return recipients by To and Cc who are users, in order, each once; never the box."""
        return self._users_among(mail.recipients)[: self.bounds(mail).users]

    def forwarding_users(self, mail: Mail) -> tuple[User, ...]:
        """Return users whom only the envelope names: it was forwarded from their mailbox (R-c).

        Nobody receives his own mail by a blind copy to himself, unless the sender is refuted.
        """
        listed = {user.ref.id for user in self.user_recipients(mail)}
        sender = None if mail.proof.state == "refuted" else self.sender_user(mail)
        own = {sender.ref.id} if sender else set[int]()
        users = self._users_among(mail.forwarded_from)
        others = tuple(user for user in users if user.ref.id not in listed | own)
        return others[: self.bounds(mail).users - len(listed)]

    def users_beyond(self, mail: Mail) -> int:
        """Return how many users beyond the bound the mail names."""
        users = self._users_among((*mail.recipients, *mail.forwarded_from))
        return max(len(users) - self.bounds(mail).users, 0)

    def bounds(self, mail: Mail) -> Bounds:
        """Return what the mail may cause at most."""
        return bounds_for(mail, self.context.box.own_domains)

    def is_for_users(self, mail: Mail) -> bool:
        """Return whether any recipient is a user, by header or by envelope."""
        return bool(self.user_recipients(mail) or self.forwarding_users(mail))

    def _users_among(self, addresses: Sequence[str]) -> tuple[User, ...]:
        box = self.context.box
        named = (one for address in addresses for one in (address, *box.members_of(address)))
        return self.directory.users_among(address for address in named if address != box.email)

    def is_ours(self, address: str) -> bool:
        """Return whether an address is the box's, a user's, or of an own domain."""
        box = self.context.box
        return bool(
            address == box.email
            or box.members_of(address)
            or address in self.directory.users
            or domain_of(address) in box.own_domains
        )

    def is_spared(self, address: str) -> bool:
        """Return whether no report marks an address: it is ours, or of a host of ours (B-2)."""
        own_domains = self.context.box.own_domains
        below = any(domain_of(address).endswith(f".{own}") for own in own_domains)
        return below or self.is_ours(address)

    def sender_user(self, mail: Mail) -> User | None:
        """Return the sender, if a user."""
        return self.directory.users.get(mail.sender) if mail.sender else None


class LookUp(Protocol):
    """Looks facts up."""

    def __call__(self, mails: Sequence[tuple[Mail, BoxContext]]) -> Sequence[Facts]:
        """Return the facts for each mail, in order, in a fixed number of queries for all boxes.

        Raises:
            TransientError: The database is unreachable.
            PermanentError: The mapping does not fit the database.
        """
