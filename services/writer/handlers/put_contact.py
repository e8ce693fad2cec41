"""Makes or changes a contact for an XML mail (behaviour E-4); which of the two, is decided here."""

from services.writer.changes import change_record, record_change
from services.writer.handlers.create_contact import known_contact
from services.writer.handlers.put_relationship import company_id
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.messages import MailClassified
from shared.contracts.xml_commands import PutContact


def put_contact(command: PutContact, mail: MailClassified, work: UnitOfWork) -> None:
    """Set what the mail says of a contact, or make it (R-e)."""
    address = command.address
    given = {
        "first_name": command.first_name,
        "last_name": command.last_name,
        "relationship": _company(command, work),
    }
    values = {name: value for name, value in given.items() if value is not None}
    known = known_contact(address, work)
    if known is None:
        named = {"last_name": address.partition("@")[0], **values}
        row = work.add(mail.cause, command, "contact", named, {"emails": [address]})
        # A task of the same mail is linked to it, and so is the next mail of the group.
        work.write("contact")
        work.earlier.contacts[address] = row.id or 0
        return
    if new := work.erp.mapped("contact", values):
        old = change_record(work, "contact", known, new)
        record_change(work, mail.cause, command, "contact", known, old=old or {}, new=new)
    work.touched(mail.cause, command, "contact", known)
    work.earlier.contacts[address] = known


def _company(command: PutContact, work: UnitOfWork) -> int | None:
    if command.relationship:
        return command.relationship.id
    return company_id(command.relationship_of, work) if command.relationship_of else None
