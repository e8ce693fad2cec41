"""Which source reads the mailbox of a box, and when it is made: at its first use."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from services.fetcher.pauses import Pauses
from services.fetcher.seen import Seen
from services.fetcher.sources.imap.source import Imap
from services.fetcher.sources.pop3.source import Pop3
from services.fetcher.sources.port import IMAP, POP3, LeftInSourceError, SourceMail
from services.fetcher.sources.suspects import Suspects
from shared.errors import CredentialsRefusedError, TransientError
from shared.oauth.tokens import client_credentials
from shared.settings.box import Box

_AFTER_REFUSAL_SECONDS = 40.0
"""A restart does not knock again sooner after a refused login: servers lock accounts (F-61)."""


class Mailbox:
    """The mailbox of a box; implements `Source`.

    Memory, certificates and app file are opened when it is first used, and tried again as long as
    one of them is missing: that is this box's trouble, and no other's.

    Attributes:
        kind: `imap` or `pop3`.
    """

    def __init__(self, box: Box, memory: Path, clock: Callable[[], datetime]) -> None:
        """Take what it works with; nothing is opened or connected yet.

        Args:
            box: Names server, login and disposition.
            memory: The file of what was taken before.
            clock: Gives the time, aware.
        """
        self.kind = IMAP if box.imap_url else POP3
        self._box = box
        self._file = memory
        self._clock = clock
        self._seen: Seen | None = None
        self._source: Imap | Pop3 | None = None

    def batches(self) -> Iterator[Sequence[SourceMail]]:
        """As the source's; nothing is connected as long as the server asked us to wait.

        Raises:
            ConfigurationError: `caFile` or the app's file cannot be used.
            TransientError: As the source; or memory cannot be used; or the wait lasts.
            CredentialsRefusedError: The server refused the login.
        """
        source = self._opened()
        self._pauses().respect()
        with self._noted():
            yield from source.batches()

    def slices(self, mail: SourceMail) -> Iterator[bytes]:
        """As the source's."""
        with self._noted():
            yield from self._opened().slices(mail)

    def acknowledge(self, mails: Sequence[SourceMail]) -> None:
        """As the source's."""
        with self._noted():
            self._opened().acknowledge(mails)

    def set_aside(self, mail: SourceMail, reason: str) -> None:
        """As the source's."""
        with self._noted():
            self._opened().set_aside(mail, reason)

    def wait(self, seconds: float, stopped: Event) -> None:
        """As the source's."""
        if self._source:
            with self._noted():
                self._source.wait(seconds, stopped)
        else:
            stopped.wait(seconds)

    def close(self) -> None:
        """Let go of the connection; the memory stays open."""
        if self._source:
            self._source.close()

    def rounds(self) -> dict[str, tuple[datetime, int]]:
        """When each place was last read, and how many mails waited there then (O-4)."""
        return self._memory().rounds()

    def held(self) -> int:
        """How many messages could not be read, and stay in the box."""
        return Suspects(self._box.name, self._memory().memory, self._clock).count()

    def _memory(self) -> Seen:
        if self._seen is None:
            self._seen = Seen(self._file)
        return self._seen

    def _pauses(self) -> Pauses:
        return Pauses(self._memory().memory, self._clock)

    def _opened(self) -> Imap | Pop3:
        if self._source is None:
            self._source = mailbox_of(self._box, self._memory(), self._clock)
        return self._source

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """What a server asks for outlives a restart (F-57, F-61)."""
        try:
            yield
        except LeftInSourceError:
            raise
        except TransientError as error:
            if error.retry_after_seconds:
                self._pauses().note(error.retry_after_seconds, str(error))
            raise
        except CredentialsRefusedError as error:
            self._pauses().note(_AFTER_REFUSAL_SECONDS, str(error))
            raise


def mailbox_of(box: Box, seen: Seen, clock: Callable[[], datetime]) -> Imap | Pop3:
    """The source for a box with `imapUrl` or `pop3Url`; nothing is connected yet.

    Raises:
        ConfigurationError: `caFile` or the app's file cannot be used.
    """
    tokens = client_credentials(box) if box.pop3_oauth else None
    if box.imap_url:
        return Imap(box, seen, clock, tokens)
    return Pop3(box, seen, clock, tokens)


def probe_mailbox(box: Box, memory: Path) -> str:
    """Log in to the mailbox and out again, changing nothing; a sentence about what was found.

    Args:
        box: Whose mailbox.
        memory: The file of what was taken before: only looked into.

    Raises:
        TransientError: The server is away; or a folder is missing, or it would wait for
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
    """The memory if there is a good one; what is wrong with it is told elsewhere."""
    with suppress(TransientError, OSError):
        return Seen(memory, heals=False) if memory.is_file() else None
    return None
