"""Whether a mail is a journal report that may be believed, and the mail in it (behaviour I-14).

Pure. Only who may write the envelope of any mail is believed: a `journalSender` who is proven.
"""

from dataclasses import replace

from services.classifier.facts.facts import BoxContext
from services.classifier.parse.journal import is_journal_report, read_journal_report
from services.classifier.parse.mail import parse_mail
from services.classifier.reading.extract import Arrival, extract
from services.classifier.reading.mail import Mail
from shared.contracts.said import Said, said
from shared.domain.notes import Note


def read_mail(raw: bytes, backup_key: str, context: BoxContext, arrival: Arrival) -> Mail:
    """Read a mail, or the one that a journal report is about."""
    parsed = parse_mail(raw, backup_key)
    mail = extract(parsed, context, arrival)
    if not (context.box.journal_reports and is_journal_report(parsed)):
        return mail
    if why := _not_believed(mail, context):
        return _noted(mail, why, believed=False)
    report = read_journal_report(raw, backup_key)
    if report.original is None:
        reason = said("a journal report whose mail cannot be read: it is recorded itself")
        return _noted(mail, reason, believed=False)
    read = extract(report.original, context, arrival)
    listed = (*read.forwarded_from, *report.recipients)
    envelope = tuple(one for one in dict.fromkeys(listed) if one not in read.recipients)
    reason = said("a journal report: the mail in it, with its envelope")
    return _noted(replace(read, forwarded_from=envelope), reason, believed=True)


def _not_believed(mail: Mail, context: BoxContext) -> Said | None:
    box = context.box
    if mail.sender is None or mail.sender not in box.journal_sender:
        return said("a journal report, but its sender is no journalSender: ordinary mail")
    if mail.proof.state == "proven" or box.sender_proof == "off":
        return None
    return said("a journal report, but nothing proves its sender: ordinary mail")


def _noted(mail: Mail, reason: Said, *, believed: bool) -> Mail:
    return replace(mail, journal=Note("I-14", "journal_report", believed, reason))
