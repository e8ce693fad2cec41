"""Calendar parts of a mail (RFC 5545, RFC 5546; behaviours R-5, V2-1 to V2-3)."""

from collections.abc import Sequence

from services.classifier.parse.scanner import Part
from services.classifier.parsed_mail import CalendarEvent


def read_events(
    _raw: bytes, _leaves: Sequence[Part], _defects: list[str]
) -> tuple[CalendarEvent, ...]:
    """Events of the calendar parts among `_leaves` that have a METHOD."""
    return ()
