"""What each address of a bounce means (behaviours B-2 and B-3). Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.classifier.facts.facts import Facts
from services.classifier.parse.bounced_addresses import is_daemon
from services.classifier.parse.parsed_mail import FailedRecipient
from services.classifier.reading.mail import Bounce, Mail
from shared.contracts.said import Said, said
from shared.domain.addresses import domain_of
from shared.domain.soft_bounces import enough_soft_bounces

MOST_ADDRESSES = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """A failure and what follows from it.

    Attributes:
        marks: The address is marked now, or would be if the report is believed.
        soft: It counts as a soft bounce.
        why: For a person.
    """

    failure: FailedRecipient
    marks: bool
    soft: bool
    why: Said


def judge(mail: Mail, facts: Facts) -> Sequence[Judged]:
    """Judge every address that the bounce `mail` names; nothing marks above 20 addresses."""
    if mail.bounce is None:
        return ()
    judged = {one.address: one for one in _named(mail.bounce, facts)}
    if why := _unbelieved(mail, mail.bounce, facts):
        return [Judged(one, False, False, why) for one in judged.values()]
    found = [_judge(one, mail, facts) for one in judged.values()]
    counted = sum(one.marks or one.soft for one in found)
    # Behind the parser's limit there may be more: nobody counts up to it in vain.
    if counted <= MOST_ADDRESSES and not mail.bounce.more:
        return found
    why = said("more than {most} addresses in one mail: nothing is marked", most=MOST_ADDRESSES)
    return [Judged(one.failure, False, False, why) for one in found]


def _named(bounce: Bounce, facts: Facts) -> Iterator[FailedRecipient]:
    """Yield each failure under the name that the address book knows, else one of a domain (B-2)."""
    for failure in bounce.failures:
        known = (one for one in failure.addresses if facts.directory.address_book.get(one))
        outside = (one for one in failure.addresses if "." in domain_of(one))
        spared = facts.is_spared(failure.address)
        address = next(known, None) or next(outside, failure.address)
        yield failure if spared else replace(failure, address=address)


def _unbelieved(mail: Mail, bounce: Bounce, facts: Facts) -> Said | None:
    """Return why a bounce marks nobody, whatever it says (H-20); None if it may."""
    doubted = mail.proof.state == "refuted" or mail.proof.rewritten
    if doubted and facts.context.box.sender_proof != "off":
        why = mail.proof.reason
        return said("S-1: the sender is refuted ({why}): nothing is marked", why=why)
    contacts = (
        facts.directory.address_book.get(mail.sender, ())
        if mail.sender and bounce.by_phrase
        else ()
    )
    if any(one.contact for one in contacts):
        return said(
            "{sender} is a contact, and tells of a bounce: nothing is marked", sender=mail.sender
        )
    return None


def bounced_on(mail: Mail, facts: Facts) -> date:
    """Day of the bounce in the box's zone."""
    return mail.sent_at.astimezone(facts.context.box.time_zone).date()


def _judge(failure: FailedRecipient, mail: Mail, facts: Facts) -> Judged:
    told = " ".join(filter(None, (failure.status, failure.reason)))
    if facts.is_spared(failure.address):
        own = said("an address of our own is never marked")
        return Judged(failure, False, False, own)
    if is_daemon(failure.address):
        server = said("the address of a mail server is never marked")
        return Judged(failure, False, False, server)
    if failure.permanent and failure.of_address:
        return Judged(failure, True, False, said("permanent: {what}", what=told))
    days = facts.earlier.soft_bounces.get(failure.address, frozenset())
    if enough_soft_bounces(days, bounced_on(mail, facts)):
        third = said("soft, on three days within 30: {what}", what=told)
        return Judged(failure, True, True, third)
    return Judged(failure, False, True, said("soft, only counted: {what}", what=told))
