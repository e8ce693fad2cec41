"""The `pop3` source: a whole POP3 box (manual, chapter 7; behaviours I-2, I-6, I-8).

One session per batch: log in, list, `RETR` the batch, and in this same session `DELE` what was
acknowledged, then `QUIT`. Without `QUIT` a server deletes nothing (RFC 1939, section 6): the mail
comes again and is the same mail (F-7).

Known limits: with `disposition` `seen`, a server without `UIDL` has to send every mail in every
round, because only its content tells it apart. Mail that was taken and stayed, whether it was to
stay or the server refused to delete it, is not deleted later on.
"""

import hashlib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.fetcher.seen import Seen
from services.fetcher.sources.first_look import first_look
from services.fetcher.sources.login import tls_context
from services.fetcher.sources.pop3.box_scan import BoxScan
from services.fetcher.sources.pop3.content import content_of, slices_of
from services.fetcher.sources.pop3.deletions import Deletions
from services.fetcher.sources.pop3.received import received_at
from services.fetcher.sources.pop3.session import Listing, Pop3Session, open_session, session_ended
from services.fetcher.sources.pop3.taken_earlier import TakenEarlier
from services.fetcher.sources.pop3.wire import NegativeAnswerError
from services.fetcher.sources.port import (
    MAX_MAIL_BYTES,
    POP3_PLACE,
    Alarm,
    LeftInSourceError,
    SourceMail,
    is_full,
)
from shared.contracts.origin import MailOrigin
from shared.contracts.said import Said, said
from shared.errors import CredentialsRefusedError, TransientError
from shared.log import Logger
from shared.oauth.tokens import TokenSource
from shared.settings.box import Box

_log = Logger()


