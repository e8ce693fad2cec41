"""What FETCH gives of messages: sizes, texts, slices; and which it does not give, and why."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.fetcher.sources.imap.message_info import MessageInfo, in_utc
from services.fetcher.sources.imap.session import ImapSession
from services.fetcher.sources.imap.trouble import RefusedError, StateError
from shared.contracts.said import said

_SAMPLE = 3
"""So many messages at random, and all refused: that is the server's state, and no message's."""

Answers = Mapping[int, Mapping[bytes, object]]


@dataclass(slots=True)
class Given:
    """What a server gave of several messages.

    Attributes:
        answers: By UID, what FETCH told.
        refused: By UID, what the server said instead, or that it gave nothing; they are still in
            the folder.
    """

    answers: dict[int, Mapping[bytes, object]] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def facts_of(session: ImapSession, uids: Sequence[int]) -> tuple[list[MessageInfo], dict[int, str]]:
    """Size and time of arrival, and which messages were refused; what has gone is in neither.

    Raises:
        TransientError: The connection broke, or the server cannot serve us now.
    """
    given = _given(session, uids, ["RFC822.SIZE", "INTERNALDATE"], b"RFC822.SIZE", int)
    facts = [
        MessageInfo(uid, size, in_utc(given.answers[uid].get(b"INTERNALDATE")))
        for uid in uids
        if isinstance(size := given.answers.get(uid, {}).get(b"RFC822.SIZE"), int)
    ]
    return facts, given.refused


def bodies_of(session: ImapSession, uids: Sequence[int]) -> tuple[dict[int, bytes], dict[int, str]]:
    """Whole messages, without marking them as seen; see `facts_of`."""
    given = _given(session, uids, ["BODY.PEEK[]"], b"BODY[]", bytes)
    raws = {
        uid: raw
        for uid, answer in given.answers.items()
        if isinstance(raw := answer.get(b"BODY[]"), bytes)
    }
    return raws, given.refused


def slice_of(session: ImapSession, uid: int, offset: int, size: int) -> bytes | None:
    """Return at most `size` bytes from `offset`; None if the message has gone or has no body.

    Raises:
        TransientError: As `facts_of`; or more came than was asked for.
    """
    item = f"BODY.PEEK[]<{offset}.{size}>"
    answer = session.ask(lambda client: client.fetch([uid], [item])).get(uid, {})
    piece = answer.get(f"BODY[]<{offset}>".encode())
    if isinstance(piece, bytes) and len(piece) > size:
        raise session.judged(ValueError("more bytes than were asked for"))
    return piece if isinstance(piece, bytes) else None


def still_there(session: ImapSession, uids: Sequence[int]) -> set[int]:
    """Return which of these messages are in the selected folder, whatever FETCH or STORE said."""
    if not uids:
        return set()
    question = "UID " + ",".join(map(str, uids))
    return set(session.ask(lambda client: client.search(question))) & set(uids)


def _given(
    session: ImapSession, uids: Sequence[int], items: Sequence[str], item: bytes, kind: type
) -> Given:
    """Ask, and look again for those of which nothing came: gone, or given nothing (F-53)."""
    given = Given()
    _ask(session, uids, items, given)
    silent = [
        uid
        for uid in uids
        if uid not in given.refused and not isinstance(given.answers.get(uid, {}).get(item), kind)
    ]
    for uid in still_there(session, silent):
        given.refused[uid] = "the server says OK and gives nothing"
    return given


def _ask(session: ImapSession, uids: Sequence[int], items: Sequence[str], given: Given) -> None:
    """Send a FETCH; one message that the server refuses spoils no other.

    Raises:
        StateError: It refuses whatever is asked for.
    """
    try:
        given.answers.update(session.ask(lambda client: client.fetch(uids, items)))
    except RefusedError as error:
        refusal = str(error)
    else:
        return
    some = random.sample(uids, _SAMPLE) if len(uids) > _SAMPLE else ()
    for uid in some:
        _narrow_down(session, [uid], items, given)
    if some and not given.answers:
        raise StateError(said("{refusal}; so it does to every message", refusal=refusal))
    _narrow_down(session, [uid for uid in uids if uid not in some], items, given)


def _narrow_down(
    session: ImapSession, uids: Sequence[int], items: Sequence[str], given: Given
) -> None:
    """Ask for fewer and fewer, until only those are refused that have to be."""
    try:
        given.answers.update(session.ask(lambda client: client.fetch(uids, items)))
    except RefusedError as error:
        if len(uids) == 1:
            given.refused[uids[0]] = str(error)
            return
        half = len(uids) // 2
        _narrow_down(session, uids[:half], items, given)
        _narrow_down(session, uids[half:], items, given)
