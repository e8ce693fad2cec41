"""Compares the real database with the mapping: what is missing or wrong, with the nearest name."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Engine, Inspector, Table, inspect
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
    Uuid,
)

from shared.contracts.said import Said, said
from shared.errors import ConfigProblem, ConfigurationError
from shared.netgenium.database.engine import database_errors
from shared.netgenium.own.schema_state import SchemaState, schema_state
from shared.netgenium.own.tables import OWN
from shared.netgenium.schema.grants import inserted_tables
from shared.netgenium.schema.mapping_checks import OWN_PREFIX
from shared.netgenium.schema.tables import ErpTables
from shared.netgenium.schema.types import CheckBox, Choice, CutText

_NUMBERS = (Integer, Numeric, Float, Double, Boolean)
_WORDS: Mapping[type[TypeEngine[Any]], Said] = {
    String: said("text"),
    DateTime: said("a moment"),
    LargeBinary: said("a file"),
    Integer: said("a number"),
}

_NOTHING = said("no table of the mapping exists in this database")
_EMPTY = ConfigProblem("tables", _NOTHING, said("run crmservice init-db"))
_FOREIGN = ConfigProblem(
    "tables",
    _NOTHING,
    said("crmservice discover proposes a mapping; in an empty database run crmservice init-db"),
)


def inspect_schema(engine: Engine, tables: ErpTables) -> list[ConfigProblem]:
    """Return everything in which the database does not fit the mapping, and our own tables' state.

    Raises:
        TransientError: The database is unreachable.
    """
    state = schema_state(engine)
    with database_errors(engine), engine.connect() as connection:
        inspector = inspect(connection)
        problems = list(_erp_problems(inspector, tables))
        problems += _strategy_problems(connection, inspector, tables.mapping.ids.strategy)
        if state is SchemaState.CURRENT:
            problems += _table_problems(inspector, OWN.tables.values())
    if state is SchemaState.ABSENT and problems[:1] == [_EMPTY]:
        return [_EMPTY]
    return [*problems, *_own_problems(state)]


def require_schema(engine: Engine, tables: ErpTables) -> None:
    """Return if the database fits the mapping.

    Raises:
        ConfigurationError: With everything in which it does not.
        TransientError: The database is unreachable.
    """
    if problems := inspect_schema(engine, tables):
        raise ConfigurationError(problems)


def require_own_tables(engine: Engine) -> None:
    """Return if our own tables can be used, whatever has become of the others.

    Raises:
        ConfigurationError: They are missing, or of another version.
        TransientError: The database is unreachable.
    """
    if problems := list(_own_problems(schema_state(engine))):
        raise ConfigurationError(problems)


def _erp_problems(inspector: Inspector, erp: ErpTables) -> Iterator[ConfigProblem]:
    existing = _existing(inspector)
    tables = erp.metadata.tables.values()
    if not any(table.name.lower() in existing for table in tables):
        others = any(not name.startswith(OWN_PREFIX) for name in existing)
        yield _FOREIGN if others else _EMPTY
        return
    inserted = inserted_tables(erp.mapping)
    yield from _table_problems(inspector, tables)
    for table in tables:
        if table.name in inserted and (real := existing.get(table.name.lower())):
            yield from _unfilled(table, inspector.get_columns(real))


def _existing(inspector: Inspector) -> dict[str, str]:
    """Return tables and views by their name in lower case."""
    # A view does as well as a table: an installation may offer one instead.
    names = [*inspector.get_table_names(), *inspector.get_view_names()]
    return {name.lower(): name for name in names}


def _unfilled(table: Table, real: Iterable[ReflectedColumn]) -> Iterator[ConfigProblem]:
    """Yield columns of which each row needs a value that nobody gives."""
    filled = {column.name.lower() for column in table.columns}
    for column in real:
        if column["name"].lower() not in filled and _needs_value(column):
            what = said("must have a value, but the mapping does not fill it: inserts would fail")
            remedy = said("give the column a default, or map it")
            yield ConfigProblem(f"{table.name}.{column['name']}", what, remedy)


def _needs_value(column: ReflectedColumn) -> bool:
    # SQLite and PostgreSQL say so of keys that count up by themselves.
    gives_itself = column.get("autoincrement") is True or bool(column.get("primary_key"))
    made = column.get("default") or column.get("identity") or column.get("computed")
    return not column["nullable"] and not made and not gives_itself


def _table_problems(inspector: Inspector, tables: Iterable[Table]) -> Iterator[ConfigProblem]:
    existing = _existing(inspector)
    for table in tables:
        if table.name.lower() not in existing:
            yield _missing_table(table, list(existing.values()))
            continue
        columns = inspector.get_columns(existing[table.name.lower()])
        yield from _column_problems(table, {c["name"].lower(): c for c in columns})


def _missing_table(table: Table, existing: list[str]) -> ConfigProblem:
    what = said("there is no such table")
    if table.metadata is OWN:
        remedy = said("it was removed from our own tables; restore it from a backup")
        return ConfigProblem(table.name, what, remedy)
    return ConfigProblem(table.name, what, _nearest(table.name, existing))


def _column_problems(table: Table, real: Mapping[str, ReflectedColumn]) -> Iterator[ConfigProblem]:
    for column in table.columns:
        where = f"{table.name}.{column.name}"
        found = real.get(column.name.lower())
        if found is None:
            names = [str(other["name"]) for other in real.values()]
            yield ConfigProblem(
                where, said("there is no such column"), _nearest(column.name, names)
            )
        elif not _fits(column, found["type"]):
            what = said(
                "is {shown}, which cannot hold {wanted}",
                shown=_shown(found["type"]),
                wanted=_wanted(column),
            )
            yield ConfigProblem(where, what, said("map another column"))
        elif too_short := _too_short(column, found["type"]):
            yield ConfigProblem(
                where,
                said("holds only {too_short} characters", too_short=too_short),
                _longer(column, too_short),
            )


def _fits(column: Column[Any], real: TypeEngine[Any]) -> bool:
    """Return whether text meets text, moments moments, and numbers numbers."""
    return _family(real) is _family(_stored(column))


def _stored(column: Column[Any]) -> TypeEngine[Any]:
    """Return the type in the database below ours: a check box may be stored as text."""
    if isinstance(column.type, CheckBox):
        return String() if isinstance(column.type.checked, str) else Integer()
    # Our own ids are stored as their 32 hexadecimal digits.
    return String() if isinstance(column.type, Uuid) else column.type


def _family(sql_type: TypeEngine[Any]) -> type[TypeEngine[Any]] | None:
    generic = getattr(sql_type, "impl_instance", sql_type)
    if isinstance(generic, _NUMBERS):
        return Integer
    return next((family for family in _WORDS if isinstance(generic, family)), None)


def _wanted(column: Column[Any]) -> str:
    family = _family(_stored(column))
    return _WORDS[family] if family else said("it")


def _shown(real: TypeEngine[Any]) -> str:
    """Return the type's name; one that SQLAlchemy does not know has none."""
    name = str(real)
    return said("of a type that is not known") if name == "NULL" else name