@dataclass(slots=True)
class Pop3:
    """The mail of one POP3 box.

    Attributes:
        box: Its settings.
        seen: What was taken of mail that stays in the box.
        clock: Now, aware.
        tokens: Where there is OAuth, else None.
    """

    box: Box
    seen: Seen
    clock: Callable[[], datetime]
    tokens: TokenSource | None
    kind: MailOrigin = field(default=MailOrigin.POP3, init=False)
    _context: ssl.SSLContext = field(init=False, repr=False)
    _look: BoxScan = field(init=False, repr=False)
    _token_worked: bool = field(default=False, init=False)
    _opened_at: datetime | None = field(default=None, init=False)
    _large: dict[str, Listing] = field(default_factory=dict, init=False)
    _earlier: TakenEarlier = field(init=False, repr=False)
    _deletions: Deletions = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Look at `caFile` before anything is connected."""
        self._context = tls_context(self.box)
        self._look = BoxScan(self.box, self.seen, self.clock)
        self._earlier = TakenEarlier(self.box, self.seen, self._look)
        self._deletions = Deletions(self.box, self.seen, self._look, self._earlier)

    def batches(self) -> Iterator[Sequence[SourceMail]]:
        """Yield what waits, in the box's order, at most 100 mails and about 8 MB at a time.

        Raises:
            TransientError: The server is unreachable, busy, or not to be trusted.
            CredentialsRefusedError: It refused the login.
        """
        self._opened_at = self.seen.opened_at(POP3_PLACE)
        done: set[str] = set()
        more = True
        try:
            while more:
                session = self._open()
                batch, more = self._batch(session, done)
                if batch:
                    yield batch
                self._finish()
            self._look.end_round()
        finally:
            self.close()

    def slices(self, mail: SourceMail) -> Iterator[bytes]:
        """Yield the bytes of a large mail.

        Raises:
            TransientError: The server has gone.
            LeftInSourceError: It does not give all of it, or it was taken under another name.
        """
        entry, session = self._large.get(mail.identity), self._deletions.session
        if entry is None or session is None:
            raise session_ended(self.box, mail.identity)
        digest = hashlib.sha256()
        with self._look.guarded(entry):
            for piece in slices_of(session, entry):
                digest.update(piece)
                yield piece
        self._look.was_read(entry)
        self._deletions.digests[mail.identity] = digest.hexdigest()
        if self._look.was_taken(entry.uidl, digest.hexdigest()):
            raise LeftInSourceError(said("{identity} was taken before", identity=mail.identity))
        self._deletions.may_go(mail.identity, entry.number)

    def acknowledge(self, mails: Sequence[SourceMail]) -> None:
        """Mark for deletion, or remember, what was read in this session.

        Raises:
            TransientError: The server has gone; what was marked stays in the box.
        """
        if self.box.disposition.action == "delete":
            for mail in mails:
                self._deletions.delete(mail.identity)
        else:
            self._deletions.remember([mail.identity for mail in mails])
        self.seen.note_taken(POP3_PLACE, len(mails))

    def take(self, mails: Sequence[tuple[UUID, SourceMail]]) -> None:
        """Remember them; they go, in a later session, once they are recorded.

        Raises:
            TransientError: The memory cannot be used: they are given again.
        """
        # Before anything else is remembered of them: a mail that is known is not given again.
        self._earlier.note(mails, self._deletions.digests)
        self._deletions.remember([mail.identity for _, mail in mails])
        self.seen.note_taken(POP3_PLACE, len(mails))

    def settle(self) -> None:
        """Delete what was read in this session and is recorded (C-2)."""
        self._deletions.delete_recorded()

    def wait(self, seconds: float, alarm: Alarm) -> None:
        """POP3 announces nothing: look again after `pollSeconds` (I-3)."""
        alarm.wait(min(seconds, self.box.poll_seconds))

    def close(self) -> None:
        """End the session; what was acknowledged is deleted, if the server listens."""
        with suppress(TransientError):
            self._finish()

    def probe(self) -> Said:
        """Log in and out; a sentence about what was found.

        Raises:
            TransientError, CredentialsRefusedError: As `batches`.
            WaitsForStartError: A first look would find a full box (I-11).
        """
        session = open_session(self.box, self._context, self.tokens)
        try:
            if self.seen.opened_at(POP3_PLACE) is None:
                first_look(session.count(), self.box, POP3_PLACE)
            return session.describe()
        except NegativeAnswerError as error:
            raise session.answered(error) from None
        finally:
            with suppress(TransientError, NegativeAnswerError):
                session.quit()

    def _open(self) -> Pop3Session:
        """Return a session; a token that has worked and is refused now may have expired (F-56)."""
        self.close()
        try:
            session = open_session(self.box, self._context, self.tokens)
        except CredentialsRefusedError:
            if not self.tokens:
                raise
            self.tokens.renew()
            if not self._token_worked:
                raise
            # Once: an account that is knocked at too often is locked (F-61).
            self._token_worked = False
            session = open_session(self.box, self._context, self.tokens)
        self._token_worked = True
        self._deletions.session = session
        return session

    def _batch(self, session: Pop3Session, done: set[str]) -> tuple[list[SourceMail], bool]:
        """Return the next batch, and whether there is more; what broke a session comes alone."""
        batch: list[SourceMail] = []
        total = 0
        together, alone = self._look.waiting(session, done)
        self._deletions.delete_of_earlier_sessions(session)
        for entry in together:
            if is_full(len(batch), total, entry.size):
                return batch, True
            mail = self._take(session, entry, done)
            if mail:
                batch.append(mail)
                # What the server says of a size need not be true.
                total += max(entry.size, len(mail.raw or b""))
        if batch or not alone:
            return batch, bool(alone)
        mail = self._take(session, alone[0], done)
        return [mail] if mail else [], len(alone) > 1

    def _take(self, session: Pop3Session, entry: Listing, done: set[str]) -> SourceMail | None:
        """Return a mail; None where it is not to be taken, or not now."""
        if entry.size > MAX_MAIL_BYTES:
            self._look.leave(entry)
            return None
        with suppress(LeftInSourceError), self._look.guarded(entry):
            before = self._look.is_before_start(session, entry)
            mail = None if before else self._mail(session, entry, done)
            if mail:
                done.add(mail.identity)
            else:
                self.seen.note_taken(POP3_PLACE, 1)
            return mail
        done.add(entry.name)
        return None

    def _mail(self, session: Pop3Session, entry: Listing, done: set[str]) -> SourceMail | None:
        content = content_of(session, entry)
        if content.sha256:
            self._look.was_read(entry)
        identity = entry.uidl or f"sha256:{content.sha256}"
        if not entry.uidl and (identity in done or identity in self.seen.known(POP3_PLACE)):
            self._deletions.twin_may_go(identity, entry.number)
            return None
        if self._look.was_taken(entry.uidl, content.sha256):
            return None
        if content.raw is None:
            self._large[identity] = entry
        else:
            self._deletions.may_go(identity, entry.number)
        if content.sha256:
            self._deletions.digests[identity] = content.sha256
        self._earlier.saw(identity, entry.size, content.head)
        now = self.clock()
        received = received_at(content.head, now) or now
        return SourceMail(identity, received, content.raw, old=self._is_old(received))

    def _is_old(self, received: datetime) -> bool:
        """Return whether a mail was there before the box was first read (I-11)."""
        return self.box.archive and (self._opened_at is None or received < self._opened_at)

    def _finish(self) -> None:
        """End the session."""
        self._large = {}
        self._deletions.end_session()
