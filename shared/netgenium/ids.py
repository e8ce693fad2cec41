"""How new records get their ids: one strategy an installation (`[ids]` of the mapping)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy import Sequence as DatabaseSequence

from shared.netgenium.own_tables import lock_table

Row = Mapping[str, Any]


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Row], strategy: str
) -> list[int]:
    """Insert `rows`, which all have the same keys; gives their ids, in order.

    Args:
        connection: Inside a write transaction.
        table: Has a key `id`.
        rows: Values by our field names, without `id`.
        strategy: `identity`, `max_plus_one` or `generator:<name>`.
    """
    if not rows:
        return []
    if strategy == "identity":
        returning = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return list(connection.scalars(returning, [dict(row) for row in rows]))
    kind, _, name = strategy.partition(":")
    if kind == "generator":
        ids = _generated(connection, name, len(rows))
    else:
        ids = _counted_up(connection, table, len(rows))
    numbered = [{**row, "id": new_id} for row, new_id in zip(rows, ids, strict=True)]
    connection.execute(insert(table), numbered)
    return ids


def _generated(connection: Connection, name: str, count: int) -> list[int]:
    generator = DatabaseSequence(name)
    return [connection.execute(generator) for _ in range(count)]


def _counted_up(connection: Connection, table: Table, count: int) -> list[int]:
    """Ids behind the highest, under a lock that holds among several writers until the commit."""
    name = table.name
    taken = update(lock_table).where(lock_table.c.name == name)
    if connection.execute(taken.values(counter=lock_table.c.counter + 1)).rowcount == 0:
        connection.execute(insert(lock_table).values(name=name, counter=1))
    highest = connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0
    return list(range(highest + 1, highest + 1 + count))
