"""The indexes of `indexes` as statements of one database, for its administrator to run (NG-2)."""

from collections.abc import Mapping
from typing import Literal, get_args

from sqlalchemy import make_url
from sqlalchemy.engine import Dialect

from shared.netgenium.schema.indexes import needed_indexes
from shared.netgenium.schema.mapping_model import NetGeniumMapping
from shared.netgenium.schema.tables import ErpTables

IndexDialect = Literal["postgresql", "firebird", "mssql", "sqlite"]
INDEX_DIALECTS: tuple[IndexDialect, ...] = get_args(IndexDialect)

_DRIVERS: Mapping[IndexDialect, str] = {
    "postgresql": "postgresql+psycopg",
    "firebird": "firebird+firebird",
    "mssql": "mssql+pymssql",
    "sqlite": "sqlite",
}
_HEADS: Mapping[IndexDialect, str] = {
    "postgresql": "Each locks its table while it is made: run it when nobody works, or write"
    " CREATE INDEX CONCURRENTLY.",
    "firebird": "Run it when nobody works: Firebird waits for whoever uses the table.",
    "mssql": "Run with SET QUOTED_IDENTIFIER ON and ARITHABORT ON, as SQL Server's tools do. Not"
    " tried on a real server.",
    "sqlite": "The reference schema of init-db has them.",
}


def indexes_sql(dialect: IndexDialect, mapping: NetGeniumMapping) -> str:
    """Return all statements, each ended by a semicolon and a line end."""
    lines = [
        "-- The indexes that CRMService's look-ups need. Written by: crmservice indexes",
        f"-- {_HEADS[dialect]}",
        "-- Leave out what is there already: crmservice check names what is missing.",
    ]
    needed = needed_indexes(_dialect(dialect), ErpTables(mapping))
    return "\n".join([*lines, *(f"{one.sql};" for one in needed)]) + "\n"


def _dialect(name: IndexDialect) -> Dialect:
    found: Dialect = make_url(f"{_DRIVERS[name]}://").get_dialect()()
    return found
