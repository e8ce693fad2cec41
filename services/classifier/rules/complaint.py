"""A mail provider tells that a recipient complained (RFC 5965; behaviours R-3, S-7)."""

from collections.abc import Iterator

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import distrusted
from services.classifier.outcome.bounces import MOST_ADDRESSES
from services.classifier.outcome.marking import mark, named
from services.classifier.outcome.reporting import report_note, report_of
from services.classifier.parse.bounced_addresses import is_daemon
from services.classifier.reading.mail import Mail
from shared.contracts.commands import MarkForbidden
from shared.contracts.said import said
from shared.domain.notes import Note


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit on a report of the type abuse: the original recipient gets no more mail."""
    complainants = mail.parsed.reports.complainants
    if not complainants:
        return Miss(said("the mail is no complaint"))
    if why := distrusted(mail, facts):
        return Miss(said("S-1: an abuse report, but {why}: nothing is marked", why=why))
    addresses = [one for one in complainants if not facts.is_spared(one) and not is_daemon(one)]
    if mail.parsed.reports.more or len(addresses) > MOST_ADDRESSES:
        return Hit(
            said(
                "an abuse report of more than {most} addresses: nothing is marked",
                most=MOST_ADDRESSES,
            )
        )
    marks = [
        mark(mail, facts, "R-3", one, "do_not_send", report_of(mail, facts, "R-3", one))
        for one in addresses
    ]
    notes = tuple(note for one in marks for note in _notes(one, mail, facts))
    return Hit(said("an abuse report"), commands=tuple(marks), notes=notes)


def _notes(one: MarkForbidden, mail: Mail, facts: Facts) -> Iterator[Note]:
    why = said("{address}: {why}", address=one.address, why=named(one))
    yield Note("B-1", "opt_out", True, why)
    yield report_note(mail, facts, one.address)
