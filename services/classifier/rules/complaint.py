"""A mail provider tells that a recipient complained (RFC 5965; behaviour R-3)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import distrusted
from services.classifier.outcome.bounces import MOST_ADDRESSES
from services.classifier.outcome.marking import mark, named
from services.classifier.parse.bounced_addresses import is_daemon
from services.classifier.reading.mail import Mail
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
    marks = [mark(mail, facts, "R-3", address, "do_not_send") for address in addresses]
    notes = tuple(
        Note("B-1", "opt_out", True, said("{address}: {why}", address=one.address, why=named(one)))
        for one in marks
    )
    return Hit(said("an abuse report"), commands=tuple(marks), notes=notes)
