"""Compares the real database with the mapping: what is missing or wrong, with the nearest name."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Engine, Table, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.types import DateTime, Integer, LargeBinary, Numeric, String, TypeEngine

from shared.errors import Problem
from shared.netgenium.database import database_errors
from shared.netgenium.migration import SchemaState, schema_state
from shared.netgenium.tables import ErpTables
from shared.netgenium.types import CutText

_FAMILIES: tuple[type[TypeEngine[Any]], ...] = (String, DateTime, LargeBinary)


def inspect_schema(engine: Engine, tables: ErpTables) -> list[Problem]:
    """Everything in which the database does not fit the mapping, and our own tables' state.

    Raises:
        TransientError: The database is away.
    """
    with database_errors(engine), engine.connect() as connection:
        inspector = inspect(connection)
        existing = {name.lower(): name for name in inspector.get_table_names()}
        problems: list[Problem] = []
        for table in tables.metadata.tables.values():
            if table.name.lower() not in existing:
                problems.append(_missing_table(table, list(existing.values())))
                continue
            columns = inspector.get_columns(existing[table.name.lower()])
            problems += _column_problems(table, {c["name"].lower(): c for c in columns})
    return [*problems, *_own_problems(schema_state(engine))]


def _missing_table(table: Table, existing: list[str]) -> Problem:
    if not existing:
        return Problem(table.name, "there is no such table", "run crmservice init-db")
    return Problem(table.name, "there is no such table", _nearest(table.name, existing))


def _column_problems(table: Table, real: Mapping[str, ReflectedColumn]) -> Iterator[Problem]:
    for column in table.columns:
        where = f"{table.name}.{column.name}"
        found = real.get(column.name.lower())
        if found is None:
            names = [str(other["name"]) for other in real.values()]
            yield Problem(where, "there is no such column", _nearest(column.name, names))
        elif not _fits(column, found["type"]):
            what = f"is {found['type']}, which cannot hold {_wanted(column)}"
            yield Problem(where, what, "map another column")
        elif too_short := _too_short(column, found["type"]):
            remedy = f'set {{ name = "{column.name}", length = {too_short} }} in the mapping'
            yield Problem(where, f"holds only {too_short} characters", remedy)


def _fits(column: Column[Any], real: TypeEngine[Any]) -> bool:
    """Whether text meets text, moments moments, and numbers numbers."""
    wanted = _family(column.type)
    return _family(real) is wanted


def _family(sql_type: TypeEngine[Any]) -> type[TypeEngine[Any]]:
    if isinstance(sql_type, Integer | Numeric):
        return Integer
    generic = getattr(sql_type, "impl_instance", sql_type)
    return next((family for family in _FAMILIES if isinstance(generic, family)), Integer)


def _wanted(column: Column[Any]) -> str:
    return {String: "text", DateTime: "a moment", LargeBinary: "a file"}.get(
        _family(column.type), "a number"
    )


def _too_short(column: Column[Any], real: TypeEngine[Any]) -> int | None:
    length = getattr(real, "length", None)
    wanted = column.type.length if isinstance(column.type, CutText) else None
    return length if length and wanted and length < wanted else None


def _own_problems(state: SchemaState) -> list[Problem]:
    match state:
        case SchemaState.CURRENT:
            return []
        case SchemaState.NEWER:
            return [Problem("crm_ tables", state.value, "install the newer crmservice")]
        case SchemaState.ABSENT | SchemaState.OLDER:
            return [Problem("crm_ tables", state.value, "run crmservice init-db")]


def _nearest(name: str, existing: list[str]) -> str:
    near = difflib.get_close_matches(name.lower(), [one.lower() for one in existing], 1)
    return f"the nearest there is {near[0]}" if near else "correct the mapping"
