"""What each address of a bounce means (behaviours B-2 and B-3). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.classifier.facts import Facts
from services.classifier.mail import Mail
from services.classifier.parse.bounced_addresses import is_daemon
from services.classifier.parse.reports import FAILURES
from services.classifier.parsed_mail import Failure
from shared.soft_bounces import enough_soft_bounces

MOST_ADDRESSES = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """A failure and what follows from it.

    Attributes:
        marks: The address is marked now.
        soft: It counts as a soft bounce.
        why: For a person.
    """

    failure: Failure
    marks: bool
    soft: bool
    why: str


def judge(mail: Mail, facts: Facts) -> Sequence[Judged]:
    """Judge every address that the bounce `mail` names; nothing marks above 20 addresses."""
    failures = mail.bounce.failures if mail.bounce else ()
    judged = [_judge(failure, mail, facts) for failure in failures]
    counted = sum(one.marks or one.soft for one in judged)
    # Behind the parser's limit there may be more: nobody counts up to it in vain.
    if counted <= MOST_ADDRESSES and len(failures) < FAILURES:
        return judged
    why = f"more than {MOST_ADDRESSES} addresses in one mail: nothing is marked"
    return [Judged(one.failure, False, False, why) for one in judged]


def bounced_on(mail: Mail, facts: Facts) -> date:
    """Day of the bounce in the box's zone."""
    return mail.sent_at.astimezone(facts.house.box.time_zone).date()


def _judge(failure: Failure, mail: Mail, facts: Facts) -> Judged:
    said = " ".join(filter(None, (failure.status, failure.reason)))
    if facts.is_ours(failure.address) or _below_our_own(failure.address, facts):
        return Judged(failure, False, False, "an address of our own is never marked")
    if is_daemon(failure.address):
        return Judged(failure, False, False, "the address of a mail server is never marked")
    if failure.permanent and failure.of_address:
        return Judged(failure, True, False, f"permanent: {said}")
    days = facts.soft_bounces.get(failure.address, frozenset())
    if enough_soft_bounces(days, bounced_on(mail, facts)):
        return Judged(failure, True, True, f"soft, on three days within 30: {said}")
    return Judged(failure, False, True, f"soft, only counted: {said}")


def _below_our_own(address: str, facts: Facts) -> bool:
    name = address.rpartition("@")[2]
    return any(name.endswith(f".{own}") for own in facts.house.box.own_domains)
