"""Writes a row of our own tables whose key is, or is not, there (no DELETE right needed)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, insert, update


def put_row(connection: Connection, table: Table, row: Mapping[str, Any], *, known: bool) -> None:
    """Update the row with the key of `row` if it is `known`, else insert it.

    The caller holds a lock since before it looked.
    """
    if not known:
        connection.execute(insert(table), [dict(row)])
        return
    (key,) = table.primary_key.columns
    connection.execute(update(table).where(key == row[key.name]).values(dict(row)))
