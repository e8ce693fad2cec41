"""One POP3 session: from the greeting to `QUIT` (RFC 1939), with STLS (2595) and OAuth (5034)."""

import base64
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from pydantic import SecretStr

from services.fetcher.sources.login import backoff_seconds, xoauth2
from services.fetcher.sources.pop3.received import HEAD_BYTES
from services.fetcher.sources.pop3.refusal import Refusal, meaning_of_login
from services.fetcher.sources.pop3.wire import NegativeAnswerError, Pop3Wire, connect
from shared.contracts.said import Said, said
from shared.errors import CredentialsRefusedError, CRMServiceError, TransientError
from shared.log import Logger
from shared.oauth.tokens import TokenSource
from shared.settings.box import Box
from shared.settings.value_types import ServerAddress

PLAIN_PORT, TLS_PORT = 110, 995

_BUSY_SECONDS = 60.0
_LONGEST_NUMBER = 16

_log = Logger()


@dataclass(frozen=True, slots=True)
class Listing:
    """A mail of the box.

    Attributes:
        number: Its number, in this session only.
        size: Bytes, as the server counts them: not always those it sends.
        uidl: Its name for ever; None if the server has none, or gives it twice (F-54).
    """

    number: int
    size: int
    uidl: str | None

    @property
    def name(self) -> str:
        """Its UIDL, or what else tells it from others for as long as none goes."""
        return self.uidl or f"number {self.number} of {self.size} bytes"


@dataclass(frozen=True, slots=True)
class Pop3Session:
    """A session that is logged in: the box is locked until it ends."""

    wire: Pop3Wire

    def entries(self) -> list[Listing]:
        """Return what is in the box, in its order."""
        sizes = self._numbered(b"LIST")
        try:
            names = dict(self._numbered(b"UIDL"))
        except NegativeAnswerError:
            names = {}
        count = Counter(names.values())
        unique = {number: name for number, name in names.items() if name and count[name] == 1}
        return [Listing(number, _size(size), unique.get(number)) for number, size in sizes]

    def content(self, number: int) -> Iterator[bytes]:
        """Return the mail, in pieces of at most 64 KB.

        Raises:
            NegativeAnswerError: The server does not give it.
            TransientError: The server has gone, or the mail is not complete.
        """
        self.wire.ask(b"RETR %d" % number)
        return self.wire.content()

    def head(self, number: int) -> bytes:
        """Read the mail's head, or as much as is looked through; empty if there is no `TOP`."""
        try:
            self.wire.ask(b"TOP %d 0" % number)
        except NegativeAnswerError:
            return b""
        head = bytearray()
        for piece in self.wire.content():
            # The rest is read and forgotten: the next command needs the line.
            head += piece[: HEAD_BYTES - len(head)]
        return bytes(head)

    def delete(self, number: int) -> None:
        """Mark a mail for deletion, which happens at `quit`.

        Raises:
            NegativeAnswerError: The server refuses.
        """
        self.wire.ask(b"DELE %d" % number)

    def quit(self) -> None:
        """Delete what is marked, and hang up.

        Raises:
            NegativeAnswerError: Not all could be deleted.
            TransientError: The server has gone: all is still there, or all is deleted.
        """
        try:
            self.wire.ask(b"QUIT")
        finally:
            self.wire.close()

    def describe(self) -> Said:
        """Return how many mails there are, and how the connection is protected."""
        return said(
            "{server}: {count} mails, {security}",
            server=self.wire.label,
            count=self.count(),
            security=self.wire.security(),
        )

    def answered(self, error: NegativeAnswerError) -> TransientError:
        """Return what an unexpected `-ERR` means."""
        return TransientError(said("{label} answered {error}", label=self.wire.label, error=error))

    def count(self) -> int:
        """Return how many mails there are; 0 from a server that does not say."""
        _, count, *_ = f"{self.wire.ask(b'STAT')} ?".split()
        return int(count) if _is_number(count) else 0

    def _numbered(self, command: bytes) -> list[tuple[int, str]]:
        """Return the lines of `LIST` or `UIDL`; one that is none is skipped."""
        self.wire.ask(command)
        parted = (line.partition(" ") for line in self.wire.list_lines())
        return [(int(n), rest.strip()) for n, _, rest in parted if _is_number(n)]


def session_ended(box: Box, identity: str) -> TransientError:
    """Make the error of a mail whose session is over: it comes again in the next one."""
    return TransientError(
        said("{identity} of box {box}: its session has ended", identity=identity, box=box.name)
    )


