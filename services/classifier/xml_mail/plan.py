"""What the records of an XML mail come to: commands, or why none of them is done (E-4). Pure.

Companies come before the people in them, and both before tasks, in whatever order they were
written: a record may name another one of the same mail.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.classifier.chain import command_id
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from services.classifier.xml_mail.document import XmlDocument, XmlProblem, XmlRecord
from services.classifier.xml_mail.kinds import KEYS
from shared.contracts.commands import AnyCommand
from shared.contracts.references import ContactRef, RecordRef, RelationshipRef, UserRef
from shared.contracts.rule_commands import PutTask
from shared.contracts.said import Said, said
from shared.contracts.xml_commands import PutContact, PutRelationship
from shared.domain.addresses import domain_of
from shared.domain.vocabulary import TokenKind

_ONLY_OF_A_NEW_TASK = ("contact", "solver")
_VALUES = ("text", "status", "priority")


@dataclass(slots=True)
class XmlPlan:
    """Commands of a document, and what keeps them from being given."""

    commands: list[AnyCommand] = field(default_factory=list)
    problems: list[XmlProblem] = field(default_factory=list)


def plan_of(document: XmlDocument, mail: Mail, facts: Facts) -> XmlPlan:
    """Return what the records of a document without problems come to."""
    planning = _Planning(document, mail, facts)
    of_kind = {
        "relationship": planning.relationship,
        "contact": planning.contact,
        "task": planning.task,
    }
    for kind, plan in of_kind.items():
        for number, record in enumerate(document.records):
            if record.kind == kind:
                plan(record, number)
    planning.find_twins()
    planning.plan.problems.sort(key=lambda one: one.line or 0)
    return planning.plan


def _alike(record: XmlRecord) -> tuple[str, str]:
    """Return what two tasks without a number share if they are one."""
    return record.first("subject") or "", record.first("contact") or ""


class _Planning:
    """A plan in the making."""

    def __init__(self, document: XmlDocument, mail: Mail, facts: Facts) -> None:
        self.plan = XmlPlan()
        self._document, self._mail, self._facts = document, mail, facts
        of_kind = [(one.kind, one.first(KEYS[one.kind])) for one in document.records]
        self._companies = {key for kind, key in of_kind if kind == "relationship"}
        self._people = {key for kind, key in of_kind if kind == "contact"}

    def relationship(self, record: XmlRecord, number: int) -> None:
        """Add a company."""
        name, new_name = record.first("name") or "", record.first("newName") or ""
        if new_name and name not in self._facts.directory.named.companies:
            self._wrong(record, said("no relationship is called {name}", name=name))
        command = PutRelationship(
            command_id=command_id(self._mail, "E-4", str(number)),
            name=name,
            new_name=new_name,
            emails=record.values.get("email", ()),
            domains=tuple(one.lower() for one in record.values.get("domain", ())),
        )
        self.plan.commands.append(command)

    def contact(self, record: XmlRecord, number: int) -> None:
        """Add a person; a new one needs a name and a company."""
        address, last = record.first("email") or "", record.first("lastName")
        known = self._contact_of(address, record)
        company = record.first("relationship")
        found = self._company(company, record) if company else None
        if known is None and not last:
            self._wrong(record, said("{address} is new and needs lastName", address=address))
        if known is None and company is None:
            found = self._company_of_domain(address, record)
        command = PutContact(
            command_id=command_id(self._mail, "E-4", str(number)),
            address=address,
            first_name=record.first("firstName"),
            last_name=last,
            relationship=found,
            relationship_of=company if found is None else None,
        )
        self.plan.commands.append(command)

    def task(self, record: XmlRecord, number: int) -> None:
        """Add a task: the one with its number, else the open one with its subject, or a new one."""
        given = record.first("number")
        task = self._record("task", given, record)
        subject, contact = record.first("subject"), record.first("contact")
        values = {name: record.values[name][0] for name in _VALUES if name in record.values}
        if given is None and subject is None:
            self._wrong(record, said("a task needs number or subject"))
        if given is not None:
            self._refuse_what_stays(record)
            values |= {"subject": subject} if subject else {}
        person = self._contact_of(contact, record, known=True) if contact else None
        command = PutTask(
            command_id=command_id(self._mail, "E-4", str(number)),
            task=task,
            subject=subject or "",
            contact=person,
            contact_of=contact if person is None else None,
            sender=self._mail.sender or "",
            values=values,
            solvers=tuple(self._solvers(record)),
            contract=self._record("contract", record.first("contract"), record),
        )
        self.plan.commands.append(command)

    def find_twins(self) -> None:
        """Report what two records say of one: nobody knows which of them counts."""
        seen: set[tuple[str, str]] = set()
        for record in self._document.records:
            name = KEYS[record.kind]
            key = record.first(name) or "\0".join(_alike(record))
            if (record.kind, key.casefold()) in seen:
                kind = record.kind
                self._wrong(record, said("a second {kind} with this {name}", kind=kind, name=name))
            seen.add((record.kind, key.casefold()))

    def _wrong(self, record: XmlRecord, reason: Said) -> None:
        self.plan.problems.append(XmlProblem(record.line, reason))

    def _refuse_what_stays(self, record: XmlRecord) -> None:
        for name in _ONLY_OF_A_NEW_TASK:
            if name in record.values:
                self._wrong(record, said("{name} is only for a task without number", name=name))

    def _contact_of(
        self, address: str, record: XmlRecord, *, known: bool = False
    ) -> ContactRef | None:
        """Return the one contact with an address; None if the mail makes it, or nobody has it."""
        entries = self._facts.directory.address_book.get(address, ())
        people = {entry.contact.id: entry.contact for entry in entries if entry.contact}
        if len(people) > 1:
            reason = said("{address} is of more than one contact", address=address)
            self._wrong(record, reason)
        elif known and not people and address not in self._people:
            self._wrong(record, said("{address} is of no contact", address=address))
        return next(iter(people.values()), None)

    def _company(self, name: str, record: XmlRecord) -> RelationshipRef | None:
        found = self._facts.directory.named.companies.get(name)
        if found is None and name not in self._companies:
            self._wrong(record, said("no relationship is called {name}", name=name))
        return found

    def _company_of_domain(self, address: str, record: XmlRecord) -> RelationshipRef | None:
        owners = self._facts.directory.relationships_by_domain.get(domain_of(address), ())
        if len(owners) != 1:
            reason = said("{address} is new and needs relationship", address=address)
            self._wrong(record, reason)
            return None
        return owners[0]

    def _record(self, kind: TokenKind, number: str | None, record: XmlRecord) -> RecordRef | None:
        if number is None:
            return None
        found = self._facts.directory.match(kind, number).record
        if found is None:
            self._wrong(record, said("no {kind} has the number {number}", kind=kind, number=number))
        return found

    def _solvers(self, record: XmlRecord) -> Iterator[UserRef]:
        users = self._facts.directory.named.users
        for name in dict.fromkeys(record.values.get("solver", ())):
            if name in users:
                yield users[name]
            else:
                self._wrong(record, said("{name} is no active user", name=name))
