"""Which contact and relationship an activity belongs to (behaviour A-2). Pure.

The full address goes before the domain. What is ambiguous is not guessed: no link, and a note.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from shared.contracts.references import ContactRef, RelationshipRef
from shared.contracts.said import said
from shared.domain.addresses import domain_of
from shared.domain.directory import AddressBookEntry, Directory
from shared.domain.notes import Note

_AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Linked:
    """The link of an activity, possibly to nobody.

    Attributes:
        ambiguous: Somebody was found, but on several records.
        contact_of: The address that a contact is being made of; there is none yet.
    """

    contact: ContactRef | None = None
    relationship: RelationshipRef | None = None
    other_contacts: tuple[ContactRef, ...] = ()
    notes: tuple[Note, ...] = ()
    ambiguous: bool = False
    contact_of: str | None = None

    @property
    def linked(self) -> bool:
        """Whether there is a link."""
        return self.contact is not None or self.relationship is not None

    @property
    def unknown(self) -> bool:
        """Whether nobody was found, not even twice."""
        return not self.linked and not self.ambiguous


def link_incoming(sender: str | None, directory: Directory) -> Linked:
    """Link by the sender."""
    return _link((sender,) if sender else (), directory)


def link_outgoing(
    recipients: Sequence[str],
    directory: Directory,
    own_domains: Container[str],
    *,
    other_contacts: int,
) -> Linked:
    """Link by the first recipient from outside that is found.

    Args:
        recipients: Addresses in header order.
        directory: Users and the address book.
        own_domains: Nobody in these is from outside.
        other_contacts: Link so many of the other contacts among the recipients at most.
    """
    external = tuple(
        address
        for address in recipients
        if address not in directory.users and domain_of(address) not in own_domains
    )
    linked = _link(external, directory)
    others = _other_contacts(external, directory, linked.contact)[:other_contacts]
    return replace(linked, other_contacts=others)


def _link(addresses: tuple[str, ...], directory: Directory) -> Linked:
    notes: list[Note] = []
    for address in addresses:
        if found := _by_address(address, directory, notes):
            return _linked(found, address, notes)
    for name in dict.fromkeys(filter(None, map(domain_of, addresses))):
        if found := _by_domain(name, directory, notes):
            return _linked(found, said("the domain {name}", name=name), notes)
    ambiguous = bool(notes)
    if addresses and not notes:
        unknown = said("{addresses}: not in the address book", addresses=_listed(addresses))
        notes.append(Note("A-2", "link", False, unknown))
    return Linked(notes=tuple(notes), ambiguous=ambiguous)


def _by_address(address: str, directory: Directory, notes: list[Note]) -> AddressBookEntry | None:
    """Return the contact with the address, else the relationship; several agree or are left out."""
    entries = directory.address_book.get(address, ())
    candidates = [one for one in entries if one.contact] or list(entries)
    if len(candidates) <= 1:
        return candidates[0] if candidates else None
    relationships = {
        one.relationship.id: one.relationship for one in candidates if one.relationship
    }
    if len(relationships) == 1 and all(one.relationship for one in candidates):
        reason = said(
            "{address} is on several contacts of one company: linked to the company alone",
            address=address,
        )
        notes.append(Note("A-2", _AMBIGUOUS, False, reason))
        return AddressBookEntry(None, next(iter(relationships.values())))
    several = said("{address} is on several records: no link", address=address)
    notes.append(Note("A-2", _AMBIGUOUS, False, several))
    return None


def _by_domain(name: str, directory: Directory, notes: list[Note]) -> AddressBookEntry | None:
    owners = directory.relationships_by_domain.get(name, ())
    if len(owners) == 1:
        return AddressBookEntry(None, owners[0])
    if owners:
        companies = _listed(owner.name for owner in owners)
        reason = said(
            "the domain {name} is on several companies: {companies}: no link",
            name=name,
            companies=companies,
        )
        notes.append(Note("A-2", _AMBIGUOUS, False, reason))
    return None


def _linked(found: AddressBookEntry, by: str, notes: list[Note]) -> Linked:
    names = [found.contact.email] if found.contact else []
    names += [found.relationship.name] if found.relationship else []
    reason = said("linked by {what} to {names}", what=by, names=_listed(names))
    note = Note("A-2", "link", True, reason)
    return Linked(found.contact, found.relationship, (), (*notes, note))


def _other_contacts(
    addresses: tuple[str, ...], directory: Directory, first: ContactRef | None
) -> tuple[ContactRef, ...]:
    contacts = [
        people[0].contact
        for address in addresses
        if len(people := [one for one in directory.address_book.get(address, ()) if one.contact])
        == 1
    ]
    distinct = {contact.id: contact for contact in contacts if contact and contact != first}
    return tuple(distinct.values())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
