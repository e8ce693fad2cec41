"""Our own tables brought up to date: the home of alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.ddl.base import AddColumn, ColumnName, DropColumn, alter_table, format_column_name
from alembic.ddl.impl import DefaultImpl
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler

from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.database.servers import is_firebird
from shared.netgenium.own.schema_state import VERSION_TABLE, SchemaState, schema_state, state_of

_FIREBIRD = "firebird.firebird"
"""The name of its SQLAlchemy dialect."""


class _FirebirdImpl(DefaultImpl):
    """Firebird to Alembic, which does not know it."""

    __dialect__ = _FIREBIRD
    transactional_ddl = True


@compiles(AddColumn, _FIREBIRD)
def _add_column(element: AddColumn, compiler: DDLCompiler, **_more: object) -> str:
    """Leave out the word COLUMN, which Firebird does not know here."""
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} ADD {compiler.get_column_specification(element.column)}"


@compiles(DropColumn, _FIREBIRD)
def _drop_column(element: DropColumn, compiler: DDLCompiler, **_more: object) -> str:
    """Leave the word COLUMN out here, too."""
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} DROP {format_column_name(compiler, element.column.name)}"


@compiles(ColumnName, _FIREBIRD)
def _rename_column(element: ColumnName, compiler: DDLCompiler, **_more: object) -> str:
    """Rename by TO: there is no word RENAME."""
    table = alter_table(compiler, element.table_name, element.schema)
    old = format_column_name(compiler, element.column_name)
    return f"{table} ALTER COLUMN {old} TO {format_column_name(compiler, element.newname)}"


def migrate(engine: Engine) -> None:
    """Bring our tables up to date, in one transaction; nothing happens if they are.

    Firebird takes rows only for tables that a transaction before has made, so there the table of
    the version comes first, and stays empty if the rest fails.

    Raises:
        ConfigurationError: They are newer than this program.
        TransientError: The database is unreachable.
    """
    if is_firebird(engine.dialect) and schema_state(engine) is SchemaState.ABSENT:
        with write_transaction(engine) as connection:
            _context(connection).stamp(ScriptDirectory.from_config(_config()), "base")
    with write_transaction(engine) as connection:
        state = state_of(connection)
        if state is SchemaState.NEWER:
            what = said("the crm_ tables are newer than this program")
            raise ConfigurationError(
                [ConfigProblem("database", what, said("install the newer crmservice"))]
            )
        if state is not SchemaState.CURRENT:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
