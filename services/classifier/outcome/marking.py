"""Whom a mark on an address concerns (manual, chapter 13; behaviours B-1, B-2). Pure."""

from services.classifier.chain import command_id
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.commands import Mark, MarkForbidden, MarkReport
from shared.contracts.said import Said, said


def mark(  # noqa: PLR0913, PLR0917 - a mark is all of this
    mail: Mail, facts: Facts, rule: str, address: str, what: Mark, report: MarkReport | None = None
) -> MarkForbidden:
    """Return the command that marks `address`, perhaps only by what somebody has reported."""
    contacts, relationships = facts.directory.holders(address)
    return MarkForbidden(
        command_id=command_id(mail, rule, address),
        address=address,
        mark=what,
        contacts=contacts,
        relationships=relationships,
        report=report,
    )


def named(command: MarkForbidden) -> Said:
    """Return what is marked, for a person."""
    names = [contact.email for contact in command.contacts]
    names += [company.name for company in command.relationships]
    if not names:
        return said("recorded as forbidden e-mail")
    return said("marks {names}", names=", ".join(names))
