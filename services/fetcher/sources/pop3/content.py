"""The content of a mail of a POP3 box: small ones whole, large ones in slices."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from services.fetcher.sources.pop3.session import Listing, Pop3Session
from services.fetcher.sources.pop3.wire import NegativeAnswerError
from services.fetcher.sources.port import (
    LARGE_BYTES,
    MAX_MAIL_BYTES,
    SLICE_BYTES,
    LeftInSourceError,
)
from services.fetcher.sources.whole import Came
from shared.contracts.said import said


class EndlessError(Exception):
    """A mail is larger than any may be, whatever its server said of it."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is known of a mail.

    Attributes:
        raw: The mail; None for a large one.
        head: Its beginning, with the head.
        sha256: Its digest; None where it was not read.
    """

    raw: bytes | None
    head: bytes
    sha256: str | None


def content_of(session: Pop3Session, entry: Listing) -> Content:
    """Return what must be known of a mail before it is given: of a large one with a name its head.

    Raises:
        NegativeAnswerError: The server does not give it.
        LeftInSourceError: What came is not the mail that was announced (F-50).
        EndlessError: It is too large.
        TransientError: The server has gone.
    """
    if entry.uidl and entry.size > LARGE_BYTES:
        return Content(None, session.head(entry.number), None)
    digest, kept, came = hashlib.sha256(), bytearray(), Came()
    for piece in _bounded(session.content(entry.number), entry.number):
        digest.update(piece)
        came.add(piece)
        if came.size <= LARGE_BYTES:
            kept += piece
    if doubt := came.doubt(entry.size):
        raise LeftInSourceError(doubt)
    head = bytes(kept)
    return Content(head if came.size <= LARGE_BYTES else None, head, digest.hexdigest())


def slices_of(session: Pop3Session, entry: Listing) -> Iterator[bytes]:
    """Yield a mail, byte for byte.

    Raises:
        LeftInSourceError: The server does not give it, or not the mail that was announced (F-50).
        EndlessError: It is too large.
        TransientError: The server has gone.
    """
    try:
        pieces = session.content(entry.number)
    except NegativeAnswerError as error:
        raise LeftInSourceError(
            said("{label} does not give a mail: {error}", label=session.wire.label, error=error)
        ) from None
    waiting, came = bytearray(), Came()
    for piece in _bounded(pieces, entry.number):
        came.add(piece)
        if len(waiting) + len(piece) > SLICE_BYTES:
            yield bytes(waiting)
            waiting.clear()
        waiting += piece
    if waiting:
        yield bytes(waiting)
    if doubt := came.doubt(entry.size):
        raise LeftInSourceError(doubt)


def _bounded(pieces: Iterator[bytes], number: int) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > MAX_MAIL_BYTES:
            raise EndlessError(said("mail {number}", number=number))
        yield piece
