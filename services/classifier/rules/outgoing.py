"""Outgoing mail: one activity, the sender is responsible (manual, chapter 15.11; A-1)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.facts.forwards import attributed
from services.classifier.outcome.activity import create_activity
from services.classifier.outcome.filing import file_mail
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.contracts.verdict import Word
from shared.domain.linking import link_outgoing


def check(mail: Mail, facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit when the sender is a user, and the mail is outgoing or no recipient is a user."""
    if "bounce" in so_far.hits:
        return Miss(said("mail that came back is never outgoing"))
    if so_far.direction == "incoming" and facts.is_for_users(mail):
        return Miss(said("the mail is incoming"))
    user = facts.sender_user(mail)
    if user is None:
        sender = mail.sender or said("without address")
        return Miss(said("the sender {sender} is no user", sender=sender))
    linked = link_outgoing(
        [one for one in mail.recipients if not facts.context.box.members_of(one)],
        facts.directory,
        facts.context.box.own_domains,
        other_contacts=facts.bounds(mail).users if facts.context.links_other_contacts else 0,
    )
    linked = attributed(linked, mail, facts)
    if linked.unknown and facts.context.box.only_known_customers:
        reason = said("no recipient is in the address book (onlyKnownCustomers)")
        return Miss(reason, linked.notes)
    filing = file_mail(mail, facts, "outgoing").preset(so_far.presets)
    activity, notes = create_activity(
        mail, facts, so_far, responsible=user, direction="outgoing", linked=linked, filing=filing
    )
    return Hit(
        said("outgoing, from {user}", user=user.ref.email),
        words=(Word.PROCESSED,),
        commands=(activity,),
        direction="outgoing",
        notes=(*linked.notes, *notes),
        flags=filing.flags,
    )
