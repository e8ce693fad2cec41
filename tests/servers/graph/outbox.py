"""Notes every mail that the service would send to attendees because of a write."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["invitation", "update", "cancellation"]


@dataclass(frozen=True, slots=True)
class AttendeeMail:
    """A mail to one attendee."""

    kind: Kind
    sender: str
    to: str
    subject: str


@dataclass(slots=True)
class AttendeeOutbox:
    """All mails so far, oldest first."""

    mails: list[AttendeeMail] = field(default_factory=list)

    def send(self, kind: Kind, sender: str, to: list[str], subject: str, times: int = 1) -> None:
        """Note a mail to each of `to`, `times` over."""
        self.mails += [AttendeeMail(kind, sender, one, subject) for one in to] * times
