"""The picture of a real database: tables, columns, what columns hold, and generators."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Connection, Inspector, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.types import (
    Boolean,
    DateTime,
    Double,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    String,
    TypeEngine,
)

from shared.netgenium.schema.mapping_checks import OWN_PREFIX
from shared.netgenium.schema.mapping_model import NAME

Holds = Literal["text", "moment", "file", "number", "else"]

_HOLDS: tuple[tuple[Holds, tuple[type[TypeEngine[Any]], ...]], ...] = (
    ("text", (String,)),
    ("moment", (DateTime,)),
    ("file", (LargeBinary,)),
    ("number", (Integer, Numeric, Float, Double, Boolean)),
)


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A real column.

    Attributes:
        holds: What values it takes.
        length: Characters of a text, if it has a limit.
        captions: What the ERP shows for it.
        counts_up: The database gives its values.
    """

    name: str
    holds: Holds
    length: int | None = None
    captions: tuple[str, ...] = ()
    counts_up: bool = False


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A real table or view; `key` is its primary key if that is one column."""

    name: str
    columns: tuple[FoundColumn, ...]
    key: str | None = None
    captions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A real database: tables by their names, and names of its generators."""

    tables: Mapping[str, FoundTable]
    generators: tuple[str, ...] = ()


def picture_of(connection: Connection) -> Picture:
    """Return every table and view that a mapping may name; our own are left out."""
    inspector = inspect(connection)
    names = [*inspector.get_table_names(), *inspector.get_view_names()]
    mappable = [
        name for name in names if _is_name(name) and not name.lower().startswith(OWN_PREFIX)
    ]
    tables = {name: _table(inspector, name) for name in sorted(mappable)}
    has_generators = connection.dialect.supports_sequences
    generators = inspector.get_sequence_names() if has_generators else []
    return Picture(tables, tuple(filter(_is_name, generators)))


def with_captions(
    picture: Picture,
    of_tables: Mapping[str, tuple[str, ...]],
    of_columns: Mapping[tuple[str, str], tuple[str, ...]],
) -> Picture:
    """Return `picture` with what the ERP shows for its tables and columns."""
    tables = {}
    for name, table in picture.tables.items():
        columns = tuple(
            replace(column, captions=of_columns.get((name, column.name), ()))
            for column in table.columns
        )
        tables[name] = replace(table, columns=columns, captions=of_tables.get(name, ()))
    return replace(picture, tables=tables)


def _table(inspector: Inspector, name: str) -> FoundTable:
    keys = inspector.get_pk_constraint(name)["constrained_columns"]
    key = keys[0] if len(keys) == 1 and _is_name(keys[0]) else None
    counts = inspector.dialect.name == "sqlite"
    columns = tuple(
        _column(one, counts=counts and one["name"] == key)
        for one in inspector.get_columns(name)
        if _is_name(one["name"])
    )
    return FoundTable(name, columns, key)


def _column(real: ReflectedColumn, *, counts: bool) -> FoundColumn:
    holds = _holds(real["type"])
    length = getattr(real["type"], "length", None) if holds == "text" else None
    counts_up = bool(real.get("identity")) or real.get("autoincrement") is True or counts
    known_length = length if isinstance(length, int) and length > 0 else None
    return FoundColumn(real["name"], holds, known_length, counts_up=counts_up and holds == "number")


def _holds(sql_type: TypeEngine[Any]) -> Holds:
    generic = getattr(sql_type, "impl_instance", sql_type)
    return next((holds for holds, types in _HOLDS if isinstance(generic, types)), "else")


def _is_name(name: str) -> bool:
    return re.fullmatch(NAME, name) is not None
