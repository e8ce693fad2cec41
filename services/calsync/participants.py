"""Who takes part (K-1): users of the ERP with exactly one Microsoft account. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.calsync.calendars.accounts import Account
from services.calsync.calendars.port import Participant


@dataclass(frozen=True, slots=True)
class ErpUser:
    """An active user of the ERP with all his addresses, in lower case."""

    user_id: int
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusedUser:
    """A user who cannot take part, and why; he is named by his first address."""

    user_id: int
    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Participants:
    """Who takes part and who cannot.

    Attributes:
        taking_part: In the order of the ERP's users.
        refused: Those concerned by an ambiguity, or whose account is disabled.
        without: Users who have no account; nothing is wrong with that.
    """

    taking_part: tuple[Participant, ...]
    refused: tuple[RefusedUser, ...]
    without: tuple[ErpUser, ...]


def pilots(users: Iterable[ErpUser], only: frozenset[str]) -> Sequence[ErpUser]:
    """Return the users who may take part: all, or those with one of the addresses (K-1a)."""
    return [user for user in users if not only or only.intersection(user.addresses)]


def match_participants(
    users: Sequence[ErpUser],
    accounts: Iterable[Account],
    *,
    everybody: Sequence[ErpUser] | None = None,
) -> Participants:
    """Match users with accounts by any address, without regard to case.

    An address of two accounts, or of two users, refuses everybody whom it concerns: to guess would
    show one person's calendar to another.

    Args:
        users: Who may take part.
        accounts: Every account that has an address of theirs.
        everybody: All users of the ERP, if others than these have their addresses, too.
    """
    everybody = users if everybody is None else everybody
    members = [account for account in accounts if not account.guest]
    holders = _holders(members)
    owners: dict[str, set[int]] = defaultdict(set)
    for user in everybody:
        for address in user.addresses:
            owners[address].add(user.user_id)
    taking_part, refused, without = list[Participant](), list[RefusedUser](), list[ErpUser]()
    claimed: dict[str, set[int]] = defaultdict(set)
    for user in everybody:
        for account in _accounts_of(user, holders):
            claimed[account.id].add(user.user_id)
    for user in users:
        found = _accounts_of(user, holders)
        if reason := _refusal(user, found, owners, claimed):
            refused.append(RefusedUser(user.user_id, user.addresses[0], reason))
        elif found:
            address = next(one for one in user.addresses if found[0] in holders.get(one, ()))
            taking_part.append(Participant(user.user_id, address, found[0].id))
        else:
            without.append(user)
    return Participants(tuple(taking_part), tuple(refused), tuple(without))


def _holders(accounts: Iterable[Account]) -> Mapping[str, Sequence[Account]]:
    holders: dict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        for address in account.addresses:
            holders[address.lower()].append(account)
    return holders


def _accounts_of(user: ErpUser, holders: Mapping[str, Sequence[Account]]) -> Sequence[Account]:
    found = {one.id: one for address in user.addresses for one in holders.get(address, ())}
    return list(found.values())


def _refusal(
    user: ErpUser,
    found: Sequence[Account],
    owners: Mapping[str, set[int]],
    claimed: Mapping[str, set[int]],
) -> str | None:
    if shared := [one for one in user.addresses if len(owners[one]) > 1]:
        return f"{shared[0]} is the address of several users of the ERP"
    if len(found) > 1:
        return "several Microsoft accounts have an address of this user"
    if found and len(claimed[found[0].id]) > 1:
        return "one Microsoft account has addresses of several users of the ERP"
    if found and not found[0].enabled:
        return "the Microsoft account is disabled"
    return None
