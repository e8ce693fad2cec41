"""The way to Microsoft Graph: one thread with an event loop, and one door for all requests.

The SDK is asynchronous, and its connections belong to one event loop for good. At the door every
request gets its place among those in flight, the token and the wish for immutable ids. Nothing is
sent again here but a reading whose connection was lost and a request whose token was refused: what
to do about everything else depends on what was asked, so the round decides it.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Self, TypeVar

import httpx
from kiota_abstractions.api_error import APIError
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware import ParametersNameDecodingHandler
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from services.calsync.calendars.graph.access import GraphAccess, tls_context
from services.calsync.calendars.graph.answers import AnswerT, read
from services.calsync.calendars.graph.guards import OnlyJson, TokenAtTheDoor
from services.calsync.calendars.graph.refusals import UNAUTHORIZED, error_for
from services.calsync.calendars.graph.trouble import lost, refusal_of, unreadable
from shared.oauth.tokens import TokenSource

REQUEST_SECONDS = 120.0
"""The longest time for one request, whatever the server does."""

_CONNECT_SECONDS, _SILENCE_SECONDS = 10.0, 60.0
_ERRORS = {"XXX": ODataError}
"""How the SDK is told that every status of 400 and above has this body ("XXX" is its wildcard)."""
_ANSWER_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)

Result = TypeVar("Result")


class GraphWire:
    """Sends requests of the SDK; may be used by several threads."""

    def __init__(self, access: GraphAccess, tokens: TokenSource) -> None:
        """Take where to send, and what gives tokens; nothing is sent yet.

        Raises:
            ConfigurationError: The certificates cannot be used.
        """
        self._access = access
        self._tokens = tokens
        self._door = TokenAtTheDoor(access, tokens)
        self._places = asyncio.Semaphore(access.concurrency)
        self._counting = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._http = _http_client(access)
        self._adapter = GraphRequestAdapter(self._door, self._http)
        self._adapter.base_url = access.url
        self._client = GraphServiceClient(request_adapter=self._adapter)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="graph", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    @property
    def host(self) -> str:
        """Return the name of Graph's host for messages."""
        return self._access.host

    @property
    def users(self) -> UsersRequestBuilder:
        """Return the SDK's way to the accounts."""
        return self._client.users

    def user(self, mailbox: str) -> UserItemRequestBuilder:
        """Return the SDK's way to one mailbox."""
        return self._client.users.by_user_id(mailbox)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do asynchronous work in the thread of the wire, and return what it returns."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()

    def close(self) -> None:
        """Close all connections and end the thread; nothing happens if it is closed."""
        if self._thread.is_alive():
            self.run(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def requests(self, mailbox: str) -> int:
        """Return how many requests were made for a mailbox since the last call."""
        with self._counting:
            return self._counts.pop(mailbox, 0)

    async def send(
        self,
        mailbox: str,
        request: RequestInformation,
        model: type[AnswerT],
        *,
        writing: bool = False,
    ) -> AnswerT:
        """Return what Graph answers.

        Raises:
            CRMServiceError: As `error_for` has it for refusals; `AwayError` if Graph is
                unreachable, `TransientError` if the answer was lost or cannot be read.
        """

        async def asked() -> AnswerT:
            sent: bytes | None = await self._adapter.send_primitive_async(request, "bytes", _ERRORS)
            return read(sent or b"", model)

        return await self._admitted(mailbox, request, asked, writing=writing)

    async def send_deletion(self, mailbox: str, request: RequestInformation) -> None:
        """Ask for a deletion; the errors are those of `send`."""

        async def asked() -> None:
            await self._adapter.send_no_response_content_async(request, _ERRORS)

        await self._admitted(mailbox, request, asked, writing=True)

    async def _admitted(
        self,
        mailbox: str,
        request: RequestInformation,
        asked: Callable[[], Awaitable[Result]],
        *,
        writing: bool,
    ) -> Result:
        try:
            try:
                return await self._counted(mailbox, asked)
            except APIError as error:
                if error.response_status_code != UNAUTHORIZED:
                    raise
                # msal would give the refused token again.
                self._tokens.renew()
            except httpx.TransportError as error:
                if request.http_method != Method.GET or isinstance(error, httpx.ConnectError):
                    raise
            return await self._counted(mailbox, asked)
        except APIError as error:
            found = refusal_of(error, self._access.host, self._door.rights)
            raise error_for(found, writing=writing) from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise lost(error, self._access.host) from None
        except (*_ANSWER_UNREADABLE, httpx.InvalidURL):
            raise unreadable(self._access.host) from None

    async def _counted(self, mailbox: str, asked: Callable[[], Awaitable[Result]]) -> Result:
        async with self._places:
            with self._counting:
                self._counts[mailbox] += 1
            async with asyncio.timeout(REQUEST_SECONDS):
                return await asked()

    async def _close(self) -> None:
        await self._http.aclose()
        await self._loop.shutdown_default_executor()


def _http_client(access: GraphAccess) -> httpx.AsyncClient:
    client = httpx.AsyncClient(
        verify=tls_context(access.ca_file),
        timeout=httpx.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
        # Neither proxies nor passwords come from the environment, and no redirect takes the token.
        trust_env=False,
        follow_redirects=False,
    )
    guards = [ParametersNameDecodingHandler(), OnlyJson(access.host)]
    return KiotaClientFactory.create_with_custom_middleware(guards, client)
