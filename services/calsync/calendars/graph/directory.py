"""The accounts of the tenant (K-1)."""

from collections.abc import Iterable, Sequence

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.users.users_request_builder import UsersRequestBuilder

from services.calsync.calendars.graph.answers import GraphUser, UserPage
from services.calsync.calendars.graph.pages import pages
from services.calsync.calendars.graph.wire import GraphWire
from services.calsync.calendars.port import Account

_SELECTED = ["id", "mail", "userPrincipalName", "proxyAddresses", "userType", "accountEnabled"]
_PER_PAGE = 999


class GraphDirectory:
    """The accounts in Microsoft Graph; implements `AccountDirectory`."""

    def __init__(self, wire: GraphWire) -> None:
        """Take the way to Graph."""
        self._wire = wire

    def accounts(self, addresses: Iterable[str]) -> Sequence[Account]:
        """Return every account that has one of `addresses` anywhere, each once.

        All accounts are read, page by page: proxy addresses cannot be searched without regard to
        their case.

        Raises:
            CredentialsRefusedError: The right User.Read.All is missing, among others.
            TransientError: Graph is unreachable or asks to wait.
        """
        wanted = {address.strip().lower() for address in addresses}
        found = self._wire.run(self._all())
        return [account for account in found if account.addresses & wanted]

    async def _all(self) -> list[Account]:
        parameters = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
            select=_SELECTED, top=_PER_PAGE
        )
        users = self._wire.users
        first = users.to_get_request_information(RequestConfiguration(query_parameters=parameters))
        known: dict[str, Account] = {}
        async for page in pages(
            self._wire,
            "",
            first,
            lambda link: users.with_url(link).to_get_request_information(),
            UserPage,
        ):
            accounts = (_account(user) for user in page.value)
            known |= {account.id: account for account in accounts}
        return list(known.values())


def _account(user: GraphUser) -> Account:
    written = [user.mail, user.user_principal_name, *map(_smtp, user.proxy_addresses or ())]
    return Account(
        id=user.id,
        addresses=frozenset(each.strip().lower() for each in written if each),
        guest=(user.user_type or "").lower() == "guest",
        enabled=user.account_enabled is not False,
    )


def _smtp(proxy: str) -> str:
    """Return the address of `SMTP:a@b.cz`; empty if it is one of another kind."""
    kind, found, address = proxy.partition(":")
    return address if found and kind.lower() == "smtp" else ""
