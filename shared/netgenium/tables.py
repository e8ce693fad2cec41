"""The ERP's tables as SQLAlchemy sees them: columns carry our field names as their keys.

`activity.c.subject` is the subject, whatever the installation calls it, and an insert takes our
field names. The types do the rest: check boxes, choices, text limits, local time.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
)
from sqlalchemy.types import TypeEngine

from shared.netgenium.catalogue import CATALOGUE, Field
from shared.netgenium.mapping_model import (
    InColumns,
    InTable,
    MappedEntity,
    NetGeniumMapping,
    SizedColumn,
    column_name,
)
from shared.netgenium.types import CheckBox, Choice, CutText, Moment

_ID = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts up only a plain INTEGER key, which is 64-bit there."""


@dataclass(frozen=True, slots=True)
class ManyTable:
    """Several values in a table of their own, with columns `owner`, `value` and perhaps `id`."""

    table: Table


@dataclass(frozen=True, slots=True)
class ManyColumns:
    """Several values in columns of the record's own table."""

    columns: tuple[Column[Any], ...]


class ErpTables:
    """All mapped tables of an installation."""

    def __init__(self, mapping: NetGeniumMapping) -> None:
        """Build the tables; connects to nothing."""
        self.mapping = mapping
        self.metadata = MetaData()
        self._tables: dict[str, Table] = {}
        self._many: dict[tuple[str, str], ManyTable | ManyColumns] = {}
        for name, entity in mapping.entities.items():
            self._build(name, entity)

    def table(self, entity: str) -> Table:
        """The table of `entity`; KeyError if it is not mapped: ask `has` for optional ones."""
        return self._tables[entity]

    def many(self, entity: str, field: str) -> ManyTable | ManyColumns:
        """Where the several values of `field` lie; KeyError if it is not mapped."""
        return self._many[entity, field]

    def has(self, entity: str, field: str | None = None) -> bool:
        """Whether the installation has `entity`, or its `field`."""
        if entity not in self._tables or field is None:
            return entity in self._tables
        return field in self._tables[entity].c or (entity, field) in self._many

    def _build(self, name: str, entity: MappedEntity) -> None:
        columns: list[Column[Any]] = [Column(entity.id, _ID, key="id", primary_key=True)]
        for field, column in entity.columns.items():
            kind = CATALOGUE[name].fields[field]
            if isinstance(column, str):
                sql_type = self._type(name, field, kind, kind.length)
                columns.append(Column(column, sql_type, key=field))
            else:
                sql_type = self._type(name, field, kind, column.length)
                columns.append(Column(column.name, sql_type, key=field))
        for field, many in entity.many.items():
            if isinstance(many, InColumns):
                own = tuple(Column(column, self._many_type(name, field)) for column in many.columns)
                self._many[name, field] = ManyColumns(own)
                columns += own
        table = Table(entity.table, self.metadata, *columns)
        self._tables[name] = table
        _index(table, *(key for key in ("number", "message_id", "activity") if key in table.c))
        for field, many in entity.many.items():
            if isinstance(many, InTable):
                self._many[name, field] = ManyTable(self._link_table(name, field, many))
            elif CATALOGUE[name].many[field].of == "text":
                for column in many.columns:
                    _index_lower(table.c[column])

    def _link_table(self, entity: str, field: str, many: InTable) -> Table:
        columns: list[Column[Any]] = []
        if many.id:
            columns.append(Column(many.id, _ID, key="id", primary_key=True))
        columns.append(Column(many.owner, BigInteger(), key="owner", nullable=False))
        columns.append(Column(many.value, self._many_type(entity, field), key="value"))
        table = Table(many.table, self.metadata, *columns)
        _index(table, "owner")
        if CATALOGUE[entity].many[field].of == "text":
            _index_lower(table.c.value)
        return table

    @staticmethod
    def _many_type(entity: str, field: str) -> TypeEngine[Any]:
        return CutText(250) if CATALOGUE[entity].many[field].of == "text" else BigInteger()

    def _type(self, entity: str, field: str, kind: Field, length: int) -> TypeEngine[Any]:
        match kind.kind:
            case "text":
                return CutText(length)
            case "memo":
                return CutText()
            case "moment":
                return Moment(self.mapping.time.zone)
            case "check_box":
                return CheckBox(self.mapping.check_box.checked, self.mapping.check_box.unchecked)
            case "choice":
                return Choice(tuple(self.mapping.choices[f"{entity}.{field}"].items()))
            case "reference" | "integer":
                return BigInteger()
            case "bytes":
                return LargeBinary()


def _index(table: Table, *keys: str) -> None:
    for key in keys:
        Index(_index_name(table, table.c[key].name), table.c[key])


def _index_lower(column: Column[Any]) -> None:
    Index(_index_name(column.table, column.name), func.lower(column))


def _index_name(table: Any, column: str) -> str:  # noqa: ANN401 - Table or its alias
    # Firebird's names have at most 31 characters.
    return f"ix_{table.name[3:18]}_{column[-12:]}"
