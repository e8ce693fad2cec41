"""Makes a contact of a new sender (behaviours C-2, C-4)."""

from services.writer.unit_of_work import UnitOfWork
from shared.contracts.messages import MailClassified
from shared.contracts.references import ContactRef
from shared.contracts.rule_commands import CreateContact
from shared.contracts.said import said
from shared.netgenium.queries.address_book import read_address_book


def create_contact(command: CreateContact, mail: MailClassified, work: UnitOfWork) -> None:
    """Add the contact, unless somebody else has made one of the address meanwhile (R-e)."""
    address = command.address
    if (known := known_contact(address, work)) is not None:
        work.earlier.contacts[address] = known
        reason = said("{address} is in the address book by now: no new contact", address=address)
        work.outcome.say(mail, "C-2", "custom_rules", reason)
        return
    values = {
        "relationship": command.relationship.id,
        "first_name": command.first_name,
        "last_name": command.last_name,
    }
    row = work.add(mail.cause, command, "contact", values, {"emails": [address]})
    # What the mail makes besides is linked to it, and so is the next mail of the group.
    work.write("contact")
    work.earlier.contacts[address] = row.id or 0


def contact_id(contact: ContactRef | None, of: str | None, work: UnitOfWork) -> int | None:
    """Return the id of a contact, or of the one that a command before has made of an address."""
    if contact:
        return contact.id
    return work.earlier.contacts.get(of) if of else None


def known_contact(address: str, work: UnitOfWork) -> int | None:
    """Return the id of the contact that has an address by now."""
    if address in work.earlier.contacts:
        return work.earlier.contacts[address]
    entries = read_address_book(work.connection, work.erp, [address]).by_address.get(address, ())
    return next((one.contact.id for one in entries if one.contact), None)
