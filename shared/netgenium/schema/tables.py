"""The ERP's tables as SQLAlchemy sees them: columns carry our field names as their keys.

`activity.c.subject` is the subject, whatever the installation calls it, and an insert takes our
field names. The types do the rest: check boxes, choices, text limits, local time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
)
from sqlalchemy.types import TypeEngine

from shared.netgenium.database.trimmed import Trimmed, plain
from shared.netgenium.schema.catalogue import CATALOGUE
from shared.netgenium.schema.mapping_model import (
    InColumns,
    InTable,
    MappedEntity,
    NetGeniumMapping,
    SizedColumn,
    column_name,
)
from shared.netgenium.schema.types import CheckBox, Choice, CutText, Moment, WholeNumber

_ID = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts up only a plain INTEGER key, which is 64-bit there."""

_MANY_LENGTH = 250
"""Characters of an e-mail or a domain unless the mapping says otherwise."""

_COMPARED = ("message_id", "activity", "problem_id", "responsible")
"""Fields that look-ups compare as they are stored; each has an index."""

_COMPARED_PLAINLY = {"forbidden_email": ("address",)}
"""Fields of one value that are compared as addresses are, by the kind of record."""

NAME_LENGTH = 31
"""Characters that a name has at most in Firebird 3."""


@dataclass(frozen=True, slots=True)
class ManyTable:
    """Several values in a table of their own, with columns `owner`, `value` and perhaps `id`."""

    table: Table


@dataclass(frozen=True, slots=True)
class ManyColumns:
    """Several values in columns of the record's own table; insert them by the columns' keys."""

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
        """Return the table of `entity`; KeyError if it is not mapped: ask `has` beforehand."""
        return self._tables[entity]

    def many(self, entity: str, field: str) -> ManyTable | ManyColumns:
        """Return where the several values of `field` lie; KeyError if it is not mapped."""
        return self._many[entity, field]

    def has(self, entity: str, field: str | None = None) -> bool:
        """Return whether the installation has `entity`, or its `field`."""
        if entity not in self._tables or field is None:
            return entity in self._tables
        return field in self._tables[entity].c or (entity, field) in self._many

    def word(self, entity: str, field: str, ours: str) -> str | None:
        """Return the installation's word for one of ours; None where the mapping has none."""
        return self.mapping.choices.get(f"{entity}.{field}", {}).get(ours)

    def mapped(self, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of `values`, by our names of fields, that the mapping has a place for."""
        return {field: value for field, value in values.items() if self.has(entity, field)}

    def _build(self, name: str, entity: MappedEntity) -> None:
        columns: list[Column[Any]] = [Column(entity.id, _ID, key="id", primary_key=True)]
        for field, column in entity.columns.items():
            sql_type = self._type(name, field, column)
            columns.append(Column(column_name(column), sql_type, key=field))
        texts: list[Column[Any]] = []
        for field, many in entity.many.items():
            if isinstance(many, InColumns):
                own = _many_columns(name, field, many)
                self._many[name, field] = ManyColumns(own)
                columns += own
                texts += own if CATALOGUE[name].many[field].of == "text" else ()
        table = Table(entity.table, self.metadata, *columns)
        self._tables[name] = table
        _index(table, *(key for key in _COMPARED if key in table.c))
        texts += [table.c[key] for key in _COMPARED_PLAINLY.get(name, ())]
        if "number" in table.c:
            _index_expression(table.c.number, Trimmed(table.c.number))
        for text in texts:
            _index_expression(text, plain(text))
        for field, many in entity.many.items():
            if isinstance(many, InTable):
                self._many[name, field] = ManyTable(self._link_table(name, field, many))

    def _link_table(self, entity: str, field: str, many: InTable) -> Table:
        columns: list[Column[Any]] = []
        if many.id:
            columns.append(Column(many.id, _ID, key="id", primary_key=True))
        columns.append(Column(many.owner, BigInteger(), key="owner", nullable=False))
        columns.append(_many_column(entity, field, many.value, "value"))
        table = Table(many.table, self.metadata, *columns)
        _index(table, "owner")
        if CATALOGUE[entity].many[field].of == "text":
            _index_expression(table.c.value, plain(table.c.value))
        return table

    def _type(self, entity: str, field: str, column: str | SizedColumn) -> TypeEngine[Any]:
        catalogued = CATALOGUE[entity].fields[field]
        length = None if isinstance(column, str) else column.length
        match catalogued.kind:
            case "text":
                return CutText(length or catalogued.length)
            case "memo":
                return CutText(length)
            case "moment":
                return Moment(self.mapping.time.zone)
            case "check_box":
                return CheckBox(self.mapping.check_box.checked, self.mapping.check_box.unchecked)
            case "choice":
                return Choice(tuple(self.mapping.choices[f"{entity}.{field}"].items()))
            case "reference":
                return BigInteger()
            case "integer":
                return WholeNumber()
            case "bytes":
                return LargeBinary()


def _many_columns(entity: str, field: str, many: InColumns) -> tuple[Column[Any], ...]:
    # The keys cannot meet those of fields, whatever the columns are called.
    numbered = enumerate(many.columns, start=1)
    return tuple(_many_column(entity, field, column, f"{field}_{n}") for n, column in numbered)


def _many_column(entity: str, field: str, column: str | SizedColumn, key: str) -> Column[Any]:
    length = _MANY_LENGTH if isinstance(column, str) else column.length
    text = CATALOGUE[entity].many[field].of == "text"
    return Column(column_name(column), CutText(length) if text else BigInteger(), key=key)


def _index(table: Table, *keys: str) -> None:
    for key in keys:
        Index(_index_name(table.name, table.c[key].name), table.c[key])


def _index_expression(column: Column[Any], compared: ColumnElement[Any]) -> None:
    Index(_index_name(column.table.name, column.name), compared)


def _index_name(table: str, column: str) -> str:
    """Return a name that no other index has: PostgreSQL wants it unique in the whole schema."""
    name = f"ix_{table}_{column}"
    if len(name) <= NAME_LENGTH:
        return name
    digest = sha256(name.encode()).hexdigest()[:8]
    return f"{name[: NAME_LENGTH - 9]}_{digest}"
