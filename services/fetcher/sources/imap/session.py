"""One session with an IMAP server: the home of imapclient, whose exceptions end here.

UIDs only, never sequence numbers; only extensions of `_USED` are ever thought of; nothing is ever
enabled: IMAP4rev2 would change the meaning of what follows.
"""

import imaplib
import re
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from imapclient import IMAPClient
from imapclient.exceptions import ProtocolError

from services.fetcher.sources.imap.login import Client
from services.fetcher.sources.imap.message_info import Opened, searches
from services.fetcher.sources.imap.trouble import RefusedError, Server, StateError
from services.fetcher.sources.imap.wire import ImapWire
from services.fetcher.sources.login import CONNECT_SECONDS
from services.fetcher.sources.port import Alarm
from shared.contracts.said import said
from shared.errors import CRMServiceError, TransientError
from shared.log import Logger

STARTTLS_PORT = 143

_USED = frozenset(("IDLE", "MOVE", "UIDPLUS"))
_GOODBYE_SECONDS = 3.0
_LOOK_SECONDS = 1.0
_MOST_LINES_OF_ONE_IDLE = 10_000
_NEWS = re.compile(rb"\* \d+ EXISTS", re.IGNORECASE)

_MISUNDERSTOOD = (
    ProtocolError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
    ArithmeticError,
)
"""What the library raises over an answer that is none."""

_BROKEN = (OSError, imaplib.IMAP4.error, *_MISUNDERSTOOD)
_LAST_UID = 2**32 - 1

_T = TypeVar("_T")
_log = Logger()


class _Client(IMAPClient):  # type: ignore[misc]  # it ships no types
    """imapclient on our own wire."""

    def __init__(self, server: Server, context: ssl.SSLContext | None) -> None:
        self.wire: ImapWire
        super().__init__(
            server.host,
            server.port,
            ssl=context is not None,
            ssl_context=context,
            timeout=CONNECT_SECONDS,
        )
        # It would format every line for a log, the login's too.
        self.wire.debug = 0
        # Times keep their zone.
        self.normalise_times = False

    def _create_IMAP4(self) -> ImapWire:  # noqa: N802 - the library's name
        self.wire = ImapWire(self.host, self.port, self.ssl_context)
        return self.wire