def _too_short(column: Column[Any], real: TypeEngine[Any]) -> int | None:
    """Return the characters that the real column holds, if ours may hold more."""
    length: int | None = getattr(real, "length", None)
    if not length or length < 0:
        return None
    match column.type:
        case CutText(length=wanted):
            # A memo has no limit of its own, so any limit of the real column is too short.
            short = wanted is None or length < wanted
        case Choice(stored=words):
            short = length < max(len(word) for _, word in words)
        case CheckBox(checked=str() as checked, unchecked=str() as unchecked):
            short = length < max(len(checked), len(unchecked))
        case _:
            short = False
    return length if short else None


def _longer(column: Column[Any], length: int) -> Said:
    if column.table.metadata is OWN:
        return said("it was changed in our own tables; restore it from a backup")
    if isinstance(column.type, CutText):
        written = f'{{ name = "{column.name}", length = {length} }}'
        return said("set {written} in the mapping", written=written)
    return said("map another column, or correct the stored words in the mapping")


def _strategy_problems(
    connection: Connection, inspector: Inspector, strategy: str
) -> Iterator[ConfigProblem]:
    kind, _, name = strategy.partition(":")
    if kind != "generator":
        return
    if not connection.dialect.supports_sequences:
        what = said(
            "{name} has no generators, so {strategy} cannot work",
            name=connection.dialect.name,
            strategy=strategy,
        )
        yield ConfigProblem("[ids] strategy", what, said("use identity or max_plus_one"))
        return
    existing = inspector.get_sequence_names()
    if name.lower() not in {one.lower() for one in existing}:
        yield ConfigProblem(name, said("there is no such generator"), _nearest(name, existing))


def _own_problems(state: SchemaState) -> list[ConfigProblem]:
    match state:
        case SchemaState.CURRENT:
            return []
        case SchemaState.NEWER:
            what = said("newer than this program")
            return [ConfigProblem("crm_ tables", what, said("install the newer crmservice"))]
        case SchemaState.ABSENT:
            return [ConfigProblem("crm_ tables", said("absent"), said("run crmservice init-db"))]
        case SchemaState.OLDER:
            what = said("older than this program")
            return [ConfigProblem("crm_ tables", what, said("run crmservice init-db"))]


def _nearest(name: str, existing: list[str]) -> Said:
    names = {one.lower(): one for one in existing}
    near = difflib.get_close_matches(name.lower(), list(names), 1)
    if near:
        return said("the nearest there is {near}", near=names[near[0]])
    return said("correct the mapping")
