"""Tokens by client credentials (RFC 6749, section 4.4) from Microsoft's identity platform.

The app's file is read again for every new token: a renewed secret needs no restart. Neither the
secret nor a token is ever in a text of this module.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from shared.errors import ConfigurationError, TransientError
from shared.oauth.app_file import AccessToken, App, app_file, read_app
from shared.settings.box import Box

EARLY_SECONDS = 300.0
"""A token is renewed so long before it expires: it must live through a session's login."""

_MAIL_HOSTS = {
    "login.partner.microsoftonline.cn": "partner.outlook.cn",
    "login.chinacloudapi.cn": "partner.outlook.cn",
    "login.microsoftonline.us": "outlook.office365.us",
}
"""National clouds and their mail; everywhere else it is the world-wide one."""


class TokenSource(Protocol):
    """Gives access tokens; may be asked by several threads."""

    def token(self) -> SecretStr:
        """Return a token that is good for some minutes at least; it must never be logged.

        Raises:
            TransientError: The token server is unreachable or asks to wait.
            CredentialsRefusedError: It refused the app.
        """

    def renew(self) -> None:
        """Forget the token at hand: a server refused it (F-56)."""


class ClientCredentials:
    """The tokens of one app for one scope; implements `TokenSource`."""

    def __init__(
        self, ask: Callable[[], AccessToken], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the way to a new token.

        Durations are measured by the monotonic clock: setting the clock harms nothing (F-71).
        """
        self._ask = ask
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token: SecretStr | None = None
        self._good_until = 0.0

    def token(self) -> SecretStr:
        """Return the token at hand, or a new one five minutes before that expires."""
        with self._lock:
            now = self._monotonic()
            if self._token is None or now >= self._good_until:
                self._token = None
                given = self._ask()
                self._token = given.secret
                self._good_until = now + given.lifetime_seconds - EARLY_SECONDS
            return self._token

    def renew(self) -> None:
        """Forget the current token."""
        with self._lock:
            self._token = None


def client_credentials(box: Box, scope: str | None = None) -> ClientCredentials:
    """Return the tokens of a box's app.

    Args:
        box: Names `rootPath` and `caFile`.
        scope: What the tokens are for; None for the mail of the token server's cloud.

    Raises:
        ConfigurationError: The app's file cannot be used; lists all that is wrong with it.
    """
    file = app_file(box)
    read_app(file)

    def ask() -> AccessToken:
        app = _read_again(file)
        # Here, so that only those who need a token have what asks for it.
        from shared.oauth.msal_client import new_token  # noqa: PLC0415

        return new_token(app, scope or mail_scope(app.server), box.ca_file)

    return ClientCredentials(ask)


def mail_scope(server: str) -> str:
    """Return the scope of IMAP, POP3 and SMTP in the cloud of a token server."""
    return f"https://{_MAIL_HOSTS.get(server, 'outlook.office365.com')}/.default"


def _read_again(file: Path) -> App:
    """Read the app in its file again; a change under a running service is waited for."""
    try:
        return read_app(file)
    except ConfigurationError as error:
        raise TransientError(error.sentence) from None