def address_of(box: Box) -> tuple[str, int, bool]:
    """Host, port, and whether TLS begins with the first byte (I-2)."""
    server = box.pop3_url or ServerAddress(host="localhost")
    port = server.port or (TLS_PORT if box.pop3_oauth else PLAIN_PORT)
    return server.host, port, port != PLAIN_PORT


def open_session(box: Box, context: ssl.SSLContext, tokens: TokenSource | None) -> Pop3Session:
    """Connect and log in.

    Raises:
        TransientError: The server is away, busy, offers no TLS, or its certificate is refused.
        CredentialsRefusedError: It refused the login.
    """
    host, port, tls_first = address_of(box)
    # Before the connection: a token server that hangs must not hold the box.
    secret = tokens.token() if tokens else box.pop3_password or SecretStr("")
    label = f"POP3 server {host}:{port} of box {box.name}"
    wire = connect(label, host, port, context if tls_first else None)
    with ExitStack() as undo:
        undo.callback(wire.close)
        try:
            wire.answer()
        except NegativeAnswerError as error:
            raise TransientError(
                said(
                    "{label} takes nobody now ({error}); check the server", label=label, error=error
                ),
                retry_after_seconds=backoff_seconds(str(error)),
            ) from None
        if not tls_first:
            _start_tls(wire, box, context, host)
        _log_in(wire, box, secret)
        undo.pop_all()
    return Pop3Session(wire)


def _start_tls(wire: Pop3Wire, box: Box, context: ssl.SSLContext, host: str) -> None:
    try:
        wire.ask(b"STLS")
    except NegativeAnswerError:
        if not box.allow_plaintext:
            raise TransientError(
                said(
                    "{label} offers no TLS (STLS), nothing was sent; switch it on there, name the "
                    "port that speaks TLS (995), or set allowPlaintext",
                    label=wire.label,
                )
            ) from None
        _log.warning("POP3 without TLS: all can read along", box=box.name)
    else:
        wire.start_tls(context, host)


def _log_in(wire: Pop3Wire, box: Box, secret: SecretStr) -> None:
    word = secret.get_secret_value()
    try:
        if box.pop3_oauth:
            _authenticate(wire, xoauth2(box.pop3_name, word))
        else:
            wire.ask(b"USER " + box.pop3_name.encode())
            wire.ask(b"PASS " + word.encode())
    except NegativeAnswerError as error:
        raise _refused(wire.label, box, str(error)) from None


def _authenticate(wire: Pop3Wire, answer: bytes) -> None:
    """Log in by XOAUTH2 in two steps: Office 365 refuses it in one."""
    wire.ask(b"AUTH XOAUTH2")
    challenge = wire.ask(base64.b64encode(answer))
    # A refusal may come as a challenge that tells why; an empty answer ends it.
    if not challenge.startswith("+OK"):
        wire.ask(b"")


def _refused(label: str, box: Box, words: str) -> CRMServiceError:
    """Return why the server did not let us in; not in its words, which may repeat a secret."""
    pause, meaning = backoff_seconds(words), meaning_of_login(words)
    if pause or meaning is not Refusal.LOGIN:
        why = (
            said(
                "it is busy, or another program reads it; one reader at a time is what POP3 allows"
            )
            if meaning is Refusal.BUSY
            else said(
                "the server takes no logins, or not so many, for now; if that lasts, see "
                "whether another program reads it, and what the server's log says"
            )
        )
        return TransientError(
            said("{label} does not open the mailbox now: {why}", label=label, why=why),
            retry_after_seconds=pause or _BUSY_SECONDS,
        )
    name = f"{label} refused the login of {box.pop3_name}"
    if "authenticated but not connected" in words.casefold():
        return CredentialsRefusedError(
            said(
                "{name}: the app has no right on this mailbox; give it full access (Exchange: "
                "Add-MailboxPermission), or check pop3Name",
                name=name,
            )
        )
    if box.pop3_oauth:
        return CredentialsRefusedError(
            said(
                "{name} by OAuth: check that POP3 is on for the mailbox, that the app has the "
                "permission POP.AccessAsApp with consent, and full access to the mailbox",
                name=name,
            )
        )
    return CredentialsRefusedError(
        said(
            "{name}: check pop3Name and pop3Password, that POP3 is on for the mailbox, and "
            "that the account is neither locked nor disabled",
            name=name,
        )
    )


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < _LONGEST_NUMBER


def _size(written: str) -> int:
    """Return a size, or 0 where the server does not know: reading tells."""
    word = written.partition(" ")[0]
    return int(word) if _is_number(word) else 0
