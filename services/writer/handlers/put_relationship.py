"""Makes or changes a company for an XML mail (behaviour E-4); which of the two, is decided here."""

from services.writer.changes import change_record, record_change
from services.writer.more_values import add_missing
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.messages import MailClassified
from shared.contracts.xml_commands import PutRelationship
from shared.domain.directory import Names
from shared.netgenium.queries.named import read_named


def put_relationship(command: PutRelationship, mail: MailClassified, work: UnitOfWork) -> None:
    """Set the name of a company and add what it lacks, or make it (R-e)."""
    lists = {"emails": command.emails, "domains": command.domains}
    known = company_id(command.name, work)
    if known is None:
        values = {"name": command.new_name or command.name}
        row = work.add(mail.cause, command, "relationship", values, lists)
        # People in the same mail belong to it, and the next mail of the group means it.
        work.write("relationship")
        work.earlier.companies[command.name] = row.id or 0
        return
    if new := {"name": command.new_name} if command.new_name else {}:
        old = change_record(work, "relationship", known, new)
        record_change(work, mail.cause, command, "relationship", known, old=old or {}, new=new)
    for name, values_of_it in lists.items():
        add_missing(work, "relationship", name, known, values_of_it)
    work.touched(mail.cause, command, "relationship", known)
    work.earlier.companies[command.name] = known


def company_id(name: str, work: UnitOfWork) -> int | None:
    """Return the id of the company with a name; of several the first made."""
    if name in work.earlier.companies:
        return work.earlier.companies[name]
    found = read_named(work.connection, work.erp, Names(companies=frozenset({name})))
    company = found.companies.get(name)
    return company.id if company else None
