"""The port of a source: mail comes out in batches, and stays until it is acknowledged."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.errors import TransientError
from shared.settings.box import Box

EML_DIR, IMAP, POP3 = "emlDir", "imap", "pop3"
"""The kinds of sources, as logs and the journal call them."""

MAILBOX = "mailbox"
"""Either of the last two: a box has one mailbox at most."""

LARGE_BYTES = 1024 * 1024
"""A larger mail is read in slices, so that memory stays constant whatever comes."""

SLICE_BYTES = 256 * 1024

BATCH_MAILS = 100
BATCH_BYTES = 8 * 1024 * 1024


class LeftInSourceError(TransientError):
    """One mail cannot be taken now; its source has noted why, and the others go on."""


@dataclass(frozen=True, slots=True)
class SourceMail:
    """A mail as its source has it.

    Attributes:
        identity: The source's name for it: file name, UIDVALIDITY and UID, or UIDL (I-5).
        received_at: When the source got it.
        raw: The mail byte for byte; None for a large one, which `Source.slices` reads.
        old: Whether it was there before the first connection to its box (`archive`, I-11).
        folder: The folder of the box that it was in, where the box has folders.
    """

    identity: str
    received_at: datetime
    raw: bytes | None
    old: bool = False
    folder: str | None = None


class Source(Protocol):
    """Where mail comes from.

    Every method may raise `TransientError`: the source is away, asks to wait, or waits for the
    administrator; or `CredentialsRefusedError`. Whatever was not acknowledged is given again.
    """

    @property
    def kind(self) -> str:
        """How the source is called in logs and the journal: `emlDir`, `imap`, `pop3`."""

    def batches(self) -> Iterator[Sequence[SourceMail]]:
        """The mail that waits, in batches of at most 100 mails and about 8 MB.

        What was published of a batch is acknowledged before the next batch is asked for.
        """

    def slices(self, mail: SourceMail) -> Iterator[bytes]:
        """The bytes of a large mail, byte for byte; only while its batch is the latest.

        Raises:
            LeftInSourceError: This mail alone cannot be taken; it stays where it is.
        """

    def acknowledge(self, mails: Sequence[SourceMail]) -> None:
        """These mails of the latest batch are safe with the next stage: they may go (I-6)."""

    def set_aside(self, mail: SourceMail, reason: str) -> None:
        """The mail can never be processed: put it where a person finds it, with the reason."""

    def wait(self, seconds: float, stopped: threading.Event) -> None:
        """Return when new mail may be there, when `stopped` is set, or after `seconds`."""

    def close(self) -> None:
        """Let go of connections; the next use makes new ones. Never raises."""


def sources_of(box: Box) -> list[str]:
    """What a box is read from: its mailbox, its directory, or both."""
    mailbox = [MAILBOX] if box.imap_url or box.pop3_url else []
    return mailbox + ([EML_DIR] if box.eml_dir else [])
