"""What stands at the door of every request and every answer.

Links in answers lead where the answer wants; the token goes to the configured host alone, so the
address is looked at before the token is even asked for.
"""

import asyncio
from typing import Any

import httpx
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.request_information import RequestInformation
from kiota_http.middleware import BaseMiddleware

from services.calsync.calendars.graph.access import GraphAccess, origin_of
from services.calsync.calendars.graph.rights import rights_in
from shared.contracts.said import said
from shared.errors import TransientError
from shared.oauth.tokens import TokenSource

_IMMUTABLE_IDS = 'IdType="ImmutableId"'
_NO_CONTENT = 204


class ForeignLinkError(TransientError):
    """A link in an answer leads to another host than the configured one; nothing was sent."""


class UnreadableAnswerError(TransientError):
    """What answered successfully is not Microsoft Graph."""


class TokenAtTheDoor(AuthenticationProvider):
    """Gives requests their token and the wish for ids that survive a move.

    Attributes:
        rights: What the latest token says it may do; None if it does not say.
    """

    def __init__(self, access: GraphAccess, tokens: TokenSource) -> None:
        """Take where requests may go, and what gives tokens."""
        self._access = access
        self._tokens = tokens
        self.rights: frozenset[str] | None = None

    async def authenticate_request(
        self,
        request: RequestInformation,
        additional_authentication_context: dict[str, Any] | None = None,  # noqa: ARG002 - the SDK's
    ) -> None:
        """Add token and preference.

        Raises:
            ForeignLinkError: It would go elsewhere.
            TransientError: The token server is unreachable or asks to wait.
            CredentialsRefusedError: It refused the app.
        """
        if origin_of(str(request.url)) != self._access.origin:
            raise ForeignLinkError(
                said(
                    "A link in an answer leads away from {host}; it was not followed: check "
                    "graphUrl and what stands in between",
                    host=self._access.host,
                )
            )
        # The lock in it may wait for the token server: not in the loop.
        token = (await asyncio.to_thread(self._tokens.token)).get_secret_value()
        self.rights = rights_in(token)
        request.headers.remove("Authorization")
        request.headers.add("Authorization", f"Bearer {token}")
        request.headers.add("Prefer", _IMMUTABLE_IDS)


class OnlyJson(BaseMiddleware):
    """Refuses successful answers that are not JSON, as the pages of proxies and portals."""

    def __init__(self, host: str) -> None:
        """Take the host for messages."""
        super().__init__()
        self._host = host

    async def send(
        self, request: httpx.Request, transport: httpx.AsyncBaseTransport
    ) -> httpx.Response:
        """Send a request on, and look at what comes back."""
        response = await super().send(request, transport)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if response.is_success and response.status_code != _NO_CONTENT and "json" not in kind:
            await response.aclose()
            raise UnreadableAnswerError(
                said(
                    "{host} does not answer as Microsoft Graph does (HTTP {status_code}, not "
                    "JSON): check graphUrl and what stands in between",
                    host=self._host,
                    status_code=response.status_code,
                )
            )
        return response
