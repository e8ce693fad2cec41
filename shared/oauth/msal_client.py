"""A token asked of the token server: the home of msal.

Imported with the first question: msal and its HTTP client weigh as much as the rest of a fetcher's
mailboxes, and most boxes have a password.
"""

from collections.abc import Mapping
from pathlib import Path

import msal
from pydantic import SecretStr

from shared.oauth.app_file import AccessToken, App
from shared.oauth.http import TokenServer, refusal, session_of, unclear


def new_token(app: App, scope: str, ca_file: Path | None) -> AccessToken:
    """Return a new token. Nothing of msal's cache is used: it goes by the wall clock.

    Raises:
        TransientError: The token server is unreachable or asks to wait.
        CredentialsRefusedError: It refused the app.
    """
    with session_of(ca_file) as session:
        try:
            client = msal.ConfidentialClientApplication(
                app.client_id,
                client_credential=app.client_secret.get_secret_value(),
                authority=app.authority,
                # Else it would ask Microsoft whether the token server is one.
                instance_discovery=False,
                http_client=TokenServer(session, app),
            )
            answer = client.acquire_token_for_client(scopes=[scope])
        except (ValueError, KeyError, TypeError, AttributeError, RuntimeError):
            # Their texts may quote what was sent.
            raise unclear(app) from None
    return _token(answer, app)


def _token(answer: object, app: App) -> AccessToken:
    if not isinstance(answer, Mapping):
        raise unclear(app)
    if "error" in answer:
        raise refusal(answer, app)
    try:
        return AccessToken(SecretStr(str(answer["access_token"])), float(answer["expires_in"]))
    except (KeyError, TypeError, ValueError):
        raise unclear(app) from None
