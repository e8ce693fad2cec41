"""Which contact and relationship an activity belongs to (behaviour A-2).

The full address goes before the domain. What is ambiguous is not guessed: no link, and a note.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.classifier.chain import Note
from services.classifier.facts import Facts, Known
from services.classifier.mail import Mail, domain
from shared.contracts.references import ContactRef, RelationshipRef


@dataclass(frozen=True, slots=True)
class Linked:
    """The link of an activity, possibly to nobody."""

    contact: ContactRef | None = None
    relationship: RelationshipRef | None = None
    other_contacts: tuple[ContactRef, ...] = ()
    notes: tuple[Note, ...] = ()


def link_incoming(mail: Mail, facts: Facts) -> Linked:
    """Link by the sender."""
    return _link((mail.sender,) if mail.sender else (), facts)


def link_outgoing(mail: Mail, facts: Facts) -> Linked:
    """Link by the first recipient from outside, in header order, that is found."""
    house = facts.house
    external = tuple(
        address
        for address in mail.recipients
        if address not in facts.users and domain(address) not in house.box.own_domains
    )
    linked = _link(external, facts)
    if not house.links_other_contacts:
        return linked
    others = _other_contacts(external, facts, linked.contact)[: facts.bounds(mail).users]
    return Linked(linked.contact, linked.relationship, others, linked.notes)


def refuses_unknown(linked: Linked, facts: Facts) -> bool:
    """Whether `onlyKnownCustomers` forbids an activity with this link."""
    unknown = linked.contact is None and linked.relationship is None
    return unknown and facts.house.box.only_known_customers


def _link(addresses: tuple[str, ...], facts: Facts) -> Linked:
    notes: list[Note] = []
    for address in addresses:
        if found := _by_address(address, facts, notes):
            return _linked(found, address, notes)
    for name in dict.fromkeys(filter(None, map(domain, addresses))):
        if found := _by_domain(name, facts, notes):
            return _linked(found, f"the domain {name}", notes)
    if addresses and not notes:
        notes.append(Note("A-2", "link", False, f"{_listed(addresses)}: not in the address book"))
    return Linked(notes=tuple(notes))


def _by_address(address: str, facts: Facts, notes: list[Note]) -> Known | None:
    """Contacts with the address, else relationships with it; several agree or are left out."""
    known = facts.known.get(address, ())
    candidates = [one for one in known if one.contact] or list(known)
    if len(candidates) <= 1:
        return candidates[0] if candidates else None
    relationships = {
        one.relationship.id: one.relationship for one in candidates if one.relationship
    }
    if len(relationships) == 1 and all(one.relationship for one in candidates):
        reason = f"{address} is on several contacts of one company: linked to the company alone"
        notes.append(Note("A-2", "ambiguous", False, reason))
        return Known(None, next(iter(relationships.values())))
    notes.append(Note("A-2", "ambiguous", False, f"{address} is on several records: no link"))
    return None


def _by_domain(name: str, facts: Facts, notes: list[Note]) -> Known | None:
    owners = facts.relationships_by_domain.get(name, ())
    if len(owners) == 1:
        return Known(None, owners[0])
    if owners:
        companies = _listed(owner.name for owner in owners)
        reason = f"the domain {name} is on several companies: {companies}: no link"
        notes.append(Note("A-2", "ambiguous", False, reason))
    return None


def _linked(found: Known, by: str, notes: list[Note]) -> Linked:
    names = [found.contact.email] if found.contact else []
    names += [found.relationship.name] if found.relationship else []
    note = Note("A-2", "link", True, f"linked by {by} to {_listed(names)}")
    return Linked(found.contact, found.relationship, (), (*notes, note))


def _other_contacts(
    addresses: tuple[str, ...], facts: Facts, first: ContactRef | None
) -> tuple[ContactRef, ...]:
    contacts = [
        known[0].contact
        for address in addresses
        if len(known := [one for one in facts.known.get(address, ()) if one.contact]) == 1
    ]
    distinct = {contact.id: contact for contact in contacts if contact and contact != first}
    return tuple(distinct.values())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
