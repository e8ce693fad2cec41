"""The indexes that look-ups need in the ERP's own tables, and which of them are missing (NG-2).

Whether one is there is asked of the database itself: how it would find a row by the value. So an
index with another name, or written in another way, counts as well.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Index,
    Select,
    literal_column,
    select,
)
from sqlalchemy.schema import CreateIndex

from shared.netgenium.database.engine import database_errors
from shared.netgenium.database.servers import kind_of
from shared.netgenium.schema.tables import ErpTables
from shared.netgenium.schema.types import CutText


@dataclass(frozen=True, slots=True)
class NeededIndex:
    """An index, and the statement that makes it.

    Attributes:
        column: `table.column` as the database calls them.
        sql: For the database's administrator, without a semicolon at its end.
    """

    column: str
    sql: str


def needed_indexes(dialect: Dialect, erp: ErpTables) -> Iterator[NeededIndex]:
    """Yield every index that look-ups by address, number or Message-ID use, by table and name."""
    for index in _indexes(erp):
        yield _needed(index, dialect)


def missing_indexes(engine: Engine, erp: ErpTables) -> list[NeededIndex] | None:
    """Return those of `needed_indexes` that the database does not have; None: it cannot be asked.

    Raises:
        TransientError: The database is unreachable.
        PermanentError: A table or column of the mapping is not there.
    """
    asks = _ASKS.get(kind_of(engine.dialect))
    if asks is None:
        return None
    with database_errors(engine), engine.connect() as connection:
        return [_needed(one, engine.dialect) for one in _indexes(erp) if not asks(connection, one)]


def _indexes(erp: ErpTables) -> list[Index]:
    found = [index for table in erp.metadata.tables.values() for index in table.indexes]
    return sorted(found, key=lambda index: (_table_name(index), str(index.name)))


def _table_name(index: Index) -> str:
    return index.table.name if index.table is not None else ""


def _expression(index: Index) -> ColumnElement[Any]:
    """Return what is indexed: each of ours has one column, or one expression about it."""
    (expression,) = index.expressions
    if isinstance(expression, str):
        raise TypeError(expression)
    return expression


def _needed(index: Index, dialect: Dialect) -> NeededIndex:
    (column,) = index.columns
    where = f"{_table_name(index)}.{column.name}"
    if kind_of(dialect) == "mssql" and _expression(index) is not column:
        return NeededIndex(where, _computed(index, dialect))
    return NeededIndex(where, str(CreateIndex(index).compile(dialect=dialect)).strip())


def _computed(index: Index, dialect: Dialect) -> str:
    """Index an expression as a computed column: SQL Server has indexes on columns alone."""
    (column,) = index.columns
    quoted = dialect.identifier_preparer.quote_identifier
    compiler = dialect.statement_compiler(dialect, None)
    sql = compiler.process(_expression(index), include_table=False)
    table, added = quoted(_table_name(index)), quoted(f"crm_{column.name}")
    return (
        f"ALTER TABLE {table} ADD {added} AS ({sql}) PERSISTED;\n"
        f"CREATE INDEX {quoted(str(index.name))} ON {table} ({added})"
    )


def _asked(connection: Connection, index: Index) -> str:
    """Return a look-up that the index serves, as text: some databases explain nothing else."""
    (column,) = index.columns
    value: Any = literal_column("'x'" if isinstance(column.type, CutText) else "0")
    query: Select[Any] = select(literal_column("1")).select_from(column.table)
    query = query.where(_expression(index) == value)
    return str(query.compile(connection))


def _sqlite_uses(connection: Connection, index: Index) -> bool:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {_asked(connection, index)}")
    return any(str(row[-1]).startswith("SEARCH") for row in rows)


def _postgresql_uses(connection: Connection, index: Index) -> bool:
    # A small table is read as a whole, whatever indexes it has, unless that is forbidden.
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    rows = connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {_asked(connection, index)}")
    return not any("Seq Scan" in str(row[0]) for row in rows)


def _firebird_uses(connection: Connection, index: Index) -> bool:
    cursor: Any = connection.connection.cursor()
    with cursor.prepare(_asked(connection, index)) as statement:
        return "NATURAL" not in str(statement.plan)


_ASKS: Mapping[str, Callable[[Connection, Index], bool]] = {
    "sqlite": _sqlite_uses,
    "postgresql": _postgresql_uses,
    "firebird": _firebird_uses,
}
"""How each database tells whether it would use an index."""
