"""Mails of the outbox for a person."""

from zoneinfo import ZoneInfo

from services.answers.outgoing import OutboxEntry
from services.operator.present.labels import state_label
from services.operator.present.times import zoned_as_text
from shared.contracts.line import one_line
from shared.language.language import Language, marked


def entry_as_text(entry: OutboxEntry, zone: ZoneInfo, language: Language) -> str:
    """Return a mail as a line; why it failed stays as it was recorded."""
    pattern = marked("{id} {when} {state}, {template} to {recipient}")
    if entry.last_error:
        pattern = marked("{id} {when} {state}, {template} to {recipient}: {reason}")
    line = language.say(
        pattern,
        id=entry.id,
        when=zoned_as_text(entry.created_at, zone, language),
        state=state_label(entry.state, language),
        template=entry.template,
        recipient=entry.recipient,
        reason=entry.last_error,
    )
    return one_line(line)
