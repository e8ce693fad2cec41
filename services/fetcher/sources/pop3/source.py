"""The `pop3` source: a whole POP3 box (manual, chapter 7; behaviours I-2, I-6, I-8).

A session a batch: log in, list, `RETR` the batch, and in this same session `DELE` what was
acknowledged, then `QUIT`. Without `QUIT` a server deletes nothing (RFC 1939, section 6): the mail
comes again and is the same mail (F7).

Known limits: with `disposition` `seen`, a server without `UIDL` has to send every mail in every
round, because only its content tells it apart. Mail that was taken and stayed, whether it was to
stay or the server refused to delete it, is not deleted later on.
"""

import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog

from services.fetcher.seen import Seen
from services.fetcher.sources.first_look import first_look
from services.fetcher.sources.login import tls_context
from services.fetcher.sources.pop3.content import (
    MAX_MAIL_BYTES,
    EndlessError,
    content_of,
    slices_of,
)
from services.fetcher.sources.pop3.received import dated_at, received_at
from services.fetcher.sources.pop3.session import Entry, Session, open_session
from services.fetcher.sources.pop3.wire import NegativeAnswerError
from services.fetcher.sources.port import (
    BATCH_BYTES,
    BATCH_MAILS,
    POP3,
    SourceMail,
)
from shared.errors import CredentialsRefusedError, TransientError
from shared.oauth import TokenSource
from shared.settings.box import Box

PLACE = "POP3"

