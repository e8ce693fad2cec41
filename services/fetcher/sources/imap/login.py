"""Logging in by IMAP: password or XOAUTH2, and what a refusal means (behaviour I-2, F-56, F-61)."""

import imaplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from pydantic import SecretStr

from services.fetcher.sources.imap.trouble import Server, is_state, told_by
from services.fetcher.sources.login import backoff_seconds, xoauth2
from shared.contracts.said import Said, said
from shared.errors import CredentialsRefusedError
from shared.settings.near_miss import quoted

_MOST_CHALLENGES = 3
_BUG = "[SERVERBUG]"
"""An answer of RFC 5530 to a login that says nothing about the password."""


class Client(Protocol):
    """What of imapclient is needed here."""

    def has_capability(self, capability: str) -> bool:
        """Return whether the server offers it."""

    def login(self, username: str, password: str) -> object:
        """LOGIN; both in ASCII, the name quoted already."""

    def sasl_login(self, mech_name: str, mech_callable: Callable[[bytes], bytes]) -> object:
        """AUTHENTICATE."""


def by_token(client: Client, server: Server, user: str, token: SecretStr) -> None:
    """Log in by XOAUTH2.

    Raises:
        CredentialsRefusedError: The server refused the token.
    """
    answer = xoauth2(user, token.get_secret_value())
    what = said(
        "the token of the app: check pop3Name, that its mailbox exists, that the app "
        "has IMAP.AccessAsApp with an administrator's consent, and is allowed to open "
        "this mailbox"
    )
    with _refusals(server, what, token):
        client.sasl_login("XOAUTH2", _answering(answer))


def by_password(client: Client, server: Server, user: str, password: SecretStr) -> None:
    """Log in by password.

    Raises:
        CredentialsRefusedError: The server refused the password, or takes none.
    """
    written = password.get_secret_value()
    with _refusals(server, said("the login: check pop3Name and pop3Password"), password):
        if client.has_capability("AUTH=PLAIN"):
            client.sasl_login("PLAIN", _answering(f"\0{user}\0{written}".encode()))
        elif client.has_capability("LOGINDISABLED"):
            raise CredentialsRefusedError(
                said("{server} takes no passwords: check pop3OAuth", server=server)
            )
        elif not (user + written).isascii():
            raise CredentialsRefusedError(
                said(
                    "{server} takes only ASCII in a login, and pop3Name or pop3Password has more",
                    server=server,
                )
            )
        else:
            client.login('"' + user.replace("\\", "\\\\").replace('"', '\\"') + '"', written)


def not_connected(server: Server) -> CredentialsRefusedError:
    """Make the error of a fresh login that was good while the mailbox stays closed (F-56)."""
    return CredentialsRefusedError(
        said(
            "{server} accepted the login but not the mailbox: check that the mailbox of "
            "pop3Name exists, has IMAP switched on, and that the app or the user has full "
            "access to it",
            server=server,
        )
    )


def _answering(answer: bytes) -> Callable[[bytes], bytes]:
    """Answer the first challenge; then say nothing, which a server's refusal waits for."""
    asked = 0

    def respond(_challenge: bytes) -> bytes:
        nonlocal asked
        asked += 1
        if asked > _MOST_CHALLENGES:
            raise ValueError("endless challenges")
        return answer if asked == 1 else b""

    return respond


@contextmanager
def _refusals(server: Server, what: Said, secret: SecretStr) -> Iterator[None]:
    try:
        yield
    except imaplib.IMAP4.error as error:
        cause = error.__context__
        text = told_by(error)
        if isinstance(cause, imaplib.IMAP4.abort) or isinstance(error, imaplib.IMAP4.abort):
            raise imaplib.IMAP4.abort(text) from None
        if backoff_seconds(text) or is_state(text) or _BUG in text:
            raise imaplib.IMAP4.abort(text) from None
        if hidden := secret.get_secret_value():
            text = text.replace(hidden, "***")
        raise CredentialsRefusedError(
            said(
                "{server} refused {what}; it said {text}",
                server=server,
                what=what,
                text=quoted(text),
            )
        ) from None
