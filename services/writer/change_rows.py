"""Writes the record of changes of a group: each change gets its number among its record's."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import change_table

Row = Mapping[str, Any]


def write_changes(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert `rows`, numbered in their order after those that are there."""
    numbers = _numbers(connection, rows)
    numbered = []
    for row in rows:
        record = (row["entity"], row["record_id"])
        numbers[record] += 1
        numbered.append({**row, "change_number": numbers[record]})
    if numbered:
        # In the order of their key, so that two writers of the same do not wait for each other.
        numbered.sort(key=lambda row: (row["command_id"], row["entity"], row["record_id"]))
        connection.execute(insert(change_table), numbered)


def _numbers(connection: Connection, rows: Sequence[Row]) -> dict[tuple[str, int], int]:
    """Return the highest number of a change of each record."""
    own = change_table.c
    ids: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        ids[row["entity"]].add(row["record_id"])
    found: dict[tuple[str, int], int] = defaultdict(int)
    for entity, of_entity in ids.items():
        for chunk in in_chunks(sorted(of_entity)):
            query = select(own.record_id, func.max(own.change_number)).where(
                own.entity == entity, own.record_id.in_(chunk)
            )
            for record_id, highest in connection.execute(query.group_by(own.record_id)):
                found[entity, record_id] = highest or 0
    return found
