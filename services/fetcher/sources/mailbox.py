"""Which source reads the mailbox of a box, and when it is made: at its first use."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from services.fetcher.failed import FailedMail, FailedMailNote
from services.fetcher.pauses import Pauses
from services.fetcher.seen import Seen
from services.fetcher.sources.imap.connector import Connector
from services.fetcher.sources.imap.source import Imap
from services.fetcher.sources.of_box import mailbox_places
from services.fetcher.sources.pop3.source import Pop3
from services.fetcher.sources.port import (
    Alarm,
    LeftInSourceError,
    SourceMail,
    SourceReport,
)
from services.fetcher.sources.suspects import Suspects
from services.fetcher.taken import TakenMails
from shared.contracts.mailbox_actions import Told
from shared.contracts.origin import MailOrigin
from shared.contracts.said import Said
from shared.errors import CredentialsRefusedError, TransientError
from shared.log import Logger
from shared.oauth.tokens import client_credentials
from shared.settings.box import Box
from shared.settings.near_miss import nearest

_AFTER_REFUSAL_SECONDS = 40.0
"""A restart does not knock again sooner after a refused login: servers lock accounts (F-61)."""

_log = Logger()


class Mailbox:
    """The mailbox of a box; implements `Source`.

    Memory, certificates and app file are opened when it is first used, and tried again as long as
    one of them is missing: that is this box's trouble, and no other's.

    Attributes:
        kind: `imap` or `pop3`.
    """

    def __init__(
        self, box: Box, memory: Path, clock: Callable[[], datetime], failed: FailedMail
    ) -> None:
        """Take what it works with; nothing is opened or connected yet.

        Args:
            box: Names server, login and disposition.
            memory: The file of what was taken before.
            clock: Returns the time, aware.
            failed: Where mail is noted that can never be processed.
        """
        self.kind = MailOrigin.IMAP if box.imap_url else MailOrigin.POP3
        self._box = box
        self._file = memory
        self._clock = clock
        self._failed = failed
        self._seen: Seen | None = None
        self._source: Imap | Pop3 | None = None

    def batches(self) -> Iterator[Sequence[SourceMail]]:
        """Yield the source's batches; nothing is connected while the server asked us to wait.

        Raises:
            ConfigurationError: `caFile` or the app's file cannot be used.
            TransientError: As the source; or memory cannot be used; or the wait lasts.
            CredentialsRefusedError: The server refused the login, or the wait after that lasts.
        """
        source = self._opened()
        self._pauses().respect()
        with self._noted():
            yield from source.batches()

    def slices(self, mail: SourceMail) -> Iterator[bytes]:
        """Yield what the source does."""
        with self._noted():
            yield from self._opened().slices(mail)

    def acknowledge(self, mails: Sequence[SourceMail]) -> None:
        """Acknowledge at the source."""
        if mails:
            with self._noted():
                self._opened().acknowledge(mails)

    def set_aside(self, mail: SourceMail, note: FailedMailNote) -> None:
        """Keep the reason beside the backup: with that the mailbox is done with the mail.

        Where mail leaves only once it is recorded, it stays until somebody has released it.

        Raises:
            TransientError: The note cannot be written, or as the source.
        """
        _log.warning("mail set aside", box=self._box.name, mail=mail.identity, reason=note.reason)
        self._failed.note(note)
        if self._box.dispose_after == "recorded":
            self.take([(note.message.mail_id, mail)])
        else:
            self.acknowledge([mail])

    def take(self, mails: Sequence[tuple[UUID, SourceMail]]) -> None:
        """Take at the source."""
        if mails:
            with self._noted():
                self._opened().take(mails)

    def recorded(self, told: Told) -> None:
        """Note that these may go: each round begins with those that are still there.

        What rules want done goes at once, where a session is open.

        Raises:
            TransientError: The memory cannot be used; or as the source, and they are noted.
        """
        self._taken().record(told)
        if self._source and any(told.values()):
            with self._noted():
                self._source.settle()

    def wait(self, seconds: float, alarm: Alarm) -> None:
        """Wait as the source does."""
        if self._source:
            with self._noted():
                self._source.wait(seconds, alarm)
        else:
            alarm.wait(seconds)

    def close(self) -> None:
        """Let go of connection and memory; the next use opens them, and reads the app's file."""
        if self._source:
            self._source.close()
        if self._seen:
            self._seen.close()
        self._source = self._seen = None

    def report(self) -> SourceReport:
        """Tell how all folders stand together; nothing is known while memory cannot be used."""
        try:
            known = self._memory().rounds()
            held = Suspects(self._box.name, self._memory().memory, self._clock).count()
        except TransientError:
            return SourceReport()
        rounds = [known[place] for place in mailbox_places(self._box) if place in known]
        if not rounds:
            return SourceReport(held=held)
        # Everything up to the earliest of these moments has been read.
        return SourceReport(
            min(at for at, _ in rounds), sum(waiting for _, waiting in rounds), held
        )

    def _memory(self) -> Seen:
        if self._seen is None:
            self._seen = Seen(self._file)
        return self._seen

    def _pauses(self) -> Pauses:
        return Pauses(self._memory().memory, self._clock)

    def _taken(self) -> TakenMails:
        return TakenMails(self._box.name, self._memory().memory)

    def _opened(self) -> Imap | Pop3:
        if self._source is None:
            self._source = mailbox_of(self._box, self._memory(), self._clock)
            self._taken().keep_places(mailbox_places(self._box))
            if self._box.dispose_after == "published":
                self._taken().record_all()
        return self._source

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Note what a server asks for, so that it outlives a restart (F-57, F-61)."""
        try:
            yield
        except LeftInSourceError:
            raise
        except TransientError as error:
            if error.retry_after_seconds:
                self._pauses().note(error.retry_after_seconds, error)
            raise
        except CredentialsRefusedError as error:
            self._pauses().note(_AFTER_REFUSAL_SECONDS, error)
            raise


def mailbox_of(box: Box, seen: Seen, clock: Callable[[], datetime]) -> Imap | Pop3:
    """Return the source for a box with `imapUrl` or `pop3Url`; nothing is connected yet.

    Raises:
        ConfigurationError: `caFile` or the app's file cannot be used.
    """
    tokens = client_credentials(box) if box.pop3_oauth else None
    if box.imap_url:
        return Imap(box, seen, clock, tokens)
    return Pop3(box, seen, clock, tokens)


def missing_folders(box: Box, names: Collection[str]) -> dict[str, str | None]:
    """Return those of `names` that the IMAP server of a box lacks, each with the nearest it has.

    Raises:
        TransientError: The server is unreachable.
        CredentialsRefusedError: It refused the login.
        ConfigurationError: `caFile` or the app's file cannot be used.
    """
    session = Connector(box, client_credentials(box) if box.pop3_oauth else None).session()
    try:
        listed = session.folders()
        lacks = [one for one in names if one not in listed and not session.has_folder(one)]
    finally:
        session.close()
    return {one: nearest(one, listed) for one in lacks}


def probe_mailbox(box: Box, memory: Path) -> Said:
    """Log in to the mailbox and out again, changing nothing; a sentence about what was found.

    Args:
        box: Whose mailbox.
        memory: The file of what was taken before: only looked into.

    Raises:
        TransientError: The server is unreachable; or a folder is missing, or it would wait for
            `startFrom`: those end with the code of a wrong configuration.
        CredentialsRefusedError: It refused the login.
        ConfigurationError: `caFile` or the app's file cannot be used.
    """
    with TemporaryDirectory() as nothing_remembered:
        seen = _looked_at(memory) or Seen(Path(nothing_remembered) / "seen.db")
        try:
            source = mailbox_of(box, seen, lambda: datetime.now(UTC))
            try:
                return source.probe()
            finally:
                source.close()
        finally:
            seen.close()


def _looked_at(memory: Path) -> Seen | None:
    """Return the memory if there is a good one; what is wrong with it is told elsewhere."""
    with suppress(TransientError, OSError):
        return Seen(memory, heals=False) if memory.is_file() else None
    return None
