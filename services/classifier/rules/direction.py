"""Incoming or outgoing (manual, chapter 15.9; behaviours D-1 to D-6, S-3)."""

from dataclasses import replace

from services.classifier.chain import Hit, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import not_believed
from services.classifier.reading.mail import Mail
from shared.contracts.flags import NOT_BELIEVED
from shared.contracts.said import said
from shared.domain.addresses import domain_of


def check(mail: Mail, facts: Facts, so_far: SoFar) -> Hit:
    """Hit always: decide the direction, and what is said of a sender not believed (S-3)."""
    decided = _by_addresses(mail, facts, so_far)
    if not not_believed(mail, facts):
        return decided
    flags = (NOT_BELIEVED,)
    # By To and Cc alone: which mailbox the copy came through differs from copy to copy.
    if decided.direction == "outgoing" and facts.user_recipients(mail):
        reason = said(
            "{reason}; S-3: the sender is not believed, so it is incoming", reason=decided.reason
        )
        return replace(decided, reason=reason, direction="incoming", flags=flags)
    return replace(decided, flags=flags)


def _by_addresses(mail: Mail, facts: Facts, so_far: SoFar) -> Hit:
    if "bounce" in so_far.hits:
        return Hit(said("D-5: mail that came back is incoming"), direction="incoming")
    box = facts.context.box
    if box.email in mail.recipients:
        if facts.sender_user(mail) is None and not box.strict_manual_direction:
            return Hit(
                said(
                    "D-4: the box {box} is a recipient, but the sender is no user: incoming",
                    box=box.email,
                ),
                direction="incoming",
            )
        reason = said("D-2: the box {box} is a recipient: outgoing", box=box.email)
        return Hit(reason, direction="outgoing")
    if domain_of(mail.sender or "") not in box.own_domains:
        return Hit(said("D-1: the sender is from outside: incoming"), direction="incoming")
    if len(mail.recipients) == 1 and domain_of(mail.recipients[0]) in box.own_domains:
        return Hit(said("D-1: from inside to one recipient inside: incoming"), direction="incoming")
    known = facts.sender_user(mail) is not None
    if not (known or box.strict_manual_direction) and facts.is_for_users(mail):
        reason = said(
            "D-6: of our own domain, but {sender} is no user; a recipient is one: incoming",
            sender=mail.sender,
        )
        return Hit(reason, direction="incoming")
    return Hit(said("D-3: the sender's domain is our own: outgoing"), direction="outgoing")
