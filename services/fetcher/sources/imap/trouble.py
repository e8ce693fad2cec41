"""What goes wrong with an IMAP server, in sentences for a person (faults F-56 to F-61)."""

import imaplib
import re
import ssl
from dataclasses import dataclass

from services.fetcher.sources.login import backoff_seconds
from services.fetcher.sources.suspects import BrokeOffError
from shared.connection_trouble import connection_trouble, refused_certificate
from shared.contracts.said import Said, said, verbatim
from shared.errors import CRMServiceError, TransientError
from shared.settings.near_miss import quoted

_NOT_CONNECTED = "authenticated but not connected"
_STATES = re.compile(
    r"\[(?:UNAVAILABLE|INUSE|LIMIT|OVERQUOTA|CONTACTADMIN)\b"
    r"|too many (?:simultaneous )?connections",
    re.IGNORECASE,
)
"""Answers about the server or the account, whatever was asked (RFC 5530; RFC 9051, 7.1)."""


class RefusedError(TransientError):
    """The server answered NO or BAD to one command; the connection is good."""


class StateError(TransientError):
    """The server cannot serve us now, and says so: no fault of the message that was asked for."""


class NotConnectedError(TransientError):
    """Exchange's answer where a token has expired, and where a right is missing (F-56)."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server as sentences name it."""

    box: str
    host: str
    port: int

    def __str__(self) -> str:
        """For the beginning of a sentence."""
        return f"Box {self.box}: IMAP server {self.host}:{self.port}"

    def unreachable(self, error: Exception) -> TransientError:
        """Return the trouble behind a connection that did not come about; no secret was sent."""
        text = told_by(error)
        if seconds := backoff_seconds(text):
            return self._throttles(seconds)
        if isinstance(error, ssl.SSLCertVerificationError):
            return TransientError(
                said(
                    "{server} showed a certificate that proves nothing: {reason}; nothing "
                    "was sent; check the name in imapUrl, the certificate's dates, and caFile",
                    server=self,
                    reason=refused_certificate(error),
                )
            )
        if isinstance(error, ssl.SSLError):
            return TransientError(
                said(
                    "{server} speaks no TLS that can be trusted: {reason}; nothing was sent; check "
                    "the port of imapUrl: 993 begins with TLS, 143 with STARTTLS",
                    server=self,
                    reason=connection_trouble(error),
                )
            )
        return TransientError(
            said(
                "{server} cannot be reached: {reason}; nothing was sent; check imapUrl, the "
                "network and the firewall",
                server=self,
                reason=_reason(error),
            )
        )

    def insecure(self, what: Said) -> TransientError:
        """Make the error of a login that would not be safe: on its way, or with whoever answers."""
        return TransientError(
            said(
                "{server} {what}; nothing was sent; use port 993, or have STARTTLS switched on",
                server=self,
                what=what,
            )
        )

    def trouble(self, error: Exception) -> CRMServiceError:
        """Return the trouble of a command."""
        text = told_by(error)
        if seconds := backoff_seconds(text):
            return self._throttles(seconds)
        if _NOT_CONNECTED in text.lower():
            return NotConnectedError(
                said("{server} has dropped the login; it is made anew", server=self)
            )
        if is_state(text):
            return StateError(
                said(
                    "{server} cannot serve us now: {text}; the box is tried again, with longer and "
                    "longer pauses",
                    server=self,
                    text=quoted(text),
                )
            )
        if isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort):
            return RefusedError(
                said("{server} refused a command: {text}", server=self, text=quoted(text))
            )
        return BrokeOffError(
            said(
                "{server} broke off: {reason}; what was not finished is done in the next round",
                server=self,
                reason=_reason(error),
            )
        )

    def _throttles(self, seconds: float) -> TransientError:
        return TransientError(
            said(
                "{server} is throttling and asks to wait {seconds} seconds",
                server=self,
                seconds=format(seconds, ".0f"),
            ),
            retry_after_seconds=seconds,
        )


def is_state(text: str) -> bool:
    """Return whether an answer is about the server's state, and not about what was asked."""
    return bool(_STATES.search(text))


def _reason(error: Exception) -> Said:
    """Return what broke a connection: in our words, or in the server's, quoted."""
    if isinstance(error, OSError | UnicodeError):
        return connection_trouble(error)
    return verbatim(quoted(told_by(error)))


def told_by(error: BaseException) -> str:
    """Return what a server or the system said, without our own words around."""
    first = error.args[0] if error.args else ""
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    if isinstance(first, bytes):
        return first.decode("utf-8", "replace")
    return str(error) or type(error).__name__
