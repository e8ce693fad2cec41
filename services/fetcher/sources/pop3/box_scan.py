"""The look into a POP3 box that begins a session: which mails are to be read."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from services.fetcher.contents import Contents
from services.fetcher.seen import Seen
from services.fetcher.sources.first_look import first_look
from services.fetcher.sources.pop3.content import EndlessError
from services.fetcher.sources.pop3.received import dated_at
from services.fetcher.sources.pop3.refusal import Refusal, meaning_of_command
from services.fetcher.sources.pop3.session import Listing, Pop3Session
from services.fetcher.sources.pop3.wire import NegativeAnswerError
from services.fetcher.sources.port import (
    MAX_MAIL_BYTES,
    POP3_PLACE,
    LeftInSourceError,
)
from services.fetcher.sources.suspects import Suspects
from services.fetcher.taken import TakenMails
from shared.contracts.said import said, verbatim
from shared.errors import TransientError
from shared.log import Logger
from shared.settings.box import Box

_DELETED = "POP3 deleted"
"""Where contents are remembered whose deletion the server has confirmed."""

_log = Logger()


class BoxScan:
    """Looks into the box, and remembers that it did.

    Attributes:
        suspects: What could not be read.
        entries: What the box held at the last look.
    """

    def __init__(self, box: Box, seen: Seen, clock: Callable[[], datetime]) -> None:
        """Take the box, its memory, and the time."""
        self._box = box
        self._seen = seen
        self._clock = clock
        self._contents = Contents(seen.memory)
        self._taken = TakenMails(box.name, seen.memory)
        self._names: set[str] = set()
        self.entries: list[Listing] = []
        self.suspects = Suspects(box.name, seen.memory, clock)

    def waiting(
        self, session: Pop3Session, done: Collection[str]
    ) -> tuple[list[Listing], list[Listing]]:
        """Return what was not taken yet; a mail without a name has to be read to know.

        Args:
            session: Where.
            done: Identities and names of this round's mails.

        Returns:
            Those that can be read together, and those that are to be read alone, at the end.

        Raises:
            TransientError: The server does not say what it has, or the box waits for `startFrom`.
        """
        try:
            entries = session.entries()
        except NegativeAnswerError as error:
            raise TransientError(
                said("{label} does not list: {error}", label=session.wire.label, error=error)
            ) from None
        self.entries = entries
        now = self._clock()
        if self._seen.opened_at(POP3_PLACE) is None:
            first_look(len(entries), self._box, POP3_PLACE)
            self._seen.open(POP3_PLACE, now)
        self._forget_what_has_gone(entries)
        taken = self._seen.known(POP3_PLACE) | self._seen.known(self._before()) | set(done)
        waiting = [entry for entry in entries if entry.uidl is None or entry.uidl not in taken]
        self._seen.note_round(POP3_PLACE, now, len(waiting))
        return self._parted([entry for entry in waiting if entry.name not in done])

    def is_before_start(self, session: Pop3Session, entry: Listing) -> bool:
        """Return whether a mail is older than `startFrom`; what has a name is asked once."""
        if not isinstance(self._box.start_from, date):
            return False
        moment = dated_at(session.head(entry.number), self._clock())
        if moment is None or moment.astimezone(self._box.time_zone).date() >= self._box.start_from:
            return False
        if entry.uidl:
            self._seen.remember(self._before(), [entry.uidl])
        return True

    def was_taken(self, uidl: str | None, sha256: str | None) -> bool:
        """Whether a mail was taken before: the server did not delete it, or renamed it (F-54).

        The name alone proves nothing: some servers use one again. The content does.
        """
        if not (uidl and sha256):
            return False
        before = self._contents.name_of(POP3_PLACE, sha256)
        if uidl in (before, self._contents.name_of(_DELETED, sha256)):
            reason = said("the server said OK to its deletion, and has it still")
            _log.error("box does not delete", box=self._box.name, mails=[uidl], reason=reason)
        elif before is None or before in self._names:
            return False
        else:
            _log.info("a mail that was taken has a new name", box=self._box.name, mail=uidl)
            self._taken.rename(POP3_PLACE, before, uidl)
        self.stays([(sha256, uidl)])
        return True

    def stays(self, named: Collection[tuple[str, str]]) -> None:
        """Note that mails, as pairs of digest and UIDL, were taken and stay in the box."""
        self._seen.remember(POP3_PLACE, [name for _, name in named])
        self._contents.remember(POP3_PLACE, named)

    @contextmanager
    def guarded(self, entry: Listing) -> Iterator[None]:
        """Guard the reading of one mail: what is wrong with it is noted, and spoils no other.

        Raises:
            LeftInSourceError: The server does not give the mail, or something else.
            TransientError: The connection broke, or the server cannot serve us now; or the mail
                has no end, which ends the session, once (H-30).
        """
        label = f"box {self._box.name}"
        try:
            with self.suspects.blamed(POP3_PLACE, [entry.name]):
                yield
        except EndlessError as error:
            self.leave(entry)
            raise TransientError(
                said("{error} of {label} has no end; it is left", error=error, label=label)
            ) from None
        except NegativeAnswerError as error:
            if meaning_of_command(str(error)) is not Refusal.MAIL:
                raise TransientError(
                    said("{label} cannot be read now: {error}", label=label, error=error)
                ) from None
            self.suspects.hold(POP3_PLACE, entry.name, str(error))
            raise LeftInSourceError(verbatim(str(error))) from None
        except LeftInSourceError as error:
            self.suspects.hold(POP3_PLACE, entry.name, str(error))
            raise

    def was_read(self, entry: Listing) -> None:
        """Note that a mail came to its end, whole: nothing is wrong with it."""
        self.suspects.clear(POP3_PLACE, [entry.name])

    def leave(self, entry: Listing) -> None:
        """Leave a mail that is too large in the box, and tell of it once."""
        megabytes, uidl = MAX_MAIL_BYTES // 1024 // 1024, entry.uidl
        _log.error("too large, stays in the box", box=self._box.name, mail=uidl, limit_mb=megabytes)
        self._seen.note_taken(POP3_PLACE, 1)
        if uidl:
            self._seen.remember(POP3_PLACE, [uidl])

    def deleted(self, named: Collection[tuple[str, str]]) -> None:
        """Remember mails, as pairs of digest and UIDL, to whose deletion the server said OK."""
        self._contents.remember(_DELETED, named)

    def end_round(self) -> None:
        """End the round: the whole box was looked through."""
        for place in (POP3_PLACE, _DELETED):
            self._contents.keep_only(place, self._names)
        if len(self._names) == len(self.entries):
            # Not before: mail with a new name is found by reading it.
            self._taken.keep_only(POP3_PLACE, self._names)

    def _forget_what_has_gone(self, entries: Collection[Listing]) -> None:
        names = {entry.uidl for entry in entries if entry.uidl}
        if len(names) == len(entries):
            self._seen.keep_only(POP3_PLACE, names)
            self._seen.keep_only(self._before(), names)
        self._names = names
        self.suspects.keep_only(POP3_PLACE, {entry.name for entry in entries})

    def _parted(self, waiting: Collection[Listing]) -> tuple[list[Listing], list[Listing]]:
        tries, resting = self.suspects.tries(POP3_PLACE), self.suspects.resting(POP3_PLACE)
        due = [entry for entry in waiting if entry.name not in resting]
        together = [entry for entry in due if entry.name not in tries]
        alone = [entry for entry in due if entry.name in tries]
        return together, sorted(alone, key=lambda entry: tries[entry.name])

    def _before(self) -> str:
        """Return where is remembered what is too old: another `startFrom` asks anew."""
        return f"{POP3_PLACE} before {self._box.start_from}"
