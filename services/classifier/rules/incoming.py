"""Incoming mail: one activity for each recipient who is a user (manual, chapter 15.10; A-1)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.facts.forwards import attributed
from services.classifier.outcome.activity import create_activity
from services.classifier.outcome.filing import file_mail
from services.classifier.outcome.groups import group_notes, twin_notes
from services.classifier.outcome.new_contact import with_new_contact
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.contracts.verdict import Word
from shared.domain.directory import User
from shared.domain.linking import link_incoming


def check(mail: Mail, facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit when the mail is incoming and at least one recipient is a user."""
    if so_far.direction != "incoming":
        return Miss(said("the mail is outgoing"))
    users = _responsible(mail, facts, so_far)
    if not users:
        return Miss(said("no recipient is a user"))
    linked = attributed(link_incoming(mail.sender, facts.directory), mail, facts)
    linked = with_new_contact(linked, so_far)
    if linked.unknown and facts.context.box.only_known_customers:
        reason = said("the sender is not in the address book (onlyKnownCustomers)")
        return Miss(reason, linked.notes)
    filing = file_mail(mail, facts, "incoming").preset(so_far.presets)
    made = [
        create_activity(
            mail,
            facts,
            so_far,
            responsible=user,
            direction="incoming",
            linked=linked,
            filing=filing,
        )
        for user in users
    ]
    noted = (note for _, notes in made for note in notes)
    return Hit(
        said("incoming, for {users}", users=", ".join(user.ref.email for user in users)),
        words=(Word.PROCESSED,),
        commands=tuple(activity for activity, _ in made),
        notes=tuple(
            dict.fromkeys((*group_notes(mail, facts), *twin_notes(users), *linked.notes, *noted))
        ),
        flags=filing.flags,
    )


def _responsible(mail: Mail, facts: Facts, so_far: SoFar) -> tuple[User, ...]:
    """Return recipients who are users (A-1, R-c); of a bounce the user whose mail failed (D-5)."""
    if "bounce" in so_far.hits and (
        user := facts.directory.users.get(mail.parsed.reports.returned.sender or "")
    ):
        return (user,)
    return (*facts.user_recipients(mail), *facts.forwarding_users(mail))
