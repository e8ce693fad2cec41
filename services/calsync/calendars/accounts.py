"""The port of the directory: the accounts of a Microsoft tenant (K-1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Account:
    """A Microsoft account (K-1).

    Attributes:
        id: Its immutable object id.
        addresses: `mail`, `userPrincipalName` and all proxy addresses, in lower case.
        guest: A guest of the tenant takes no part.
        enabled: The account may log in.
    """

    id: str
    addresses: frozenset[str]
    guest: bool = False
    enabled: bool = True


class AccountDirectory(Protocol):
    """The accounts of the tenant."""

    def accounts(self, addresses: Iterable[str]) -> Sequence[Account]:
        """Return every account that has one of `addresses` anywhere, each once."""
