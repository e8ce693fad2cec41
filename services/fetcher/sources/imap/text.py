"""Whole messages, or none: what a server gives is held against what it announced (F50)."""

from collections.abc import Iterator, Sequence

import structlog

from services.fetcher.sources.eml_dir import MAX_MAIL_BYTES
from services.fetcher.sources.imap.facts import Facts
from services.fetcher.sources.imap.session import Session
from services.fetcher.sources.port import SLICE_BYTES
from shared.errors import TransientError

_log = structlog.get_logger()


class EndlessError(TransientError):
    """A message goes on beyond what any mail may have (H30)."""


def whole_bodies(session: Session, group: Sequence[Facts]) -> dict[int, bytes]:
    """The text of each message; what has gone, or differs each time, is left out.

    One that is shorter than announced is asked for again. If the same comes again, it is whole:
    Exchange only estimates the size of what it has not yet converted.
    """
    if not group:
        return {}
    raws = session.bodies([facts.uid for facts in group])
    short = [facts for facts in group if facts.uid in raws and len(raws[facts.uid]) < facts.size]
    again = session.bodies([facts.uid for facts in short]) if short else {}
    for facts in short:
        first, second = raws.pop(facts.uid, None), again.get(facts.uid)
        if second is not None and (second == first or len(second) >= facts.size):
            raws[facts.uid] = second
        _log.warning(
            "message shorter than announced",
            uid=facts.uid,
            announced=facts.size,
            given=None if second is None else len(second),
            taken=facts.uid in raws,
        )
    return raws


def whole_slices(session: Session, facts: Facts) -> Iterator[bytes]:
    """The text of a large message, piece by piece.

    A short piece is the end; if it comes before the announced end, the server must say so twice.

    Raises:
        TransientError: The message has gone.
        EndlessError: It is larger than any mail may be.
    """
    offset = 0
    while True:
        piece = _piece(session, facts, offset)
        offset += len(piece)
        if offset > MAX_MAIL_BYTES:
            raise EndlessError(f"message {facts.uid} does not end")
        if piece:
            yield piece
        if not piece or (len(piece) < SLICE_BYTES and offset >= facts.size):
            break
    if offset < facts.size:
        _log.warning(
            "message shorter than announced", uid=facts.uid, announced=facts.size, given=offset
        )


def _piece(session: Session, facts: Facts, offset: int) -> bytes:
    """Some servers give nothing at all beyond the end."""
    piece = session.slice(facts.uid, offset, SLICE_BYTES)
    if piece is None and (offset == 0 or not session.facts([facts.uid])):
        raise TransientError(f"message {facts.uid} has gone while it was read")
    return piece or b""
