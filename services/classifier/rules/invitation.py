"""Invitations, their changes and answers (manual, chapter 14; behaviours V2-1 to V2-3)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.invitations import RECORDED_METHODS, upserts
from services.classifier.mail import Mail
from shared.domain.notes import Note


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit on a calendar part with METHOD; the writer decides which state of an event counts."""
    events = mail.parsed.events
    if not events:
        return Miss("the mail has no calendar part with a METHOD")
    methods = ", ".join(dict.fromkeys(event.method for event in events))
    reason = f"a calendar part with METHOD {methods}"
    if mail.sender is None:
        return Miss(f"{reason}, but {mail.sender_problem}")
    if not facts.context.keeps_invitations:
        note = Note("V2-1", "invitation", False, "the mapping has no place for invitations")
        return Hit(reason, notes=(note,))
    notes = tuple(
        Note("V2-1", "invitation", False, f"METHOD {event.method} changes nothing: {event.uid}")
        for event in events
        if event.method not in RECORDED_METHODS
    )
    commands = upserts(mail, facts)
    if not commands and not notes:
        notes = (Note("V2-1", "invitation", False, "no recipient is a user: nothing to record"),)
    return Hit(reason, commands=commands, notes=notes)
