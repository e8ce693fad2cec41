"""Invitations, their changes and answers (manual, chapter 14; behaviours V2-1 to V2-3)."""

from collections.abc import Sequence

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.outcome.invitations import RECORDED_METHODS, InvitationCommands, recorded
from services.classifier.parse.parsed_mail import CalendarEvent
from services.classifier.reading.mail import Mail
from shared.contracts.said import said, said_many
from shared.domain.notes import Note


def check(mail: Mail, facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit on a calendar part with METHOD; the writer decides which state of an event counts."""
    events = mail.parsed.events
    if not events:
        return Miss(said("the mail has no calendar part with a METHOD"))
    methods = ", ".join(dict.fromkeys(event.method for event in events))
    reason = said("a calendar part with METHOD {methods}", methods=methods)
    if mail.sender is None:
        return Miss(said("{reason}, but {why}", reason=reason, why=mail.sender_problem))
    if not facts.context.keeps_invitations:
        no_place = said("the mapping has no place for invitations")
        return Hit(reason, notes=(Note("V2-1", "invitation", False, no_place),))
    found = recorded(mail, facts, len(so_far.events))
    notes = _notes(events, found)
    return Hit(reason, commands=found.commands, notes=notes, events=found.events)


def _notes(events: Sequence[CalendarEvent], found: InvitationCommands) -> tuple[Note, ...]:
    reasons = [
        said("METHOD {method} changes nothing: {uid}", method=event.method, uid=event.uid)
        for event in events
        if event.method not in RECORDED_METHODS
    ]
    if not found.commands and not reasons:
        reasons = [said("no recipient is a user: nothing to record")]
    older = len(events) - len(reasons) - len(found.events)
    if found.commands and older > 0:
        reasons.append(
            said_many(
                "{n} earlier state of the same event in this mail is passed over",
                "{n} earlier states of the same events in this mail are passed over",
                older,
            )
        )
    if found.left_out:
        kept = len(found.commands)
        reasons.append(said("only {kept} are recorded: the rest is beyond the limit", kept=kept))
    return tuple(Note("V2-1", "invitation", False, one) for one in reasons)
