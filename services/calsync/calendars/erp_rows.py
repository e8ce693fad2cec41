"""Whole records of the ERP: make, read, delete; what the mapping lacks is left out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from shared.netgenium.database.ids import insert_rows
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.schema.tables import ErpTables, ManyColumns, ManyTable
from shared.netgenium.schema.types import Moment

Record = Mapping[str, Any]
Lists = Mapping[str, Sequence[int]]


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

    def insert(self, records: Sequence[tuple[Record, Lists]]) -> list[int]:
        """Insert records with their lists, which all have the same fields; return their ids."""
        mapped = [self.erp.mapped(self.entity, lists) for _, lists in records]
        rows = [
            self.erp.mapped(self.entity, values) | self._all_in_columns(lists)
            for (values, _), lists in zip(records, mapped, strict=True)
        ]
        ids = insert_rows(self.connection, self.table, rows, self.erp.mapping.ids.strategy)
        for name in mapped[0] if mapped else ():
            listed = zip(ids, (lists[name] for lists in mapped), strict=True)
            self._insert_list(
                name, [(record_id, one) for record_id, many in listed for one in many]
            )
        return ids

    def set_list(self, name: str, record_id: int, listed: Sequence[int]) -> None:
        """Replace the values of a field with several values."""
        if not self.erp.has(self.entity, name):
            return
        place = self.erp.many(self.entity, name)
        if isinstance(place, ManyTable):
            self._delete_list(place, record_id)
            self._insert_list(name, [(record_id, one) for one in listed])
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
        strategy = self.erp.mapping.ids.strategy
        (record_id,) = insert_rows(self.connection, self.table, [row], strategy)
        for name in self._list_tables():
            self._insert_list(name, [(record_id, one) for one in record.get(name, ())])
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

    def _list_tables(self) -> Mapping[str, ManyTable]:
        """Return the fields whose several values are in tables of their own."""
        places: dict[str, ManyTable | ManyColumns] = {
            name: self.erp.many(self.entity, name)
            for name in self.erp.mapping.entities[self.entity].many
        }
        return {name: one for name, one in places.items() if isinstance(one, ManyTable)}

    def _all_in_columns(self, lists: Lists) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        for name, listed in lists.items():
            columns |= self._in_columns(name, listed)
        return columns

    def _in_columns(self, name: str, listed: Sequence[int]) -> dict[str, Any]:
        place = self.erp.many(self.entity, name)
        if isinstance(place, ManyTable):
            return {}
        keys = [column.key for column in place.columns]
        return dict.fromkeys(keys) | dict(zip(keys, listed, strict=False))

    def _insert_list(self, name: str, listed: Iterable[tuple[int, int]]) -> None:
        """Add values of a field, each with the id of its record."""
        place = self.erp.many(self.entity, name)
        rows = [{"owner": record_id, "value": one} for record_id, one in listed]
        if not isinstance(place, ManyTable) or not rows:
            return
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
