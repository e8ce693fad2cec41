"""Microsoft's own client as users have it, for the double."""

import asyncio
import ssl
from collections.abc import Awaitable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

import httpx
from azure.core.credentials import AccessToken
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.event import Event
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.users.item.calendar_view.delta.delta_get_response import DeltaGetResponse
from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import (
    DeltaRequestBuilder,
)
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
from msgraph.graph_request_adapter import GraphRequestAdapter, options
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory

from tests.servers.graph.server import GraphServer

Result = TypeVar("Result")
IMMUTABLE = 'IdType="ImmutableId"'


class _Credential:
    """Gives the token that the double made."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken(self._token, 2**40)

    def close(self) -> None:
        """Nothing is open."""


class Sdk:
    """One client with its event loop."""

    def __init__(self, graph: GraphServer, token: str) -> None:
        self._runner = asyncio.Runner()
        self._http = httpx.AsyncClient(
            verify=ssl.create_default_context(cafile=graph.ca_file), timeout=10, trust_env=False
        )
        # The SDK's transport does not close the one that it wraps.
        self._transport = self._http._transport
        provider = AzureIdentityAuthenticationProvider(
            _Credential(token),
            scopes=["https://graph.microsoft.com/.default"],
            allowed_hosts=["localhost"],
        )
        client = GraphClientFactory.create_with_default_middleware(
            options=options, client=self._http, host=graph.url.removesuffix("/v1.0")
        )
        self._adapter = GraphRequestAdapter(provider, client)
        self._adapter.base_url = graph.url
        self.client = GraphServiceClient(request_adapter=self._adapter)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close connections and loop."""
        self._runner.run(self._transport.aclose())
        self._runner.close()

    def run(self, asked: Coroutine[Any, Any, Result]) -> Result:
        """Wait for an answer."""
        return self._runner.run(asked)

    def together(self, *asked: Awaitable[Result]) -> list[Result | BaseException]:
        """Wait for several answers at once; errors are among them."""

        async def all_of_them() -> list[Result | BaseException]:
            return await asyncio.gather(*asked, return_exceptions=True)

        return self._runner.run(all_of_them())

    def user(self, name: str) -> UserItemRequestBuilder:
        """The SDK's way to a mailbox."""
        return self.client.users.by_user_id(name)

    def round(self, name: str, begin: str, end: str, *prefer: str) -> tuple[list[Event], str]:
        """All pages of a first round of delta, and the link for the next one."""
        query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(
            start_date_time=begin, end_date_time=end
        )
        asked = self.user(name).calendar_view.delta.get(
            RequestConfiguration(query_parameters=query, headers=preferring(*prefer))
        )
        return self._rest(name, self.run(asked), *prefer)

    def follow(self, name: str, link: str, *prefer: str) -> tuple[list[Event], str]:
        """All pages behind a link."""
        return self._rest(name, self.page(name, link, *prefer), *prefer)

    def page(self, name: str, link: str, *prefer: str) -> DeltaGetResponse | None:
        """The page behind a link."""
        builder = self.user(name).calendar_view.delta.with_url(link)
        return self.run(builder.get(RequestConfiguration(headers=preferring(*prefer))))

    def _rest(
        self, name: str, page: DeltaGetResponse | None, *prefer: str
    ) -> tuple[list[Event], str]:
        found: list[Event] = []
        while page is not None:
            found += page.value or []
            if page.odata_delta_link:
                return found, page.odata_delta_link
            page = self.page(name, page.odata_next_link or "", *prefer)
        raise AssertionError("a round without an end")


def preferring(*wishes: str) -> HeadersCollection:
    """Headers with these preferences."""
    headers = HeadersCollection()
    for wish in wishes:
        headers.add("Prefer", wish)
    return headers


def timed(clock: str, zone: str = "UTC") -> DateTimeTimeZone:
    """A wall clock in a zone."""
    return DateTimeTimeZone(date_time=clock, time_zone=zone)


def clock(moment: DateTimeTimeZone | None) -> tuple[str | None, str | None]:
    """A wall clock to the second, and its zone."""
    assert moment is not None
    return (moment.date_time or "")[: len("2026-05-04T12:00:00")], moment.time_zone


@contextmanager
def refused(status: int, code: str) -> Iterator[list[ODataError]]:
    """Expect a refusal of Graph with this status and code; the error is put into the list."""
    caught: list[ODataError] = []
    try:
        yield caught
    except ODataError as error:
        found = error.response_status_code, error.error.code if error.error else None
        assert found == (status, code)
        caught.append(error)
    assert caught, "nothing was refused"
