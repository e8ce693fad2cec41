"""Whole messages, or none: what a server gives is held against what it announced (F-50)."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress

from services.fetcher.sources.imap.fetching import bodies_of, slice_of, still_there
from services.fetcher.sources.imap.message_info import MessageInfo
from services.fetcher.sources.imap.session import ImapSession
from services.fetcher.sources.imap.trouble import RefusedError
from services.fetcher.sources.imap.wire import MAX_ANSWER_BYTES
from services.fetcher.sources.port import MAX_MAIL_BYTES, SLICE_BYTES, LeftInSourceError
from services.fetcher.sources.whole import OVERHEAD_BYTES, Came
from shared.contracts.said import said
from shared.errors import TransientError
from shared.log import Logger

_log = Logger()

_OVERLAP_BYTES = 1024
"""Of each slice that have come before: more than the longest line of RFC 5322.

Dovecot 2.4 begins some slices of mail that it keeps with CRLF some bytes too early, so that bytes
come twice and as many are missing at the end; the size is the announced one.
"""


class GoneError(LeftInSourceError):
    """A message went away while it was read."""


class EndlessMessageError(TransientError):
    """A message goes on beyond what any mail may have (H-30)."""


def whole_bodies(
    session: ImapSession, group: Sequence[MessageInfo]
) -> tuple[dict[int, bytes], dict[int, str]]:
    """Return each message's text, and why others are not to be taken; what has gone is in neither.

    One that is shorter than announced is asked for again. If the same comes again, and nothing
    else speaks against it, it is whole: Exchange only estimates the size of what it has not yet
    converted.

    Raises:
        TransientError: The connection broke, or the server cannot serve us now.
    """
    if not group:
        return {}, {}
    raws, held = bodies_of(session, [facts.uid for facts in group])
    short = [facts for facts in group if facts.uid in raws and len(raws[facts.uid]) < facts.size]
    again, refused = bodies_of(session, [facts.uid for facts in short]) if short else ({}, {})
    held |= refused
    for facts in short:
        first, second = raws.pop(facts.uid), again.get(facts.uid)
        if second is not None and (second == first or len(second) >= facts.size):
            raws[facts.uid] = second
        elif second is not None:
            held[facts.uid] = "each time something else comes"
    for facts in group:
        if facts.uid in raws and (doubt := _doubt(session, facts, raws[facts.uid])):
            held[facts.uid] = doubt
            del raws[facts.uid]
    _tell(short, again, raws)
    return raws, held


def _doubt(session: ImapSession, facts: MessageInfo, raw: bytes) -> str | None:
    """Return why a message is not whole; if much is missing, ask for a slice beyond its end."""
    if doubt := Came(raw).doubt(facts.size):
        return doubt
    if facts.size - len(raw) > OVERHEAD_BYTES:
        with suppress(RefusedError):
            if slice_of(session, facts.uid, len(raw), 1):
                return f"it goes on behind the {len(raw)} bytes that came"
    return None


def whole_slices(session: ImapSession, facts: MessageInfo) -> Iterator[bytes]:
    """Yield the text of a large message, piece by piece.

    A short piece is the end; if it comes before the announced end, the server must say so twice,
    and the message is fetched once more as a whole and compared. So it is if pieces do not join
    (F-64).

    Raises:
        TransientError: The connection broke.
        GoneError: The message has gone.
        LeftInSourceError: What came is not the mail.
        EndlessMessageError: It is larger than any mail may be.
    """
    came, digest, joined = Came(), hashlib.sha256(), True
    for piece in _pieces(session, facts):
        if piece is None:
            joined = False
            break
        came.add(piece)
        digest.update(piece)
        yield piece
    if not joined or came.size < facts.size:
        rest = _rest(session, facts, came.size, digest.digest(), joined=joined)
        came.add(rest)
        yield from (rest[at : at + SLICE_BYTES] for at in range(0, len(rest), SLICE_BYTES))
    if doubt := came.doubt(facts.size):
        raise LeftInSourceError(doubt)


def _pieces(session: ImapSession, facts: MessageInfo) -> Iterator[bytes | None]:
    """Yield pieces, each from a little before the last one's end; None if they differ there."""
    offset, last = 0, b""
    while True:
        answer = _piece(session, facts, offset - len(last))
        if not answer.startswith(last[: len(answer)]):
            yield None
            return
        fresh = answer[len(last) :]
        offset += len(fresh)
        if offset > MAX_MAIL_BYTES:
            raise EndlessMessageError(said("message {uid} does not end", uid=facts.uid))
        if fresh:
            yield fresh
        if not fresh or (len(answer) < SLICE_BYTES and offset >= facts.size):
            break
        last = (last + fresh)[-_OVERLAP_BYTES:]


def _piece(session: ImapSession, facts: MessageInfo, offset: int) -> bytes:
    """Fetch one slice; some servers give nothing at all beyond the end."""
    piece = slice_of(session, facts.uid, offset, SLICE_BYTES)
    if piece is None and not still_there(session, [facts.uid]):
        raise GoneError(said("message {uid} has gone while it was read", uid=facts.uid))
    if piece is None and offset == 0:
        raise LeftInSourceError(said("the server says OK and gives nothing"))
    return piece or b""


def collected(session: ImapSession, facts: MessageInfo, most: int) -> bytes | None:
    """Return the text of a message by slices, in one piece; None if it is larger than `most`.

    Raises:
        TransientError: As `whole_slices`.
    """
    raw = bytearray()
    for piece in whole_slices(session, facts):
        raw += piece
        if len(raw) > most:
            return None
    return bytes(raw)


def _rest(
    session: ImapSession, facts: MessageInfo, size: int, sha256: bytes, *, joined: bool
) -> bytes:
    """Fetch the whole for what the slices have left out; nothing if they were the whole.

    Raises:
        LeftInSourceError: The whole is another one; or the slices do not join, and it is too large.
    """
    what = (
        said("message shorter than announced")
        if joined
        else said("slices of a message do not join")
    )
    _log.warning(what, uid=facts.uid, announced=facts.size, given=size)
    if facts.size > MAX_ANSWER_BYTES and not joined:
        raise LeftInSourceError(
            said("its slices do not join, and it is too large to be read at once")
        )
    if facts.size > MAX_ANSWER_BYTES:
        # Too large to be compared: what came must be complete in itself.
        return b""
    raw = bodies_of(session, [facts.uid])[0].get(facts.uid, b"")
    if hashlib.sha256(raw[:size]).digest() != sha256:
        raise LeftInSourceError(said("by slices something else comes than as a whole"))
    return raw[size:]


def _tell(short: Sequence[MessageInfo], again: dict[int, bytes], taken: dict[int, bytes]) -> None:
    for facts in short:
        _log.warning(
            "message shorter than announced",
            uid=facts.uid,
            announced=facts.size,
            given=len(again[facts.uid]) if facts.uid in again else None,
            taken=facts.uid in taken,
        )
