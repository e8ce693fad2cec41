"""Outgoing mail: one activity, the sender is responsible (manual, chapter 15.11; A-1)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.outcome.activity import create_activity
from services.classifier.reading.mail import Mail
from shared.contracts.verdict import Word
from shared.domain.linking import link_outgoing


def check(mail: Mail, facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit when the sender is a user, and the mail is outgoing or no recipient is a user."""
    if "bounce" in so_far.hits:
        return Miss("mail that came back is never outgoing")
    if so_far.direction == "incoming" and facts.is_for_users(mail):
        return Miss("the mail is incoming")
    user = facts.sender_user(mail)
    if user is None:
        return Miss(f"the sender {mail.sender} is no user")
    linked = link_outgoing(
        [one for one in mail.recipients if not facts.context.box.members_of(one)],
        facts.directory,
        facts.context.box.own_domains,
        other_contacts=facts.bounds(mail).users if facts.context.links_other_contacts else 0,
    )
    if linked.unknown and facts.context.box.only_known_customers:
        return Miss("no recipient is in the address book (onlyKnownCustomers)", linked.notes)
    activity, notes = create_activity(
        mail, facts, so_far, responsible=user, direction="outgoing", linked=linked
    )
    return Hit(
        f"outgoing, from {user.ref.email}",
        words=(Word.PROCESSED,),
        commands=(activity,),
        direction="outgoing",
        notes=(*linked.notes, *notes),
    )
