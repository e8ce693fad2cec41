"""Deleting mail in a later session than the one that read it (behaviour I-6).

A name alone proves nothing: some servers use one again. So name, size and the header's digest have
to be what they were; where the server tells no header, or another one, the whole mail is read.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

from services.fetcher.seen import Seen
from services.fetcher.sources.pop3.box_scan import BoxScan
from services.fetcher.sources.pop3.received import HEAD_BYTES
from services.fetcher.sources.pop3.session import Listing, Pop3Session
from services.fetcher.sources.port import POP3_PLACE, LeftInSourceError, SourceMail
from services.fetcher.taken import TakenMail, TakenMails
from shared.log import Logger
from shared.settings.box import Box

_log = Logger()


def head_digest(start: bytes) -> str:
    """Return the digest of the header at the start of a mail, as far as a header is looked at."""
    head = start[:HEAD_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return hashlib.sha256(head.rstrip(b"\n")).hexdigest()


class TakenEarlier:
    """The mails of a box that are taken in one session and go in a later one."""

    def __init__(self, box: Box, seen: Seen, look: BoxScan) -> None:
        """Take the box, its memory, and what looks into the box."""
        self._box = box
        self._seen = seen
        self._look = look
        self._taken = TakenMails(box.name, seen.memory)
        self._sizes: dict[str, tuple[int, str]] = {}

    def saw(self, identity: str, size: int, start: bytes) -> None:
        """Keep what tells a mail of this session from another one under its name.

        Args:
            identity: Its name.
            size: What the server said of it.
            start: Its beginning, with the header.
        """
        self._sizes[identity] = size, head_digest(start)

    def note(self, mails: Sequence[tuple[UUID, SourceMail]], digests: Mapping[str, str]) -> None:
        """Note mails of this session as taken; `digests` are those of whole mails, by name.

        Raises:
            TransientError: The memory cannot be used.
        """
        self._taken.note(
            TakenMail(
                mail_id,
                POP3_PLACE,
                mail.identity,
                size,
                head,
                digests.get(mail.identity),
            )
            for mail_id, mail in mails
            for size, head in [self._sizes.get(mail.identity, (0, ""))]
        )

    def forget(self, identities: Iterable[str]) -> None:
        """Forget mails that have gone, or that the server does not let go."""
        self._taken.forget(POP3_PLACE, identities)

    def end_session(self) -> None:
        """Forget what was seen in the session."""
        self._sizes.clear()

    def recorded(self, session: Pop3Session) -> Iterator[tuple[TakenMail, Listing]]:
        """Yield those that may be deleted in `session`, which has listed the box.

        What is to stay is forgotten, and so is what is another mail now: that will be read.

        Raises:
            TransientError: The connection broke, or the server cannot serve us now.
        """
        due = self._taken.due(POP3_PLACE)
        if stays := [name for name, mail in due.items() if not self._goes(mail)]:
            self._taken.forget(POP3_PLACE, stays)
            due = {name: mail for name, mail in due.items() if self._goes(mail)}
        resting = self._look.suspects.resting(POP3_PLACE) if due else ()
        for entry in self._look.entries:
            mail = due.get(entry.uidl or "")
            if mail is None or entry.name in resting:
                continue
            same = None
            # What cannot be read is told, rests, and is looked at again.
            with suppress(LeftInSourceError), self._look.guarded(entry):
                same = _is_same(session, entry, mail)
                self._look.was_read(entry)
            if same:
                yield mail, entry
            elif same is not None:
                self._forget_name(mail)

    def is_recorded(self, identity: str) -> bool:
        """Whether a mail that only its content names is to be deleted now that it was read."""
        mail = self._taken.due(POP3_PLACE).get(identity)
        return mail is not None and self._goes(mail)

    def _goes(self, mail: TakenMail) -> bool:
        """Whether a mail leaves the box; POP3 knows no other wish of a rule than that (C-2)."""
        asked = mail.wish is not None and mail.wish.then == "delete"
        return asked or self._box.disposition.action == "delete"

    def _forget_name(self, mail: TakenMail) -> None:
        _log.warning("another mail under a known name", box=self._box.name, mail=mail.identity)
        self._seen.forget(POP3_PLACE, [mail.identity])
        self._taken.forget(POP3_PLACE, [mail.identity])


def _is_same(session: Pop3Session, entry: Listing, mail: TakenMail) -> bool:
    head = session.head(entry.number)
    if head and (entry.size, head_digest(head)) == (mail.size, mail.head):
        return True
    digest = hashlib.sha256()
    for piece in session.content(entry.number):
        digest.update(piece)
    return digest.hexdigest() == mail.sha256
