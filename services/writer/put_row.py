"""Writes a row of our own tables whose key is, or is not, there (no DELETE right needed)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, insert, update


def put_row(
    connection: Connection, table: Table, row: Mapping[str, Any], *, known: bool | str | None
) -> None:
    """Update the row with the key of `row` if it is `known`, else insert it.

    `known` may be the key that the row has had until now. The caller holds a lock since before it
    looked.
    """
    if not known:
        connection.execute(insert(table), [dict(row)])
        return
    (key,) = table.primary_key.columns
    old = row[key.name] if known is True else known
    connection.execute(update(table).where(key == old).values(dict(row)))
