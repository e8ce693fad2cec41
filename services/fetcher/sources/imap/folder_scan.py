"""The look into a folder that begins a round: which messages are to be fetched."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from services.fetcher.contents import Contents
from services.fetcher.seen import Seen
from services.fetcher.sources.first_look import first_look
from services.fetcher.sources.imap.disposal import Disposal
from services.fetcher.sources.imap.fetching import facts_of
from services.fetcher.sources.imap.message_info import (
    MessageInfo,
    Opened,
    TakenNote,
    identity_of,
    is_from,
    name_of,
    note_from,
    parts_of,
    search_since,
)
from services.fetcher.sources.imap.session import ImapSession
from services.fetcher.sources.port import MAX_MAIL_BYTES
from services.fetcher.sources.suspects import Suspects
from services.fetcher.taken import TakenMails
from shared.contracts.mailbox_actions import MailboxActions
from shared.log import Logger
from shared.settings.box import Box

_AT_ONCE = 500
"""UIDs of one command: its line stays below the 8000 bytes that servers take."""

_ZONES = timedelta(days=2)
"""How far a server's calendar and the box's can be apart."""

_DAYS = date(1970, 1, 10), date(9999, 1, 1)
"""What servers can search for."""

_T = TypeVar("_T")
_log = Logger()


class FolderScan:
    """Looks into folders, and remembers that it did.

    Attributes:
        there: The UIDs of the folder that was looked into last.
        new: Those of them that were to be fetched.
    """

    def __init__(
        self,
        box: Box,
        seen: Seen,
        clock: Callable[[], datetime],
        disposal: Disposal,
        suspects: Suspects,
    ) -> None:
        """Take the box, its memory, what becomes of messages, and what could not be taken."""
        self._box = box
        self._seen = seen
        self._clock = clock
        self._disposal = disposal
        self._suspects = suspects
        self._contents = Contents(seen.memory)
        self._taken = TakenMails(box.name, seen.memory)
        self.there: set[int] = set()
        self.new: set[int] = set()

    def for_new(self, session: ImapSession, opened: Opened) -> tuple[list[int], list[int]]:
        """Return the UIDs to fetch, in order; what was taken before and is still there goes first.

        Returns:
            Those that can be fetched together, and those that are to be fetched alone, at the end.

        Raises:
            WaitsForStartError: A first look found a full folder (I-11).
            TransientError: The connection broke.
        """
        folder, now = opened.folder, self._clock()
        there = self.there = session.uids("ALL")
        notes = self._notes(opened, there)
        self._carry_out(session, folder, notes)
        if self._disposal.removes:
            self._dispose_again(session, folder, notes)
        else:
            self._mark_recorded(session, folder, notes)
        new = sorted(self._wanted(session, opened, there) - notes.keys())
        self.new = set(new)
        self._seen.note_round(folder, now, len(new))
        if self._seen.opened_at(folder) is None:
            first_look(len(new), self._box, folder)
            self._seen.open(folder, now)
        self._seen.keep_only(folder, {str(note) for note in notes.values()})
        if self._suspects.tries(folder):
            self._suspects.keep_only(folder, {name_of(opened.uid_validity, uid) for uid in there})
        return self._parted(opened, new)

    def carry_out(self, session: ImapSession, opened: Opened) -> None:
        """Do with recorded mail of the selected folder what rules want done with it (C-2).

        Raises:
            TransientError: The connection broke; what is left to do is done in the next round.
        """
        due = self._taken.due(opened.folder)
        if any(mail.wish for mail in due.values()):
            known = {uid for _, uid in map(_place_of, due)}
            self._carry_out(session, opened.folder, self._notes(opened, known))

    def facts(
        self, session: ImapSession, opened: Opened, uids: Sequence[int]
    ) -> Iterator[MessageInfo]:
        """Yield what the server says of messages; one that can be no mail is kept out (H-30)."""
        for some in _chunks(uids):
            names = [name_of(opened.uid_validity, uid) for uid in some]
            with self._suspects.blamed(opened.folder, names):
                found, refused = facts_of(session, some)
            for uid, reason in refused.items():
                self._suspects.hold(opened.folder, name_of(opened.uid_validity, uid), reason)
            for facts in found:
                if facts.size > MAX_MAIL_BYTES:
                    reason = f"{facts.size} bytes, above {MAX_MAIL_BYTES}"
                    self.keep(identity_of(opened, facts.uid), facts, reason)
                else:
                    yield facts

    def end(self, opened: Opened) -> None:
        """Note what is left of a folder that was read to its end (O-4); forget what has gone."""
        left = self.new - self._notes(opened, self.new).keys()
        self._seen.note_left(opened.folder, len(left))
        there = {name_of(opened.uid_validity, uid) for uid in self.there}
        self._contents.keep_only(opened.folder, there)
        self._taken.keep_only(opened.folder, there)

    def keep(self, identity: str, facts: MessageInfo, reason: str) -> None:
        """Leave a message where it is, and never look at it again."""
        folder, validity, uid = parts_of(identity)
        self._seen.remember(folder, [str(TakenNote(validity, uid, facts.digest, kept=True))])
        _log.error("message is no mail and stays", box=self._box.name, mail=identity, reason=reason)

    def _parted(self, opened: Opened, new: Sequence[int]) -> tuple[list[int], list[int]]:
        """Leave out what rests; what may break a connection comes alone, the likeliest last."""
        tries = self._suspects.tries(opened.folder)
        resting = self._suspects.resting(opened.folder)
        names = {uid: name_of(opened.uid_validity, uid) for uid in new}
        due = [uid for uid in new if names[uid] not in resting]
        together = [uid for uid in due if names[uid] not in tries]
        alone = [uid for uid in due if names[uid] in tries]
        return together, sorted(alone, key=lambda uid: tries[names[uid]])

    def _notes(self, opened: Opened, there: set[int]) -> dict[int, TakenNote]:
        """Return notes of what was taken and is still there; those of an old UIDVALIDITY go."""
        notes = map(note_from, self._seen.known(opened.folder))
        # Of two notes the one that says more counts.
        return {
            note.uid: note
            for note in sorted(filter(None, notes), key=str)
            if note.uid_validity == opened.uid_validity and note.uid in there
        }

    def _dispose_again(
        self, session: ImapSession, folder: str, notes: dict[int, TakenNote]
    ) -> None:
        """Take out of `notes` what is another message now, so that it is fetched."""
        awaiting = self._taken.awaiting(folder) | self._wishes(folder).keys()
        left = [note for note in notes.values() if not note.kept and note.name not in awaiting]
        if left and not session.can("UIDPLUS"):
            unflagged = session.uids("UNDELETED")
            left = [note for note in left if note.uid in unflagged]
        for some in _chunks(left):
            others, allowed = self._disposal.of_taken(session, some)
            self._taken.forget(folder, [notes.pop(uid).name for uid in others])
            if not allowed:
                break

    def _mark_recorded(
        self, session: ImapSession, folder: str, notes: dict[int, TakenNote]
    ) -> None:
        """Mark what was recorded since; a message is marked once, and may be unmarked by people."""
        due = self._taken.due(folder).keys() - self._wishes(folder).keys()
        for some in _chunks([note for note in notes.values() if note.name in due]):
            _, allowed = self._disposal.of_taken(session, some)
            if not allowed:
                break
            self._taken.forget(folder, [note.name for note in some])

    def _carry_out(self, session: ImapSession, folder: str, notes: dict[int, TakenNote]) -> None:
        """Do what rules want; what the server does not do now stays noted for the next round."""
        by_wish: dict[MailboxActions, list[TakenNote]] = {}
        wishes = self._wishes(folder)
        for note in notes.values():
            if note.name in wishes:
                by_wish.setdefault(wishes[note.name], []).append(note)
        for wish, wished in by_wish.items():
            for some in _chunks(wished):
                others, allowed = self._disposal.of_taken(session, some, wish)
                if not allowed:
                    break
                if wish.then == "stay":
                    self._keep(folder, [one for one in some if one.uid not in others], notes)
                gone = [notes.pop(uid).name for uid in others]
                self._taken.forget(folder, [*gone, *(note.name for note in some)])

    def _keep(self, folder: str, some: Sequence[TakenNote], notes: dict[int, TakenNote]) -> None:
        """Remember of messages that they stay: the box's `disposition` does not count for them."""
        notes |= {note.uid: replace(note, kept=True) for note in some}
        self._seen.remember(folder, [str(notes[note.uid]) for note in some])

    def _wishes(self, folder: str) -> dict[str, MailboxActions]:
        """Return what rules want done with recorded mail of a folder, by its name there."""
        due = self._taken.due(folder).items()
        return {name: mail.wish for name, mail in due if mail.wish}

    def _wanted(self, session: ImapSession, opened: Opened, there: set[int]) -> set[int]:
        """Return what `scanType` and `startFrom` let through (I-10, I-11)."""
        found = session.uids("UNSEEN") if self._box.scan_type == "unread" else there
        start = self._box.start_from
        return found & self._arrived(session, opened, start) if isinstance(start, date) else found

    def _arrived(self, session: ImapSession, opened: Opened, start: date) -> set[int]:
        """Return what arrived on `start` or later: by a search, and a look at the days around."""
        start = min(max(start, _DAYS[0]), _DAYS[1])
        surely = session.uids(search_since(start + _ZONES))
        doubtful = sorted(session.uids(search_since(start - _ZONES)) - surely)
        zone = self._box.time_zone
        together, alone = self._parted(opened, doubtful)
        closely = self.facts(session, opened, together)
        # What may break a connection is not asked for beside others.
        return surely.union(alone, (each.uid for each in closely if is_from(start, each, zone)))


def _chunks(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))


def _place_of(name: str) -> tuple[int, int]:
    """Return UIDVALIDITY and UID of a message's name within its folder."""
    validity, _, uid = name.partition("/")
    return int(validity), int(uid)
