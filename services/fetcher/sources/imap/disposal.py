"""What becomes of a message that was taken (behaviours I-6, I-8).

Only the messages named go: never EXPUNGE or CLOSE, which would remove what others have flagged. A
server's OK is believed after a look: some say it and do nothing. A message that was copied and
cannot be removed is remembered as copied, so that no round copies it again.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.fetcher.seen import Seen
from services.fetcher.sources.imap.fetching import facts_of, still_there
from services.fetcher.sources.imap.message_info import TakenNote
from services.fetcher.sources.imap.session import ImapSession
from services.fetcher.sources.imap.trouble import RefusedError, StateError
from shared.contracts.mailbox_actions import MailboxActions
from shared.log import Logger
from shared.settings.box import Box

_ONCE_AN_HOUR = timedelta(hours=1)
_STAYS = "mail that was taken stays in its folder"

_log = Logger()


@dataclass(frozen=True, slots=True)
class Way:
    """What becomes of messages.

    Attributes:
        seen: They are marked.
        removes: They leave the folder.
        target: Where to; None: they are deleted.
    """

    seen: bool
    removes: bool
    target: str | None = None

    @classmethod
    def of(cls, wish: MailboxActions) -> "Way":
        """Return what a rule of the administrator wants (C-2)."""
        return cls(wish.seen, wish.then != "stay", wish.folder or None)


class Disposal:
    """Deletes, moves or marks; what a server refuses is told once an hour (F-62).

    Attributes:
        removes: Whether messages leave the folder by the box's `disposition`.
        trouble: Why the server does not dispose of anything in this round; None: it does.
        missing: Folders that rules name and the server lacks: mail that is to go there stays.
    """

    def __init__(self, box: Box, seen: Seen, clock: Callable[[], datetime]) -> None:
        """Take the box's `disposition`, its memory, and the time."""
        self._box = box
        self._seen = seen
        self._clock = clock
        self._said: dict[str, datetime] = {}
        self.removes = box.disposition.action != "seen"
        self._usual = Way(not self.removes, self.removes, box.disposition.folder)
        self.trouble: StateError | None = None
        self.missing: set[str] = set()

    def begin_round(self) -> None:
        """Try again what the server did not do in the last round."""
        self.trouble = None
        self.missing.clear()

    def of_taken(
        self, session: ImapSession, notes: Iterable[TakenNote], wish: MailboxActions | None = None
    ) -> tuple[set[int], bool]:
        """Dispose of those messages of the selected folder that are still what they were.

        Args:
            session: Where.
            notes: What they were.
            wish: What rules want; None: the box's `disposition` counts.

        Returns:
            The UIDs that are another message now (F-52), and whether the server let us.

        Raises:
            TransientError: The connection broke; the messages are remembered, and still there.
        """
        validity = session.opened.uid_validity if session.opened else None
        known = {note.uid: note for note in notes if note.uid_validity == validity}
        if not known or self.trouble:
            return set(), not self.trouble
        way = Way.of(wish) if wish else self._usual
        if wish and way.target and not session.has_folder(way.target):
            self.missing.add(way.target)
            return set(), False
        try:
            return self._of_known(session, known, way)
        except StateError as error:
            # The mail is safe: reading goes on, and the round ends with this.
            self.trouble = error
            return set(), False

    def _of_known(
        self, session: ImapSession, known: dict[int, TakenNote], way: Way
    ) -> tuple[set[int], bool]:
        if way == self._usual and not way.removes:
            return set(), self._of(session, list(known.values()), way)
        facts, _ = facts_of(session, list(known))
        same = [known[each.uid] for each in facts if each.digest == known[each.uid].digest]
        others = {each.uid for each in facts}.difference(note.uid for note in same)
        for uid in others:
            _log.warning("another message under a known UID", box=self._box.name, uid=uid)
        return others, self._of(session, same, way)

    def _of(self, session: ImapSession, notes: Sequence[TakenNote], way: Way) -> bool:
        """Dispose of messages; whether the server let us."""
        if not notes or session.opened is None:
            return True
        if session.opened.read_only:
            self._say("folder is read-only: mail that was taken stays in it", session)
            return False
        try:
            return self._act(session, notes, way)
        except RefusedError as error:
            self._say(_STAYS, session, str(error))
            return False

    def _act(self, session: ImapSession, notes: Sequence[TakenNote], way: Way) -> bool:
        target = way.target
        if way.seen:
            session.flag(_uids(notes), "\\Seen")
        if not way.removes:
            return True
        if target is None:
            return self._remove(session, notes)
        new = [note for note in notes if not note.copied]
        if session.can("MOVE"):
            return self._move(session, notes, new, target)
        if new:
            session.copy(_uids(new), target)
            self._remember_copied(session, new)
        return self._remove(session, notes)

    def _move(
        self,
        session: ImapSession,
        notes: Sequence[TakenNote],
        new: Sequence[TakenNote],
        target: str,
    ) -> bool:
        """Move by MOVE; what is still there afterwards may be a copy, and is not moved again."""
        if new:
            session.move(_uids(new), target)
        left = still_there(session, _uids(notes))
        self._remember_copied(session, [note for note in new if note.uid in left])
        return self._all_gone(session, left)

    def _remove(self, session: ImapSession, notes: Sequence[TakenNote]) -> bool:
        session.flag(_uids(notes), "\\Deleted")
        if not session.can("UIDPLUS"):
            self._say("server cannot delete single messages: they stay, flagged", session)
            return True
        session.expunge(_uids(notes))
        return self._all_gone(session, still_there(session, _uids(notes)))

    def _all_gone(self, session: ImapSession, left: Collection[int]) -> bool:
        if left:
            reason = (
                f"the server said OK and removed nothing of {len(left)} message(s): give this user "
                "the right to delete and expunge in the folder"
            )
            self._say(_STAYS, session, reason)
        return not left

    def _remember_copied(self, session: ImapSession, notes: Sequence[TakenNote]) -> None:
        if notes and session.opened:
            copied = [str(replace(note, copied=True)) for note in notes]
            self._seen.remember(session.opened.folder, copied)

    def _say(self, event: str, session: ImapSession, reason: str = "the server's rights") -> None:
        now = self._clock()
        last = self._said.get(event)
        if last is None or now - last >= _ONCE_AN_HOUR:
            self._said[event] = now
            folder = session.opened.folder if session.opened else ""
            _log.warning(event, box=self._box.name, folder=folder, reason=reason)


def _uids(notes: Iterable[TakenNote]) -> list[int]:
    return [note.uid for note in notes]
