"""Writes a row of our own tables, whether or not its key is there (no DELETE right needed)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, insert, update


def put_row(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Update the row with the key of `row`, or insert it; the caller holds a lock."""
    (key,) = table.primary_key.columns
    changed = update(table).where(key == row[key.name]).values(dict(row))
    if connection.execute(changed).rowcount == 0:
        connection.execute(insert(table), [dict(row)])