class ImapSession:
    """A connection that is logged in; after an error of the connection it is closed.

    Every method may raise `TransientError`; `RefusedError` where only the command failed.

    Attributes:
        opened: The folder that is selected.
    """

    def __init__(
        self, server: Server, context: ssl.SSLContext, log_in: Callable[[Client], None]
    ) -> None:
        """Connect and log in.

        Raises:
            TransientError: The server is unreachable, or cannot prove who it is: nothing was sent.
            CredentialsRefusedError: It refused the login.
        """
        self._server = server
        self._client = _connected(server, context)
        self.opened: Opened | None = None
        self.closed = False
        try:
            self.ask(log_in)
            offered = self.ask(lambda client: client.capabilities())
        except CRMServiceError:
            self._drop()
            raise
        self._can = {each for each in _USED if each.encode() in offered}

    def can(self, extension: str) -> bool:
        """Return whether the server has one of the extensions that are used here."""
        return extension in self._can

    def folders(self) -> list[str]:
        """Return the folders that can hold mail; what of the list cannot be read is left out.

        The list is for hints: a folder that cannot be read, and a list that is refused, are no
        reason not to read a box.
        """
        try:
            lines = self.ask(lambda client: client.wire.listed())
        except RefusedError as error:
            _log.warning("folders are not listed", reason=str(error))
            return []
        named = [_folder_of(self._client, line) for line in lines]
        return [name for name in named if name is not None]

    def has_folder(self, folder: str) -> bool:
        """Return whether a folder is there, listed or not."""
        try:
            self.ask(lambda client: client.folder_status(folder, ["UIDVALIDITY"]))
        except RefusedError:
            return False
        return True

    def open(self, folder: str) -> Opened:
        """Select a folder; to read only, where the server allows no more (F-62)."""

        def select(client: _Client) -> Mapping[bytes, int]:
            try:
                return dict(client.select_folder(folder))
            except imaplib.IMAP4.readonly:
                return dict(client.select_folder(folder, readonly=True))

        found = self.ask(select)
        self.opened = self.ask(lambda client: _opened(folder, found, client.wire))
        return self.opened

    def uids(self, criterion: str) -> set[int]:
        """Return the messages of the selected folder that a search finds."""
        opened = self.opened
        found: set[int] = set()
        for uids in searches(opened) if opened and opened.messages else ():
            question = f"UID {uids} {criterion}"
            found.update(self.ask(lambda client, text=question: client.search(text)))  # type: ignore[misc]
        return found

    def flag(self, uids: Sequence[int], flag: str) -> None:
        """Add a flag."""
        self.ask(lambda client: client.add_flags(uids, [flag.encode()], silent=True))

    def expunge(self, uids: Sequence[int]) -> None:
        """Remove exactly these messages, which bear the flag (RFC 4315)."""
        self.ask(lambda client: client.uid_expunge(uids))

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move (RFC 6851)."""
        self.ask(lambda client: client.move(uids, folder))

    def copy(self, uids: Sequence[int], folder: str) -> None:
        """Copy."""
        self.ask(lambda client: client.copy(uids, folder))

    def look_alive(self) -> None:
        """Find out whether the connection is still good."""
        self.ask(lambda client: client.noop())

    def idle(self, seconds: float, alarm: Alarm) -> bool:
        """Return whether new mail came within `seconds` (RFC 2177).

        The answer to the end of the command is the proof that the server is still there (F-58).
        """
        try:
            return self.ask(lambda client: _idle(client, seconds, alarm))
        except TransientError:
            self._drop()
            raise

    def close(self) -> None:
        """Log out, if the server is quick about it."""
        if self.closed:
            return
        with suppress(*_BROKEN):
            self._client.socket().settimeout(_GOODBYE_SECONDS)
            self._client.logout()
        self._drop()

    def ask(self, question: Callable[[_Client], _T]) -> _T:
        """Return what the library answers to a question; its exceptions end here."""
        try:
            return question(self._client)
        except _BROKEN as error:
            raise self.judged(error) from None

    def judged(self, error: Exception) -> CRMServiceError:
        """Return the trouble behind an exception; give the connection up, unless it is good."""
        broken = ValueError(str(error)) if isinstance(error, ProtocolError) else error
        trouble = self._server.trouble(broken)
        good = isinstance(trouble, RefusedError | StateError)
        if not good or isinstance(error, imaplib.IMAP4.abort):
            self._drop()
        return trouble

    def _drop(self) -> None:
        self.closed = True
        with suppress(OSError):
            self._client.shutdown()


def _connected(server: Server, context: ssl.SSLContext) -> _Client:
    """Return a connection with TLS that proved who the server is; no secret was sent yet."""
    plain = server.port == STARTTLS_PORT
    try:
        client = _Client(server, None if plain else context)
    except _BROKEN as error:
        raise server.unreachable(error) from None
    try:
        _secure(client, server, context if plain else None)
    except (*_BROKEN, TransientError) as error:
        with suppress(OSError):
            client.shutdown()
        if isinstance(error, TransientError):
            raise
        raise server.unreachable(error) from None
    return client


def _secure(client: _Client, server: Server, context: ssl.SSLContext | None) -> None:
    """Secure by STARTTLS where there is a `context`; forget whatever was said before it (F-60)."""
    if client.wire.state != "NONAUTH":
        raise server.insecure(said("says that we are logged in already, which nobody proved"))
    if context is None:
        return
    if not client.has_capability("STARTTLS"):
        raise server.insecure(said("offers no STARTTLS"))
    client.starttls(context)
    client.wire.untagged_responses.clear()


def _folder_of(client: _Client, line: object) -> str | None:
    """Return the name in one line of LIST; None where it holds no mail or cannot be read."""
    try:
        ((flags, _, name),) = client._proc_folder_list([line])  # noqa: SLF001 - one line at a time
    except _MISUNDERSTOOD as error:
        _log.info("a folder's name cannot be read and is passed over", reason=type(error).__name__)
        return None
    return None if b"\\Noselect" in flags else str(name)


def _opened(folder: str, found: Mapping[bytes, int], wire: ImapWire) -> Opened:
    wire.has_announced()
    validity = found.get(b"UIDVALIDITY")
    if not isinstance(validity, int):
        raise TypeError(f"folder {folder} has no UIDVALIDITY")
    uid_next = found.get(b"UIDNEXT", _LAST_UID)
    return Opened(folder, validity, uid_next, found[b"EXISTS"], bool(wire.is_readonly))


def _idle(client: _Client, seconds: float, alarm: Alarm) -> bool:
    end = time.monotonic() + seconds
    lines = 0
    client.idle()
    news = client.wire.has_announced()
    while not news and not alarm.is_set() and (left := end - time.monotonic()) > 0:
        line = client.wire.line_within(min(_LOOK_SECONDS, left))
        lines += line is not None
        if line == b"" or lines > _MOST_LINES_OF_ONE_IDLE:
            raise imaplib.IMAP4.abort("end of the connection, or of our patience, in IDLE")
        news = bool(line and _NEWS.match(line))
    client.idle_done()
    return news
