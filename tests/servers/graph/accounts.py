"""The accounts of the company at Microsoft: people, guests, disabled ones."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

from tests.servers.graph.messages import Json, RefusalError, bad_request

MailboxState = Literal["works", "unlicensed", "forbidden"]
_MOST_PER_PAGE = 999


@dataclass(slots=True)
class GraphAccount:
    """One account.

    Attributes:
        id: Object id.
        upn: `userPrincipalName`.
        aliases: Proxy addresses beside `mail`.
        mailbox: `unlicensed` answers 404 `MailboxNotEnabledForRESTAPI`, `forbidden` answers 403.
    """

    id: str
    upn: str
    mail: str | None
    aliases: tuple[str, ...] = ()
    guest: bool = False
    enabled: bool = True
    mailbox: MailboxState = "works"

    def as_json(self) -> Json:
        """Return the properties that Graph shows."""
        primary = [f"SMTP:{self.mail}"] if self.mail else []
        return {
            "id": self.id,
            "userPrincipalName": self.upn,
            "mail": self.mail,
            "displayName": self.upn.partition("@")[0],
            "proxyAddresses": [*primary, *(f"smtp:{alias}" for alias in self.aliases)],
            "userType": "Guest" if self.guest else "Member",
            "accountEnabled": self.enabled,
        }

    def check_mailbox(self) -> None:
        """Refuse where the mailbox cannot be used."""
        if self.mailbox == "unlicensed":
            code = "MailboxNotEnabledForRESTAPI"
            message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
            raise RefusalError(HTTPStatus.NOT_FOUND, code, message)
        if self.mailbox == "forbidden":
            message = "Access to OData is disabled: [RAOP] : Blocked by tenant configured policy."
            raise RefusalError(HTTPStatus.FORBIDDEN, "ErrorAccessDenied", message)


@dataclass(slots=True)
class Accounts:
    """All accounts; `page_size` bounds what one page of a list has."""

    page_size: int = 100
    _known: dict[str, GraphAccount] = field(default_factory=dict)
    _made: int = 0

    def __iter__(self) -> Iterator[GraphAccount]:
        """Return the accounts, oldest first."""
        return iter(self._known.values())

    def add(
        self,
        upn: str,
        *,
        mail: str | None = "",
        aliases: tuple[str, ...] = (),
        guest: bool = False,
        object_id: str = "",
    ) -> GraphAccount:
        """Make an account; `mail` is `upn` unless it is given."""
        self._made += 1
        name = object_id or str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._made}:{upn}"))
        account = GraphAccount(name, upn, upn if mail == "" else mail, aliases, guest)
        self._known[name] = account
        return account

    def remove(self, account: GraphAccount) -> None:
        """Delete an account; one made anew with its addresses has another id."""
        del self._known[account.id]

    def find(self, name: str) -> GraphAccount:
        """Return the account with this object id or user principal name."""
        for account in self:
            if name == account.id or name.lower() == account.upn.lower():
                return account
        message = f"Resource '{name}' does not exist or one of its queried references is missing."
        raise RefusalError(HTTPStatus.NOT_FOUND, "Request_ResourceNotFound", message)

    def page(self, top: str | None, skip: str | None) -> tuple[list[GraphAccount], str | None]:
        """Return a page of all accounts, and the token of the next one."""
        size = int(top or self.page_size)
        if not 1 <= size <= _MOST_PER_PAGE:
            raise bad_request("Request_UnsupportedQuery", "Invalid page size specified.")
        size = min(size, self.page_size)
        begin = int(skip or 0)
        known = list(self)
        more = begin + size < len(known)
        return known[begin : begin + size], str(begin + size) if more else None
