"""What the trace says of addresses that stand for several users (behaviours R-c, A-1). Pure."""

from collections.abc import Iterable

from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.domain.directory import User
from shared.domain.notes import Note


def group_notes(mail: Mail, facts: Facts) -> tuple[Note, ...]:
    """A line for each group that the mail was sent to, and for members who are no users."""
    notes = []
    for address in dict.fromkeys((*mail.recipients, *mail.forwarded_from)):
        members = facts.context.box.members_of(address)
        if users := [one for one in members if one in facts.directory.users]:
            counts = said("{address} counts as {users}", address=address, users=_named(users))
            notes.append(Note("R-c", "mail_group", True, counts))
        if others := [one for one in members if one not in facts.directory.users]:
            reason = said(
                "{names} of the group {address}: no user", names=_named(others), address=address
            )
            notes.append(Note("R-c", "mail_group", False, reason))
    return tuple(notes)


def twin_notes(users: Iterable[User]) -> tuple[Note, ...]:
    """A line for each user whose address other users have, too: the mail is not theirs."""
    return tuple(
        Note(
            "A-1",
            "twins",
            False,
            said(
                "{address} is also the address of {users}: no copy",
                address=user.ref.email,
                users=_ids(user),
            ),
        )
        for user in users
        if user.twins
    )


def _ids(user: User) -> str:
    return ", ".join(f"user {one}" for one in user.twins)


def _named(addresses: list[str]) -> str:
    return ", ".join(addresses)
