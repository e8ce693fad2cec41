"""The port of a source: mail comes out in batches, and stays until it is acknowledged."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from services.fetcher.failed import FailedMailNote
from shared import batching
from shared.contracts.mailbox_actions import Told
from shared.contracts.origin import MailOrigin
from shared.errors import TransientError

EML_DIR_PLACE, POP3_PLACE = "emlDir", "POP3"
"""What a directory, or the whole of a POP3 box, is called where an IMAP folder has its name."""

MAX_MAIL_BYTES = 200 * 1024 * 1024
"""Above Exchange's own limit of 150 MB: larger is no mail, and would not fit in memory."""

LARGE_BYTES = 1024 * 1024
"""A larger mail is read in slices, so that memory stays constant whatever comes."""

SLICE_BYTES = 256 * 1024

BATCH_MAILS = 100
BATCH_BYTES = 8 * 1024 * 1024

T = TypeVar("T")


def batched(items: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """Cut `items`, whose bytes `size` tells, into batches as a source gives them."""
    return batching.batched(items, size, BATCH_MAILS, BATCH_BYTES)


def is_full(mails: int, total: int, size: int) -> bool:
    """Return whether a batch of so many mails and bytes takes no further mail of `size` bytes."""
    return batching.is_full(mails, total, size, BATCH_MAILS, BATCH_BYTES)


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


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What the latest round has found in a source, and left there (O-4).

    Attributes:
        read_at: When the source was last looked into; None if it never was.
        waiting: Mails that wait to be taken; None if that is not known.
        held: Mails that could not be read and stay in the source; None if it never holds any.
        unprocessable: What the source itself has set aside in this round, because it is no mail.
        unsettled: Files that were still being written.
    """

    read_at: datetime | None = None
    waiting: int | None = None
    held: int | None = None
    unprocessable: int = 0
    unsettled: int = 0


class Alarm(Protocol):
    """What ends a wait early; an event of `threading` is one."""

    def is_set(self) -> bool:
        """Return whether the wait is to end."""

    def wait(self, timeout: float | None = None) -> bool:
        """Return after `timeout` seconds, or as soon as it is set; whether it is."""


class Source(Protocol):
    """Where mail comes from.

    Every method may raise `TransientError`: the source is away, asks to wait, or waits for the
    administrator; or `CredentialsRefusedError`. Whatever was not acknowledged is given again.
    """

    @property
    def kind(self) -> MailOrigin:
        """How the source is called in logs and the journal."""

    def batches(self) -> Iterator[Sequence[SourceMail]]:
        """Return the mail that waits, in batches of at most 100 mails and about 8 MB.

        What was published of a batch is acknowledged before the next batch is asked for.
        """

    def slices(self, mail: SourceMail) -> Iterator[bytes]:
        """Return the bytes of a large mail, byte for byte; only while its batch is the latest.

        Raises:
            LeftInSourceError: This mail alone cannot be taken; it stays where it is.
        """

    def acknowledge(self, mails: Sequence[SourceMail]) -> None:
        """Let mails of the latest batch go (I-6): the next stage has them, safe."""

    def take(self, mails: Sequence[tuple[UUID, SourceMail]]) -> None:
        """Note mails of the latest batch as safe; they stay until they are `recorded` (I-8).

        They are not given again. A source that keeps no memory lets them go at once.
        """

    def recorded(self, told: Told) -> None:
        """Let mails that were taken go, as rules want it: at the latest when a round begins.

        An id that is not known is passed over.
        """

    def set_aside(self, mail: SourceMail, note: FailedMailNote) -> None:
        """Put a mail that can never be processed where a person finds it, with the reason."""

    def wait(self, seconds: float, alarm: Alarm) -> None:
        """Return when new mail may be there, when `alarm` is set, or after `seconds`."""

    def report(self) -> SourceReport:
        """Return the state of the source after its latest round. Never raises."""

    def close(self) -> None:
        """Let go of connections; the next use makes new ones. Never raises."""