_log = structlog.get_logger()


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
    kind: str = field(default=POP3, init=False)
    _context: ssl.SSLContext = field(init=False, repr=False)
    _session: Session | None = field(default=None, init=False, repr=False)
    _token_worked: bool = field(default=False, init=False)
    _opened_at: datetime | None = field(default=None, init=False)
    # What was read completely in this session, by identity: it may be deleted in it.
    _read: dict[str, list[int]] = field(default_factory=dict, init=False)
    _large: dict[str, int] = field(default_factory=dict, init=False)
    _deleted: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Look at `caFile` before anything is connected."""
        self._context = tls_context(self.box)

    def batches(self) -> Iterator[Sequence[SourceMail]]:
        """What waits, in the box's order, at most 100 mails and about 8 MB at a time.

        Raises:
            TransientError: The server is away, busy, or not to be trusted.
            CredentialsRefusedError: It refused the login.
        """
        self._opened_at = self.seen.opened_at(PLACE)
        offered: set[str] = set()
        more = True
        try:
            while more:
                session = self._open()
                batch, more = self._batch(session, offered)
                if batch:
                    yield batch
                self._finish()
        finally:
            self.close()

    def slices(self, mail: SourceMail) -> Iterator[bytes]:
        """The bytes of a large mail.

        Raises:
            TransientError: The server has gone, or does not give the mail.
        """
        number, session = self._large.get(mail.identity), self._session
        if number is None or session is None:
            raise TransientError(f"{mail.identity} of box {self.box.name}: its session has ended")
        with self._left_if_endless(mail.identity):
            yield from slices_of(session, number)
        self._read.setdefault(mail.identity, []).append(number)

    def acknowledge(self, mails: Sequence[SourceMail]) -> None:
        """Mark for deletion, or remember, what was read in this session.

        Raises:
            TransientError: The server has gone; what was marked stays in the box.
        """
        if self.box.disposition.action == "delete":
            for mail in mails:
                self._delete(mail.identity)
        else:
            self.seen.remember(PLACE, [mail.identity for mail in mails])

    def set_aside(self, mail: SourceMail, reason: str) -> None:
        """Backup and fetcher keep the mail: it leaves the box as any other.

        Raises:
            TransientError: As `acknowledge`.
        """
        _log.error("mail set aside", box=self.box.name, identity=mail.identity, reason=reason)
        self.acknowledge([mail])

    def wait(self, seconds: float, stopped: threading.Event) -> None:
        """POP3 announces nothing: look again after `pollSeconds` (I-3)."""
        stopped.wait(min(seconds, self.box.poll_seconds))

    def close(self) -> None:
        """End the session; what was acknowledged is deleted, if the server still listens."""
        with suppress(TransientError):
            self._finish()

    def probe(self) -> str:
        """Log in and out; a sentence about what was found.

        Raises:
            TransientError, CredentialsRefusedError: As `batches`.
        """
        session = open_session(self.box, self._context, self.tokens)
        try:
            return session.describe()
        except NegativeAnswerError as error:
            raise TransientError(f"{session.wire.label} answered {error}") from None
        finally:
            with suppress(TransientError, NegativeAnswerError):
                session.quit()

    def _open(self) -> Session:
        """A session; a token that has worked and is refused now may have expired (F56)."""
        self.close()
        try:
            self._session = open_session(self.box, self._context, self.tokens)
        except CredentialsRefusedError:
            if not self.tokens:
                raise
            self.tokens.renew()
            if not self._token_worked:
                raise
            # Once: an account that is knocked at too often is locked (F61).
            self._token_worked = False
            self._session = open_session(self.box, self._context, self.tokens)
        self._token_worked = True
        return self._session

    def _batch(self, session: Session, offered: set[str]) -> tuple[list[SourceMail], bool]:
        """The next batch, and whether there is more."""
        batch: list[SourceMail] = []
        total = 0
        for entry in self._waiting(session, offered):
            if batch and (len(batch) == BATCH_MAILS or total + entry.size > BATCH_BYTES):
                return batch, True
            mail = self._take(session, entry, offered)
            if mail:
                batch.append(mail)
                offered.add(mail.identity)
                # What the server says of a size need not be true.
                total += max(entry.size, len(mail.raw or b""))
        return batch, False

    def _waiting(self, session: Session, offered: set[str]) -> list[Entry]:
        """What was not taken yet; a mail without a name has to be read to know."""
        try:
            entries = session.entries()
        except NegativeAnswerError as error:
            raise TransientError(f"{session.wire.label} does not list: {error}") from None
        now = self.clock()
        if self.seen.opened_at(PLACE) is None:
            first_look(len(entries), self.box, PLACE)
            self.seen.open(PLACE, now)
        names = {entry.uidl for entry in entries if entry.uidl}
        if len(names) == len(entries):
            self.seen.keep_only(PLACE, names)
            self.seen.keep_only(self._before(), names)
        taken = self.seen.known(PLACE) | self.seen.known(self._before()) | offered
        waiting = [entry for entry in entries if entry.uidl is None or entry.uidl not in taken]
        self.seen.note_round(PLACE, now, len(waiting))
        return waiting

    def _take(self, session: Session, entry: Entry, offered: set[str]) -> SourceMail | None:
        """A mail; None where it is not to be taken, or not now."""
        if entry.size > MAX_MAIL_BYTES:
            self._leave(entry.uidl)
            return None
        if self._is_before_start(session, entry):
            return None
        try:
            return self._mail(session, entry, offered)
        except NegativeAnswerError as error:
            _log.warning("mail not given", server=session.wire.label, reason=str(error))
            return None

    def _mail(self, session: Session, entry: Entry, offered: set[str]) -> SourceMail | None:
        with self._left_if_endless(entry.uidl):
            content = content_of(session, entry)
        identity = entry.uidl or f"sha256:{content.sha256}"
        if not entry.uidl and (identity in offered or identity in self.seen.known(PLACE)):
            # The same content again: if its twin is of this session, it goes with it.
            self._read.get(identity, []).append(entry.number)
            return None
        if content.raw is None:
            self._large[identity] = entry.number
        else:
            self._read[identity] = [entry.number]
        now = self.clock()
        received = received_at(content.head, now) or now
        return SourceMail(identity, received, content.raw, old=self._is_old(received))

    def _is_old(self, received: datetime) -> bool:
        """Whether a mail was there before the box was first read (I-11)."""
        return self.box.archive and (self._opened_at is None or received < self._opened_at)

    def _is_before_start(self, session: Session, entry: Entry) -> bool:
        """Whether a mail is older than `startFrom`; what has a name is asked once."""
        if not isinstance(self.box.start_from, date):
            return False
        moment = dated_at(session.head(entry.number), self.clock())
        if moment is None or moment.astimezone(self.box.time_zone).date() >= self.box.start_from:
            return False
        if entry.uidl:
            self.seen.remember(self._before(), [entry.uidl])
        return True

    def _before(self) -> str:
        """Where is remembered what is too old: another `startFrom` asks anew."""
        return f"{PLACE} before {self.box.start_from}"

    def _delete(self, identity: str) -> None:
        numbers, session = self._read.pop(identity, []), self._session
        if session is None:
            raise TransientError(f"{identity} of box {self.box.name}: its session has ended")
        try:
            for number in numbers:
                session.delete(number)
            self._deleted.append(identity)
        except NegativeAnswerError as error:
            self._stays([identity], str(error))

    def _finish(self) -> None:
        """End the session: only `QUIT` deletes, and only its answer says that it did."""
        session, self._session = self._session, None
        deleted, self._deleted = self._deleted, []
        self._read, self._large = {}, {}
        if session is None:
            return
        if session.wire.broken:
            session.wire.close()
            return
        try:
            session.quit()
        except NegativeAnswerError as error:
            self._stays(deleted, str(error))

    def _stays(self, identities: Sequence[str], reason: str) -> None:
        """The box does not let go: what was taken is not taken again in every round (F62)."""
        if identities:
            _log.error("box does not delete", box=self.box.name, mails=identities, reason=reason)
            self.seen.remember(PLACE, identities)

    @contextmanager
    def _left_if_endless(self, uidl: str | None) -> Iterator[None]:
        """A mail larger than its server says ends the session, once (H30)."""
        try:
            yield
        except EndlessError as error:
            self._leave(uidl)
            raise TransientError(f"{error} of box {self.box.name} has no end; it is left") from None

    def _leave(self, uidl: str | None) -> None:
        """A mail that is too large stays in the box, and is told once."""
        megabytes = MAX_MAIL_BYTES // 1024 // 1024
        _log.error("too large, stays in the box", box=self.box.name, mail=uidl, limit_mb=megabytes)
        if uidl:
            self.seen.remember(PLACE, [uidl])
