"""Whole records of the ERP: make, read, delete; what the mapping lacks is left out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from shared.netgenium.database.ids import insert_rows
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.schema.tables import ErpTables, ManyColumns, ManyTable
from shared.netgenium.schema.types import Moment

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ErpRecords:
    """The records of one kind, in one transaction."""

    connection: Connection
    erp: ErpTables
    entity: str

    @property
    def table(self) -> Table:
        """Their table."""
        return self.erp.table(self.entity)

    def insert(self, values: Record, lists: Mapping[str, Sequence[int]]) -> int:
        """Insert one record with its lists; return its id."""
        row = self.erp.mapped(self.entity, values)
        mapped = self.erp.mapped(self.entity, lists)
        for name, listed in mapped.items():
            row |= self._in_columns(name, listed)
        record_id = self._insert(row)
        for name, listed in mapped.items():
            self._insert_list(name, record_id, listed)
        return record_id

    def set_list(self, name: str, record_id: int, listed: Sequence[int]) -> None:
        """Replace the values of a field with several values."""
        if not self.erp.has(self.entity, name):
            return
        place = self.erp.many(self.entity, name)
        if isinstance(place, ManyTable):
            self._delete_list(place, record_id)
            self._insert_list(name, record_id, listed)
        else:
            row = self._in_columns(name, listed)
            where = self.table.c.id == record_id
            self.connection.execute(update(self.table).where(where).values(row))

    def read(self, record_id: int) -> Record | None:
        """Return every mapped value of a record, its lists as lists; None if it is gone."""
        query = select(self.table).where(self.table.c.id == record_id)
        found = self.connection.execute(query).mappings().first()
        if found is None:
            return None
        values = {column.key: found[column] for column in self.table.c if column.key != "id"}
        for name in self._list_tables():
            listed = values_by_owner(self.connection, self.erp, self.entity, name, [record_id])
            values[name] = list(listed.get(record_id, ()))
        return values

    def delete(self, record_id: int) -> None:
        """Delete a record and its lists."""
        for place in self._list_tables().values():
            self._delete_list(place, record_id)
        self.connection.execute(delete(self.table).where(self.table.c.id == record_id))

    def restore(self, record: Record) -> int:
        """Insert what `read` has read; return the new id."""
        row = {name: one for name, one in record.items() if name in self.table.c}
        record_id = self._insert(row)
        for name in self._list_tables():
            self._insert_list(name, record_id, record.get(name, ()))
        return record_id

    def from_json(self, text: str) -> Record:
        """Return what `as_json` has written; fields that the mapping has lost are left out."""
        moments = {column.key for column in self.table.c if isinstance(column.type, Moment)}
        read: Record = json.loads(text)
        return {
            name: datetime.fromisoformat(one) if one is not None and name in moments else one
            for name, one in read.items()
            if self.erp.has(self.entity, name) or name in self.table.c
        }

    def _insert(self, row: Record) -> int:
        strategy = self.erp.mapping.ids.strategy
        (record_id,) = insert_rows(self.connection, self.table, [row], strategy)
        return record_id

    def _list_tables(self) -> Mapping[str, ManyTable]:
        """Return the fields whose several values are in tables of their own."""
        places: dict[str, ManyTable | ManyColumns] = {
            name: self.erp.many(self.entity, name)
            for name in self.erp.mapping.entities[self.entity].many
        }
        return {name: one for name, one in places.items() if isinstance(one, ManyTable)}

    def _in_columns(self, name: str, listed: Sequence[int]) -> dict[str, Any]:
        place = self.erp.many(self.entity, name)
        if isinstance(place, ManyTable):
            return {}
        keys = [column.key for column in place.columns]
        return dict.fromkeys(keys) | dict(zip(keys, listed, strict=False))

    def _insert_list(self, name: str, record_id: int, listed: Sequence[int]) -> None:
        place = self.erp.many(self.entity, name)
        if not isinstance(place, ManyTable) or not listed:
            return
        rows = [{"owner": record_id, "value": one} for one in listed]
        strategy = self.erp.mapping.ids.strategy
        if strategy == "identity" or "id" not in place.table.c:
            self.connection.execute(insert(place.table), rows)
        else:
            insert_rows(self.connection, place.table, rows, strategy)

    def _delete_list(self, place: ManyTable, record_id: int) -> None:
        self.connection.execute(delete(place.table).where(place.table.c.owner == record_id))


def as_json(record: Record) -> str:
    """Return a record as text, its moments in ISO form."""
    return json.dumps(dict(record), ensure_ascii=False, default=_plain)


def _plain(one: object) -> str:
    if isinstance(one, date | datetime):
        return one.isoformat()
    raise TypeError(type(one).__name__)
