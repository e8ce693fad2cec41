"""Whom a mark on an address concerns (manual, chapter 13; behaviours B-1, B-2). Pure."""

from services.classifier.chain import command_id
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.commands import Mark, MarkForbidden
from shared.contracts.references import ContactRef, RelationshipRef
from shared.contracts.said import Said, said


def holders(
    address: str, facts: Facts
) -> tuple[tuple[ContactRef, ...], tuple[RelationshipRef, ...]]:
    """Every contact, and every relationship, with exactly this address."""
    known = facts.directory.address_book.get(address, ())
    contacts = tuple(one.contact for one in known if one.contact)
    alone = (one.relationship for one in known if one.contact is None)
    return contacts, tuple(company for company in alone if company)


def mark(mail: Mail, facts: Facts, rule: str, address: str, what: Mark) -> MarkForbidden:
    """The command that marks `address`."""
    contacts, relationships = holders(address, facts)
    return MarkForbidden(
        command_id=command_id(mail, rule, address),
        address=address,
        mark=what,
        contacts=contacts,
        relationships=relationships,
    )


def named(command: MarkForbidden) -> Said:
    """What is marked, for a person."""
    names = [contact.email for contact in command.contacts]
    names += [company.name for company in command.relationships]
    if not names:
        return said("recorded as forbidden e-mail")
    return said("marks {names}", names=", ".join(names))
