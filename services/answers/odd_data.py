"""What `check` says of the ERP's data: what no mail can fit, or only by what we pass over (A-2).

Records are named, never what they hold.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from services.assembly.composition import Erp
from shared.contracts.said import Said, said, verbatim
from shared.domain.addresses import is_valid_address
from shared.netgenium.database.engine import database_errors
from shared.netgenium.queries.typed_in import (
    TypedIn,
    read_doubled_numbers,
    read_odd_addresses,
    read_odd_domains,
    read_padded_numbers,
    read_user_addresses,
    read_users_without_address,
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
        without = list(read_users_without_address(connection, erp.tables))
        found = [*_without_address(without), *_doubled(users), *_odd_addresses("user", users)]
        for entity in ("contact", "relationship"):
            addresses = list(read_odd_addresses(connection, erp.tables, entity))
            found += _odd_addresses(entity, addresses)
        if erp.tables.has("relationship", "domains"):
            found += _odd_domains(list(read_odd_domains(connection, erp.tables)))
        for entity in filter(erp.tables.has, _NUMBERED):
            found += _odd_numbers(connection, erp, entity)
    return found


def _without_address(users: Sequence[TypedIn]) -> Iterator[Oddity]:
    """Yield active users whom no mail can be from or to."""
    if users:
        yield Oddity(
            said("addresses of users"),
            said("{named}: active, but without an address: no mail is theirs", named=_named(users)),
            said("enter the address, or pass this over for users who are no people"),
        )


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


def _odd_domains(domains: Sequence[TypedIn]) -> Iterator[Oddity]:
    about = said("domains of companies")
    wrong = [one for one in domains if not _is_domain(one.text)]
    if wrong:
        yield Oddity(
            about,
            said("{named}: no domain of e-mail addresses", named=_named(wrong)),
            said("write what follows the @ alone, as firma.cz"),
        )
    yield from _padded(about, [one for one in domains if one not in wrong])


def _odd_numbers(connection: Connection, erp: Erp, entity: str) -> Iterator[Oddity]:
    about = said("numbers of {entity}s", entity=entity)
    doubled = list(read_doubled_numbers(connection, erp.tables, entity))
    if doubled:
        pairs = [f"{entity} {first} = {entity} {last}" for first, last in doubled]
        detail = said(
            "{pairs}: several records have one number: a mail with it belongs to the first alone",
            pairs=_shown(pairs),
        )
        yield Oddity(about, detail, said("give each record a number of its own"))
    yield from _padded(about, read_padded_numbers(connection, erp.tables, entity))


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


def _is_domain(text: str) -> bool:
    """Whether addresses can end with it; a page's name, as `www.firma.cz`, is of no address."""
    domain = text.strip().lower().removeprefix("@")
    return not domain.startswith("www.") and is_valid_address(f"x@{domain}")


def _holds_several(text: str) -> bool:
    return sum("@" in one for one in _SEPARATORS.split(text)) > 1


def _named(records: Sequence[TypedIn]) -> Said:
    return _shown(list(dict.fromkeys(f"{one.entity} {one.record_id}" for one in records)))


def _shown(names: Sequence[str]) -> Said:
    shown, more = ", ".join(names[:_SHOWN]), len(names) - _SHOWN
    return said("{names} and {n} more", names=shown, n=more) if more > 0 else verbatim(shown)
