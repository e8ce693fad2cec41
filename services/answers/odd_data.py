"""What `check` says of the ERP's data: what no mail can fit, or only by what we pass over (A-2).

Records are named, never what they hold.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.assembly.composition import Erp
from shared.contracts.said import Said, said
from shared.domain.addresses import is_valid_address
from shared.netgenium.database.engine import database_errors
from shared.netgenium.queries.typed_in import (
    TypedIn,
    read_odd_addresses,
    read_padded_numbers,
    read_user_addresses,
)

_SHOWN = 5
_SEPARATORS = re.compile(r"[;,\s]+")
_NUMBERED = ("contract", "order", "opportunity", "task")


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something about the data of the ERP.

    Attributes:
        about: What was looked at.
        detail: What was found, naming records.
        remedy: What to do.
    """

    about: Said
    detail: Said
    remedy: Said


def odd_data(erp: Erp) -> list[Oddity]:
    """Return everything that is odd; a large table is looked at as far as it tells something new.

    Raises:
        TransientError: The database is unreachable.
        PermanentError: A table or column of the mapping is not there.
    """
    with database_errors(erp.engine), erp.engine.connect() as connection:
        users = list(read_user_addresses(connection, erp.tables))
        found = [*_doubled(users), *_odd_addresses("user", users)]
        for entity in ("contact", "relationship"):
            addresses = list(read_odd_addresses(connection, erp.tables, entity))
            found += _odd_addresses(entity, addresses)
        for entity in filter(erp.tables.has, _NUMBERED):
            padded = list(read_padded_numbers(connection, erp.tables, entity))
            found += _padded(said("numbers of {entity}s", entity=entity), padded)
    return found


def _doubled(users: Iterable[TypedIn]) -> Iterator[Oddity]:
    """Yield addresses that several active users have: only the first of them gets the mail."""
    owners: dict[str, set[int]] = defaultdict(set)
    for one in users:
        owners[one.text.strip().lower()].add(one.record_id)
    for ids in sorted(sorted(found) for found in owners.values() if len(found) > 1):
        names = ", ".join(f"user {one}" for one in ids)
        detail = said(
            "{names} have one address: its mail is that of user {first} alone",
            names=names,
            first=ids[0],
        )
        yield Oddity(
            said("addresses of users"), detail, said("give each user an address of their own")
        )


def _odd_addresses(entity: str, addresses: Sequence[TypedIn]) -> Iterator[Oddity]:
    about = said("addresses of {entity}s", entity=entity)
    wrong = [one for one in addresses if not _can_fit(entity, one.text)]
    several = [one for one in wrong if _holds_several(one.text)]
    other = [one for one in wrong if not _holds_several(one.text)]
    if several:
        what = said("several addresses in one field: no mail fits them")
        remedy = said("give each a field, or a row, of its own")
        yield Oddity(about, said("{named}: {what}", named=_named(several), what=what), remedy)
    if other:
        yield Oddity(
            about,
            said("{named}: no e-mail address", named=_named(other)),
            said("correct the address"),
        )
    yield from _padded(about, [one for one in addresses if one not in wrong])


def _padded(about: Said, values: Iterable[TypedIn]) -> Iterator[Oddity]:
    padded = [one for one in values if one.text != one.text.strip()]
    if padded:
        detail = said("{named}: blanks at the ends, which are passed over", named=_named(padded))
        yield Oddity(about, detail, said("remove them, or use a column that does not pad"))


def _can_fit(entity: str, text: str) -> bool:
    """Whether any address fits; in the address book a domain stands for all of its addresses."""
    address = text.strip().lower()
    if entity != "user" and not address.rpartition("@")[0]:
        address = f"x@{address.removeprefix('@')}"
    return is_valid_address(address)


def _holds_several(text: str) -> bool:
    return sum("@" in one for one in _SEPARATORS.split(text)) > 1


def _named(records: Sequence[TypedIn]) -> str:
    names = list(dict.fromkeys(f"{one.entity} {one.record_id}" for one in records))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
