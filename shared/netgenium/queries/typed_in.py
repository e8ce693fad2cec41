"""Reads what people have typed into address and number fields, as far as it may not fit (A-2)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select

from shared.netgenium.database.many import places_of
from shared.netgenium.database.trimmed import Trimmed, plain
from shared.netgenium.schema.tables import ErpTables

_MOST = 1000
"""Rows of one column: more would tell nothing new."""

_ODD = ("% %", "%;%", "%,%", "%<%", "%@%@%", "%@", "%:%", "%/%", "%(%", "%..%", "%.")
"""LIKE patterns of texts that may be more, or less, than one address or domain."""

_ODD_DOMAINS = (*_ODD, "_%@%", "www.%")


class TypedIn(NamedTuple):
    """A text as it is stored.

    Attributes:
        entity: Our name of the kind of record.
        record_id: The record that has it.
        text: As it is stored.
    """

    entity: str
    record_id: int
    text: str


def read_odd_addresses(connection: Connection, erp: ErpTables, entity: str) -> Iterator[TypedIn]:
    """Yield addresses of `entity` with blanks, separators or several at signs; each column's first.

    Whether one is wrong is for the caller to say.
    """
    return _odd(connection, erp, entity, "emails", _ODD)


def read_odd_domains(connection: Connection, erp: ErpTables) -> Iterator[TypedIn]:
    """Yield what companies have as domains and may be none, in the same way."""
    return _odd(connection, erp, "relationship", "domains", _ODD_DOMAINS)


def _odd(
    connection: Connection, erp: ErpTables, entity: str, field: str, patterns: Sequence[str]
) -> Iterator[TypedIn]:
    for owner, value in places_of(erp, entity, field):
        odd = or_(Trimmed(value) != value, *(value.like(pattern) for pattern in patterns))
        for record_id, text in connection.execute(select(owner, value).where(odd).limit(_MOST)):
            yield TypedIn(entity, record_id, text)


def read_padded_numbers(connection: Connection, erp: ErpTables, entity: str) -> Iterator[TypedIn]:
    """Yield numbers of `entity` with blanks; the first of them.

    Whether they are at the ends is for the caller to say.
    """
    columns = erp.table(entity).c
    # Firebird takes texts to be equal that differ in blanks at their end.
    padded = or_(Trimmed(columns.number) != columns.number, columns.number.like(_ODD[0]))
    for record_id, text in connection.execute(
        select(columns.id, columns.number).where(padded).limit(_MOST)
    ):
        yield TypedIn(entity, record_id, text)


def read_doubled_numbers(
    connection: Connection, erp: ErpTables, entity: str
) -> Iterator[tuple[int, int]]:
    """Yield the first and the last record of each number that several of `entity` have."""
    columns = erp.table(entity).c
    each = select(columns.id, Trimmed(columns.number).label("number")).subquery().c
    first = func.min(each.id)
    doubled = select(first, func.max(each.id)).where(each.number != "").group_by(each.number)
    query = doubled.having(func.count() > 1).order_by(first).limit(_MOST)
    yield from map(tuple, connection.execute(query))


def read_users_without_address(connection: Connection, erp: ErpTables) -> Iterator[TypedIn]:
    """Yield active users who have no address; the first of them."""
    user = erp.table("user").c
    query = select(user.id).where(user.active.in_([True]))
    for owner, value in places_of(erp, "user", "emails"):
        query = query.where(user.id.not_in(select(owner).where(plain(value) != "")))
    for record_id in connection.scalars(query.order_by(user.id).limit(_MOST)):
        yield TypedIn("user", record_id, "")


def read_user_addresses(connection: Connection, erp: ErpTables) -> Iterator[TypedIn]:
    """Yield the addresses of all active users, as they are stored."""
    user = erp.table("user").c
    for owner, value in places_of(erp, "user", "emails"):
        active = owner.in_(select(user.id).where(user.active.in_([True])))
        given: ColumnElement[bool] = plain(value) != ""
        for record_id, text in connection.execute(select(owner, value).where(active, given)):
            yield TypedIn("user", record_id, text)
