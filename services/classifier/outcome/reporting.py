"""Whether a report is enough to mark an address, or a person has to decide (behaviour S-7). Pure.

Anybody can write that mail to an address came back. It is believed where mail of ours really went
there, or where the reporter is one who knows.
"""

from services.classifier.facts.facts import Facts
from services.classifier.parse.bounced_addresses import is_daemon
from services.classifier.reading.mail import Mail
from services.classifier.reading.mail_systems import MAIL_SYSTEMS
from services.classifier.reading.wildcard import matches
from shared.contracts.commands import MarkReport
from shared.contracts.said import Said, said
from shared.domain.addresses import domain_of
from shared.domain.notes import Note
from shared.domain.organisations import organisational_domain
from shared.settings.box import Box


def believed(mail: Mail, facts: Facts, address: str) -> Said | None:
    """Return why a report about `address` is believed; None if it is not."""
    original = mail.parsed.reports.returned.message_id
    if original and address in facts.earlier.sent.get(original, ()):
        return said("the mail that came back is ours, and went there")
    box = facts.context.box
    doubted = mail.proof.state == "refuted" or mail.proof.rewritten
    if mail.sender and not doubted and _knows(mail.sender, address, box):
        return said("{reporter} may report it", reporter=mail.sender)
    if box.bounce_proof == "off":
        return said("bounceProof=off")
    return None


def report_of(mail: Mail, facts: Facts, rule: str, address: str) -> MarkReport:
    """Return what the writer is told of the report."""
    box = facts.context.box
    return MarkReport(
        rule=rule,
        reporter=mail.sender or "",
        believed=believed(mail, facts, address) is not None,
        original=mail.parsed.reports.returned.message_id,
        most_a_day=box.marks_per_day if box.bounce_proof == "off" else None,
    )


def report_note(mail: Mail, facts: Facts, address: str) -> Note:
    """Return the line of the trace that says by whose word `address` is marked, or is not."""
    why = believed(mail, facts, address)
    if why:
        return Note("S-7", "report", True, said("{address}: {why}", address=address, why=why))
    held = said(
        "{address}: held for a person: no mail of ours to it came back, and {reporter} is no "
        "bounceReporter",
        address=address,
        reporter=mail.sender or said("a reporter without address"),
    )
    return Note("S-7", "report", False, held)


def _knows(reporter: str, address: str, box: Box) -> bool:
    """Whether `reporter` is of the company, named in the settings, or of the address's system."""
    host = domain_of(reporter)
    if any(host == own or host.endswith(f".{own}") for own in box.own_domains):
        return True
    named = (one for system in box.mail_system for one in MAIL_SYSTEMS[system].bounce_reporters)
    if any(matches(pattern, reporter) for pattern in (*box.bounce_reporter, *named)):
        return True
    # Of people with addresses of one domain, as of a free mail service, none speaks for another.
    is_system = is_daemon(reporter) or host != domain_of(address)
    return is_system and organisational_domain(host) == organisational_domain(domain_of(address))
