"""Invitations, their changes and answers (manual, chapter 14; behaviours V2-1 to V2-3)."""

from collections.abc import Sequence

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.outcome.invitations import RECORDED_METHODS, InvitationCommands, recorded
from services.classifier.parse.parsed_mail import CalendarEvent
from services.classifier.reading.mail import Mail
from shared.domain.notes import Note


def check(mail: Mail, facts: Facts, so_far: SoFar) -> Hit | Miss:
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
    found = recorded(mail, facts, len(so_far.events))
    notes = _notes(events, found)
    return Hit(reason, commands=found.commands, notes=notes, events=found.events)


def _notes(events: Sequence[CalendarEvent], found: InvitationCommands) -> tuple[Note, ...]:
    said = [
        f"METHOD {event.method} changes nothing: {event.uid}"
        for event in events
        if event.method not in RECORDED_METHODS
    ]
    if not found.commands and not said:
        said = ["no recipient is a user: nothing to record"]
    older = len(events) - len(said) - len(found.events)
    if found.commands and older > 0:
        said.append(f"{older} earlier states of the same events in this mail are passed over")
    if found.left_out:
        said.append(f"only {len(found.commands)} are recorded: the rest is beyond the limit")
    return tuple(Note("V2-1", "invitation", False, one) for one in said)
