"""What was read in one session of a POP3 box, and what of it goes (behaviours I-6, I-8).

Only the session that has read a mail deletes it, and only its `QUIT` does (RFC 1939, section 6).
"""

from collections.abc import Sequence

from services.fetcher.seen import Seen
from services.fetcher.sources.pop3.box_scan import BoxScan
from services.fetcher.sources.pop3.session import Pop3Session, session_ended
from services.fetcher.sources.pop3.taken_earlier import TakenEarlier
from services.fetcher.sources.pop3.wire import NegativeAnswerError
from services.fetcher.sources.port import POP3_PLACE
from shared.log import Logger
from shared.settings.box import Box

_log = Logger()


class Deletions:
    """Marks mails of a session for deletion, and remembers those that stay.

    Attributes:
        session: The one that is open; None between sessions.
        digests: SHA-256 of each mail that was read whole in it, by identity.
    """

    def __init__(self, box: Box, seen: Seen, look: BoxScan, earlier: TakenEarlier) -> None:
        """Take the box, its memory, what looks into it, and what earlier sessions have taken."""
        self._box = box
        self._seen = seen
        self._look = look
        self._earlier = earlier
        self.session: Pop3Session | None = None
        self.digests: dict[str, str] = {}
        self._read: dict[str, list[int]] = {}
        self._marked: list[str] = []

    def may_go(self, identity: str, number: int) -> None:
        """Note the message number of a mail that was read completely."""
        self._read[identity] = [number]

    def twin_may_go(self, identity: str, number: int) -> None:
        """Note the number of a mail with the same content: it goes with its twin of this session.

        Where that was taken in an earlier session and is recorded, it goes at once.

        Raises:
            TransientError: The connection broke.
        """
        self._read.get(identity, []).append(number)
        if self._earlier.is_recorded(identity):
            self.may_go(identity, number)
            self.delete(identity)

    def delete(self, identity: str) -> None:
        """Mark a mail, and those with the same content, for deletion; what is refused stays.

        Raises:
            TransientError: The session has ended, or the connection broke.
        """
        numbers, session = self._read.pop(identity, []), self.session
        if session is None:
            raise session_ended(self._box, identity)
        try:
            for number in numbers:
                session.delete(number)
            self._marked.append(identity)
        except NegativeAnswerError as error:
            self._refused([identity], str(error))

    def delete_recorded(self) -> None:
        """Delete what was read in this session and is recorded (C-2).

        Raises:
            TransientError: The connection broke.
        """
        for identity in [name for name in self._read if self._earlier.is_recorded(name)]:
            self.delete(identity)

    def delete_of_earlier_sessions(self, session: Pop3Session) -> None:
        """Delete what was taken before, is recorded now, and is still the same.

        Raises:
            TransientError: The connection broke, or the server cannot serve us now.
        """
        for mail, entry in self._earlier.recorded(session):
            self.may_go(mail.identity, entry.number)
            if mail.sha256:
                self.digests[mail.identity] = mail.sha256
            self.delete(mail.identity)

    def remember(self, identities: Sequence[str]) -> None:
        """Remember mails that were taken and stay, by name and by content."""
        known = [(self.digests[name], name) for name in identities if name in self.digests]
        self._look.stays(known)
        self._seen.remember(POP3_PLACE, identities)

    def end_session(self) -> None:
        """End the session: only `QUIT` deletes, and only its answer says that it did.

        Raises:
            TransientError: The connection broke before the answer.
        """
        session, self.session = self.session, None
        marked, self._marked = self._marked, []
        # `remember` looks into the digests of this session when the server refuses.
        digests, self._read = self.digests, {}
        try:
            if session is not None and self._quits(session, marked):
                self._look.deleted([(digests[name], name) for name in marked if name in digests])
                self._earlier.forget(marked)
        finally:
            self.digests = {}
            self._earlier.end_session()

    def _quits(self, session: Pop3Session, marked: Sequence[str]) -> bool:
        """Return whether the server says that it has deleted what was marked."""
        if session.wire.broken:
            session.wire.close()
            return False
        try:
            session.quit()
        except NegativeAnswerError as error:
            self._refused(marked, str(error))
            return False
        return True

    def _refused(self, identities: Sequence[str], reason: str) -> None:
        """Remember what the box does not let go, so that no round takes it again (F-62)."""
        if identities:
            _log.error("box does not delete", box=self._box.name, mails=identities, reason=reason)
            self.remember(identities)
            self._earlier.forget(identities)
