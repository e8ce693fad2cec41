"""A mail provider tells that a recipient complained (RFC 5965; behaviour R-3)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import distrusted
from services.classifier.outcome.bounces import MOST_ADDRESSES
from services.classifier.outcome.marking import mark, named
from services.classifier.parse.bounced_addresses import is_daemon
from services.classifier.reading.mail import Mail
from shared.domain.notes import Note


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit on a report of the type abuse: the original recipient gets no more mail."""
    complainants = mail.parsed.reports.complainants
    if not complainants:
        return Miss("the mail is no complaint")
    if why := distrusted(mail, facts):
        return Miss(f"S-1: an abuse report, but {why}: nothing is marked")
    addresses = [one for one in complainants if not facts.is_spared(one) and not is_daemon(one)]
    if mail.parsed.reports.more or len(addresses) > MOST_ADDRESSES:
        return Hit(f"an abuse report of more than {MOST_ADDRESSES} addresses: nothing is marked")
    marks = [mark(mail, facts, "R-3", address, "do_not_send") for address in addresses]
    notes = tuple(Note("B-1", "opt_out", True, f"{one.address}: {named(one)}") for one in marks)
    return Hit("an abuse report", commands=tuple(marks), notes=notes)
