"""Whose invitation a mail is about, and who may change it (V2-2, V2-2a, S-1). Pure.

Whoever knows a UID can send mail with it, so it names an event only together with its organiser.
"""

from collections.abc import Sequence

from services.writer.decisions.invitation_state import Stored
from shared.contracts.commands import UpsertInvitation
from shared.contracts.said import Said, said
from shared.domain.public_mail import of_one_domain, of_one_organisation


def speaks_for(command: UpsertInvitation, organizer: str | None) -> bool:
    """Return whether the sender is `organizer`, or proven and of the same domain."""
    if organizer is None:
        return False
    return command.sender == organizer or _proven_for(command, organizer)


def may_answer(command: UpsertInvitation, attendee: str) -> bool:
    """Whether the sender may answer for `attendee`: himself, or proven and of the same domain."""
    return attendee == command.sender or _proven_for(command, attendee)


def is_believed(command: UpsertInvitation) -> bool:
    """Return whether the mail tells its event in its organiser's name."""
    return command.trust != "refused" and speaks_for(command, command.organizer)


def takes_over(command: UpsertInvitation, organizer: str | None) -> bool:
    """Return whether the event of `organizer` is now the command's organiser's (V2-2a).

    So if the mail is proven to come from the new one's domain, and both are of one organisation.
    """
    new = command.organizer
    if new is None or organizer is None or not _proven_for(command, new):
        return False
    return of_one_organisation(new, organizer)


def about(states: Sequence[Stored], command: UpsertInvitation) -> Stored | None:
    """Return which of the states of an event, one for each organiser, the command is about."""
    for one in states:
        if one.organizer == command.organizer:
            return one
    if command.method == "REPLY":
        # Programs answer to an organiser by another of his addresses.
        return states[0] if len(states) == 1 else None
    return next((one for one in states if takes_over(command, one.organizer)), None)


def may_not_change(stored: Stored, command: UpsertInvitation) -> Said | None:
    """Return why a change of `stored` does not count; None if it may.

    What did not come from the organiser may also be changed by those who have sent it: colleagues
    who forward invitations, and programs that send them in somebody's name.
    """
    if command.trust == "refused":
        return said("S-1: the sender is not believed: the change is ignored")
    if speaks_for(command, command.organizer):
        return None
    if not stored.believed and stored.sender and of_one_domain(command.sender, stored.sender):
        return None
    return said(
        "{sender} is not the organiser {stored}: ignored",
        sender=command.sender,
        stored=stored.organizer,
    )


def _proven_for(command: UpsertInvitation, address: str) -> bool:
    """Return whether a proof is for that domain: it says nothing about any other than From's."""
    return command.trust == "proven" and of_one_domain(command.sender, address)
