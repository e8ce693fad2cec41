"""What a mail says of an event, once for all users whom it concerns (behaviours V2-1, V2-2)."""

from typing import Literal

from pydantic import AwareDatetime, Field

from shared.contracts.base import Contract

Trust = Literal["proven", "unproven", "refused"]


class Invited(Contract):
    """An attendee with the answer, as `ACCEPTED` (RFC 5545 section 3.2.12)."""

    address: str
    answer: str


class EventState(Contract):
    """The state of an event, of one occurrence of it, or an answer to it.

    Attributes:
        recurrence_id: Which occurrence: `20261110T080000Z`, `20261110`, or None for the whole.
        stamp: DTSTAMP.
        start, end: `2026-11-10T08:00:00Z`, or a date where all-day.
        rule: RRULE as it is written, never expanded.
        sender: Who sent the mail.
        trust: Whether the sender is proven, and whether changes are refused (S-1).
    """

    uid: str
    recurrence_id: str | None
    method: str
    sequence: int = Field(ge=0)
    stamp: AwareDatetime | None
    start: str | None
    end: str | None
    all_day: bool
    location: str
    summary: str
    organizer: str | None
    attendees: tuple[Invited, ...]
    rule: str | None
    sender: str
    trust: Trust
