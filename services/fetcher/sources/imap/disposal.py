"""What becomes of a message that was taken (behaviours I-6, I-8).

Only the messages named go: never EXPUNGE or CLOSE, which would remove what others have flagged.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import structlog

from services.fetcher.sources.imap.facts import Note
from services.fetcher.sources.imap.session import Session
from services.fetcher.sources.imap.trouble import RefusedError
from shared.settings.box import Box

_ONCE_AN_HOUR = timedelta(hours=1)

_log = structlog.get_logger()


class Disposal:
    """Deletes, moves or marks; what a server refuses is told once an hour (F62).

    Attributes:
        removes: Whether messages leave the folder.
    """

    def __init__(self, box: Box, clock: Callable[[], datetime]) -> None:
        """Take the box's `disposition`."""
        self._box = box
        self._clock = clock
        self._said: dict[str, datetime] = {}
        self.removes = box.disposition.action != "seen"

    def of_taken(self, session: Session, notes: Iterable[Note]) -> tuple[set[int], bool]:
        """Dispose of those messages of the selected folder that are still what they were.

        Returns:
            The UIDs that are another message now (F52), and whether the server let us.

        Raises:
            TransientError: The connection broke; the messages are remembered, and still there.
        """
        validity = session.opened.uid_validity if session.opened else None
        known = {note.uid: note for note in notes if note.uid_validity == validity}
        if not self.removes or not known:
            return set(), self._of(session, list(known))
        facts = session.facts(list(known))
        same = [each.uid for each in facts if each.digest == known[each.uid].digest]
        others = {each.uid for each in facts}.difference(same)
        for uid in others:
            _log.warning("another message under a known UID", box=self._box.name, uid=uid)
        return others, self._of(session, same)

    def _of(self, session: Session, uids: Sequence[int]) -> bool:
        """Dispose of messages; whether the server let us."""
        if not uids or session.opened is None:
            return True
        if session.opened.read_only:
            self._say("folder is read-only: mail that was taken stays in it", session)
            return False
        try:
            self._act(session, uids)
        except RefusedError as error:
            self._say("mail that was taken stays in its folder", session, str(error))
            return False
        return True

    def _act(self, session: Session, uids: Sequence[int]) -> None:
        target = self._box.disposition.folder
        if not self.removes:
            session.flag(uids, "\\Seen")
        elif target is None:
            self._remove(session, uids)
        elif session.can("MOVE"):
            session.move(uids, target)
        else:
            session.copy(uids, target)
            self._remove(session, uids)

    def _remove(self, session: Session, uids: Sequence[int]) -> None:
        session.flag(uids, "\\Deleted")
        if session.can("UIDPLUS"):
            session.expunge(uids)
        else:
            self._say("server cannot delete single messages: they stay, flagged", session)

    def _say(self, event: str, session: Session, reason: str = "the server's rights") -> None:
        now = self._clock()
        last = self._said.get(event)
        if last is None or now - last >= _ONCE_AN_HOUR:
            self._said[event] = now
            folder = session.opened.folder if session.opened else ""
            _log.warning(event, box=self._box.name, folder=folder, reason=reason)
