"""The port of a source: mail comes out in batches, and stays until it is acknowledged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SourceMail:
    """A mail as its source has it.

    Attributes:
        identity: The source's name for it: file name, UIDVALIDITY and UID, or UIDL (I-5).
        raw: The mail byte for byte.
        received_at: When the source got it.
    """

    identity: str
    raw: bytes
    received_at: datetime


class Source(Protocol):
    """Where mail comes from."""

    @property
    def kind(self) -> str:
        """How the source is called in logs and the journal: `emlDir`, `imap`, `pop3`."""

    def batches(self) -> Iterator[Sequence[SourceMail]]:
        """The mail that waits, in batches bounded in number and bytes.

        Raises:
            TransientError: The source cannot be read now.
        """

    def acknowledge(self, mail: SourceMail) -> None:
        """The mail is safe with the next stage: it may leave the source (I-6)."""

    def set_aside(self, mail: SourceMail, reason: str) -> None:
        """The mail can never be processed: put it where a person finds it, with the reason."""
