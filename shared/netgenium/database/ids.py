"""How new records get their ids: one strategy an installation (`[ids]` of the mapping)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Dialect,
    Integer,
    Select,
    Table,
    column,
    func,
    insert,
    literal_column,
    select,
    table,
    values,
)
from sqlalchemy import Sequence as DatabaseSequence

from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError
from shared.netgenium.database.locks import IDS, hold
from shared.netgenium.database.servers import is_firebird

Row = Mapping[str, Any]

_AT_ONCE = 500
"""Ids of one statement: SQL Server takes 1,000 rows of VALUES."""


def insert_rows(
    connection: Connection, into: Table, rows: Sequence[Row], strategy: str
) -> list[int]:
    """Insert `rows`, which all have the same keys; return their ids, in order.

    Args:
        connection: Inside a write transaction.
        into: Has a key `id`.
        rows: Values by our field names, without `id`.
        strategy: `identity`, `max_plus_one` or `generator:<name>`.

    Raises:
        ConfigurationError: The database has no generators.
    """
    if not rows:
        return []
    if strategy == "identity":
        return _identified(connection, into, rows)
    kind, _, name = strategy.partition(":")
    if kind == "generator":
        ids = _generated(connection, name, len(rows))
    else:
        ids = _counted_up(connection, into, len(rows))
    numbered = [{**row, "id": new_id} for row, new_id in zip(rows, ids, strict=True)]
    connection.execute(insert(into), numbered)
    return ids


def _identified(connection: Connection, into: Table, rows: Sequence[Row]) -> list[int]:
    """Insert under ids that the database gives, in one statement where it can return several."""
    if not connection.dialect.insert_executemany_returning_sort_by_parameter_order:
        returning = insert(into).returning(into.c.id)
        return [connection.execute(returning, dict(row)).scalar_one() for row in rows]
    ordered = insert(into).returning(into.c.id, sort_by_parameter_order=True)
    return list(connection.scalars(ordered, [dict(row) for row in rows]))


def _generated(connection: Connection, name: str, count: int) -> list[int]:
    if not connection.dialect.supports_sequences:
        what = said(
            "{dialect} has no generators, so generator:{name} cannot work",
            dialect=connection.dialect.name,
            name=name,
        )
        raise ConfigurationError(
            [ConfigProblem("[ids] strategy", what, said("use identity or max_plus_one"))]
        )
    ids: list[int] = []
    while len(ids) < count:
        part = min(count - len(ids), _AT_ONCE)
        given = list(connection.scalars(reservation(connection.dialect, name, part)))
        ids += range(given[0] - part + 1, given[0] + 1) if _steps(connection.dialect) else given
    return ids


def reservation(dialect: Dialect, name: str, count: int) -> Select[int]:
    """Return the one statement that takes `count` ids from the generator `name`.

    Firebird's gives the last of them, the others' a row for each.
    """
    if _steps(dialect):
        # The mapping lets only a plain name pass.
        taken = func.gen_id(literal_column(name), literal_column(str(count)), type_=Integer)
        return select(taken).select_from(table("rdb$database"))
    numbers = values(column("n", Integer), name="wanted", literal_binds=True)
    rows = numbers.data([(number,) for number in range(count)])
    return select(DatabaseSequence(name).next_value()).select_from(rows)


def _steps(dialect: Dialect) -> bool:
    """Return whether one call moves the generator on by as many as are wanted."""
    return is_firebird(dialect)


def _counted_up(connection: Connection, into: Table, count: int) -> list[int]:
    """Return ids above the highest, under a lock that holds among several writers until the commit.

    One lock for all tables: who writes into several tables does so in any order.
    """
    hold(connection, IDS)
    highest = connection.scalar(select(func.coalesce(func.max(into.c.id), 0))) or 0
    return list(range(highest + 1, highest + 1 + count))
