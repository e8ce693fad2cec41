"""How the token server is spoken to: msal's HTTP client, bounded in time and size.

Whatever goes wrong becomes an error in our own words: the server's may quote what was sent.
"""

import itertools
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from shared.contracts.said import said
from shared.errors import CredentialsRefusedError, TransientError
from shared.oauth.app_file import App

_ANSWER_PIECES, _PIECE_BYTES = 32, 8192
_TIMEOUTS_SECONDS = (10.0, 30.0)
_LONGEST_PAUSE_SECONDS = 3600.0
_SERVER_TROUBLE = 500
_TOO_MANY = 429
_FOUND = 200
_HTTPS = 443
_CODE = re.compile(r"AADSTS(\d{4,9})")
_WORD = re.compile(r"[a-z_]{1,40}")

_REMEDIES = {
    "7000215": said("the client secret is wrong: copy the secret's value, not its ID"),
    "7000222": said("the client secret has expired: make a new one in the app registration"),
    "7000112": said("the app is disabled: enable it in the directory's enterprise applications"),
    "7000229": said(
        "the app has no place in this tenant: an administrator must consent to it there"
    ),
    "700016": said("the tenant knows no such app: check client_id and tenant_id"),
    "90002": said("there is no such tenant: check tenant_id"),
    "900023": said("there is no such tenant: check tenant_id"),
    "500011": said("the tenant does not know the mail service: check that it has Exchange Online"),
    "65001": said("the consent is missing: an administrator must grant the app its permissions"),
    "53003": said("a Conditional Access policy forbids it: except the app from the policy"),
}
_PASSING = {"90033", "90024", "90010"}
"""What Microsoft calls transient."""

_UNKNOWN = said("check client_id, tenant_id and client_secret, and the app's permissions")


def session_of(ca_file: Path | None) -> requests.Session:
    """Return a session that trusts `ca_file`, else `SSL_CERT_FILE`, else the public ones."""
    session = requests.Session()
    # Else REQUESTS_CA_BUNDLE would win over ca_file, and .netrc could add a password.
    session.trust_env = False
    session.verify = str(ca_file) if ca_file else _named_authorities() or True
    return session


def _named_authorities() -> str | None:
    """Return the file of authorities that the environment names; not OpenSSL's own default."""
    paths = ssl.get_default_verify_paths()
    return paths.cafile if paths.cafile != paths.openssl_cafile else None


@dataclass(frozen=True, slots=True)
class _Response:
    """What msal asks of a response."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Do nothing: `TokenServer` has looked."""


@dataclass(frozen=True, slots=True)
class TokenServer:
    """What msal asks of its HTTP client."""

    session: requests.Session
    app: App

    def get(self, url: str, **more: Any) -> _Response:  # noqa: ANN401 - msal's own signature
        """Return what the server says about itself; an unknown tenant is told here."""
        response = self._send("GET", url, **more)
        if response.status_code != _FOUND:
            raise refusal(_json(response.text), self.app)
        return response

    def post(self, url: str, **more: Any) -> _Response:  # noqa: ANN401 - msal's own signature
        """Return the question for a token; a refusal is an answer that msal reads."""
        return self._send("POST", url, **more)

    def close(self) -> None:
        """Leave the session open: it is closed by who made it."""

    def _send(
        self,
        method: str,
        url: str,
        *,
        params: Any = None,  # noqa: ANN401 - as msal gives it
        data: Any = None,  # noqa: ANN401 - as msal gives it
        headers: Any = None,  # noqa: ANN401 - as msal gives it
        **_: object,
    ) -> _Response:
        if _origin(url) != _origin(self.app.authority):
            # The server says itself where tokens are: the secret goes to no other one.
            raise unclear(self.app)
        try:
            with self.session.request(
                method,
                url,
                params=params,
                data=data,
                headers=headers,
                timeout=_TIMEOUTS_SECONDS,
                # A redirect would take the secret along.
                allow_redirects=False,
                stream=True,
            ) as response:
                pieces = itertools.islice(response.iter_content(_PIECE_BYTES), _ANSWER_PIECES)
                text = b"".join(pieces).decode("utf-8", "replace")
                return self._looked_at(response.status_code, text, response.headers)
        except requests.exceptions.SSLError:
            raise TransientError(
                said(
                    "TLS with {server} failed, nothing was sent: check its certificate, the clock "
                    "of this machine, what stands in between, and caFile",
                    server=self.app.server,
                )
            ) from None
        except requests.RequestException as error:
            raise TransientError(
                said(
                    "The token server {server} cannot be reached ({name}): check network, DNS and "
                    "firewall",
                    server=self.app.server,
                    name=type(error).__name__,
                )
            ) from None
        except OSError:
            raise TransientError(said("caFile cannot be read: check that it exists")) from None

    def _looked_at(self, status: int, text: str, headers: Mapping[str, str]) -> _Response:
        if status == _TOO_MANY or status >= _SERVER_TROUBLE:
            raise TransientError(
                said(
                    "The token server {server} asks to wait (HTTP {status})",
                    server=self.app.server,
                    status=status,
                ),
                retry_after_seconds=retry_after(headers.get("Retry-After"), datetime.now(UTC)),
            )
        if status < _FOUND or _FOUND + 100 <= status < 400:  # noqa: PLR2004 - classes of HTTP
            raise unclear(self.app)
        return _Response(status, text, headers)


def _origin(url: str) -> tuple[str, str | None, int]:
    """Return what an address names as its server; a bad one names none."""
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS
    except ValueError:
        return "", None, 0
    return parts.scheme, parts.hostname, port


def retry_after(written: str | None, now: datetime) -> float | None:
    """Return seconds that a `Retry-After` asks for (RFC 9110, section 10.2.3), at most an hour."""
    if written is None:
        return None
    try:
        seconds = (
            float(written)
            if written.strip().isdecimal()
            else (parsedate_to_datetime(written) - now).total_seconds()
        )
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_PAUSE_SECONDS)


def _json(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def refusal(answer: Mapping[str, object], app: App) -> TransientError | CredentialsRefusedError:
    """Return a refusal in words of our own: the server's may quote what was sent."""
    error = str(answer.get("error", ""))
    if not _WORD.fullmatch(error):
        return unclear(app)
    found = _CODE.search(str(answer.get("error_description", "")))
    code = found[1] if found else ""
    name = f"AADSTS{code}, {error}" if code else error
    if error == "temporarily_unavailable" or code in _PASSING:
        return TransientError(
            said("The token server {server} asks to wait ({name})", server=app.server, name=name)
        )
    return CredentialsRefusedError(
        said(
            "{server} refused the app in {file} ({name}): {remedy}",
            server=app.server,
            file=app.file,
            name=name,
            remedy=_REMEDIES.get(code, _UNKNOWN),
        )
    )


def unclear(app: App) -> TransientError:
    """Make the error of an answer from no token server, or one that cannot be understood."""
    return TransientError(
        said(
            "{server} does not answer as a token server does: check token_uri in {file}, "
            "and what stands in between",
            server=app.server,
            file=app.file,
        )
    )
