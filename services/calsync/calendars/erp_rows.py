"""Whole records of the ERP: make, read, delete; what the mapping lacks is left out."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from shared.netgenium.database.ids import insert_rows
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.schema.tables import ErpTables, ManyColumns, ManyTable
from shared.netgenium.schema.types import Moment

Record = Mapping[str, Any]


def insert_record(
    connection: Connection,
    erp: ErpTables,
    entity: str,
    values: Record,
    lists: Mapping[str, Sequence[int]],
) -> int:
    """Insert one record with its lists; return its id."""
    row = erp.mapped(entity, values)
    mapped = erp.mapped(entity, lists)
    for name, listed in mapped.items():
        row |= _in_columns(erp, entity, name, listed)
    strategy = erp.mapping.ids.strategy
    (record_id,) = insert_rows(connection, erp.table(entity), [row], strategy)
    for name, listed in mapped.items():
        _insert_list(connection, erp, entity, name, record_id, listed)
    return record_id


def set_list(
    connection: Connection,
    erp: ErpTables,
    entity: str,
    name: str,
    record_id: int,
    listed: Sequence[int],
) -> None:
    """Replace the values of a field with several values."""
    if not erp.has(entity, name):
        return
    places = erp.many(entity, name)
    if isinstance(places, ManyTable):
        _delete_list(connection, places, record_id)
        _insert_list(connection, erp, entity, name, record_id, listed)
    else:
        table = erp.table(entity)
        row = _in_columns(erp, entity, name, listed)
        connection.execute(update(table).where(table.c.id == record_id).values(row))


def whole_record_of(
    connection: Connection, erp: ErpTables, entity: str, record_id: int
) -> Record | None:
    """Return every mapped value of a record, its lists as lists; None if it is gone."""
    table = erp.table(entity)
    found = connection.execute(select(table).where(table.c.id == record_id)).mappings().first()
    if found is None:
        return None
    values = {column.key: found[column] for column in table.c if column.key != "id"}
    for name, place in _lists(erp, entity):
        if isinstance(place, ManyTable):
            listed = values_by_owner(connection, erp, entity, name, [record_id])
            values[name] = list(listed.get(record_id, ()))
    return values


def delete_record(connection: Connection, erp: ErpTables, entity: str, record_id: int) -> None:
    """Delete a record and its lists."""
    for _, place in _lists(erp, entity):
        if isinstance(place, ManyTable):
            _delete_list(connection, place, record_id)
    table = erp.table(entity)
    connection.execute(delete(table).where(table.c.id == record_id))


def restore_record(connection: Connection, erp: ErpTables, entity: str, record: Record) -> int:
    """Insert what `whole_record_of` has read; return the new id."""
    lists = {
        name: record[name]
        for name, place in _lists(erp, entity)
        if isinstance(place, ManyTable) and name in record
    }
    table = erp.table(entity)
    row = {name: one for name, one in record.items() if name in table.c}
    (record_id,) = insert_rows(connection, table, [row], erp.mapping.ids.strategy)
    for name, listed in lists.items():
        _insert_list(connection, erp, entity, name, record_id, listed)
    return record_id


def record_as_json(record: Record) -> str:
    """Return a record as text, its moments in ISO form."""
    return json.dumps(dict(record), ensure_ascii=False, default=_plain)


def record_from_json(text: str, erp: ErpTables, entity: str) -> Record:
    """Return what `record_as_json` has written; fields the mapping has lost are left out."""
    table = erp.table(entity)
    moments = {column.key for column in table.c if isinstance(column.type, Moment)}
    read: Record = json.loads(text)
    return {
        name: datetime.fromisoformat(one) if one is not None and name in moments else one
        for name, one in read.items()
        if erp.has(entity, name) or name in table.c
    }


def _lists(erp: ErpTables, entity: str) -> Sequence[tuple[str, ManyTable | ManyColumns]]:
    return [(name, erp.many(entity, name)) for name in erp.mapping.entities[entity].many]


def _in_columns(erp: ErpTables, entity: str, name: str, listed: Sequence[int]) -> dict[str, Any]:
    place = erp.many(entity, name)
    if isinstance(place, ManyTable):
        return {}
    keys = [column.key for column in place.columns]
    return dict.fromkeys(keys) | dict(zip(keys, listed, strict=False))


def _insert_list(  # noqa: PLR0913 - a list of a record is all of this
    connection: Connection,
    erp: ErpTables,
    entity: str,
    name: str,
    record_id: int,
    listed: Sequence[int],
) -> None:
    place = erp.many(entity, name)
    if not isinstance(place, ManyTable) or not listed:
        return
    rows = [{"owner": record_id, "value": one} for one in listed]
    strategy = erp.mapping.ids.strategy
    if strategy == "identity" or "id" not in place.table.c:
        connection.execute(insert(place.table), rows)
    else:
        insert_rows(connection, place.table, rows, strategy)


def _delete_list(connection: Connection, place: ManyTable, record_id: int) -> None:
    connection.execute(delete(place.table).where(place.table.c.owner == record_id))


def _plain(one: object) -> str:
    if isinstance(one, date | datetime):
        return one.isoformat()
    raise TypeError(type(one).__name__)
