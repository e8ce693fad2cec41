"""What the trace says of recipients that count as several users (behaviour R-c). Pure."""

from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.domain.notes import Note


def group_notes(mail: Mail, facts: Facts) -> tuple[Note, ...]:
    """A line for each group that the mail was sent to, and for members who are no users."""
    notes = []
    for address in dict.fromkeys((*mail.recipients, *mail.forwarded_from)):
        members = facts.context.box.members_of(address)
        if users := [one for one in members if one in facts.directory.users]:
            notes.append(Note("R-c", "mail_group", True, f"{address} counts as {_named(users)}"))
        if others := [one for one in members if one not in facts.directory.users]:
            reason = f"{_named(others)} of the group {address}: no user"
            notes.append(Note("R-c", "mail_group", False, reason))
    return tuple(notes)


def _named(addresses: list[str]) -> str:
    return ", ".join(addresses)
