"""The state of our own tables, as the version in the database tells. Alembic is not asked.

Every command and service looks at it, and only a migration needs more: alembic costs a quarter of
a second and ten megabytes.
"""

import re
from enum import Enum
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, inspect, select

from shared.netgenium.database.engine import database_errors

VERSION_TABLE = "crm_schema_version"

_VERSION = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32)))
"""The table of alembic, as it makes it."""

_FILE = re.compile(r"v([0-9]{4})_\w+\.py")


class SchemaState(Enum):
    """How our tables in a database stand to this program."""

    ABSENT = "absent"
    OLDER = "older than this program"
    CURRENT = "up to date"
    NEWER = "newer than this program"


def schema_state(engine: Engine) -> SchemaState:
    """Look at the version that the database names.

    Raises:
        TransientError: The database is unreachable.
    """
    with database_errors(engine), engine.connect() as connection:
        return state_of(connection)


def state_of(connection: Connection) -> SchemaState:
    """Return the same within a transaction."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return SchemaState.ABSENT
    versions = connection.execute(select(_VERSION.c.version_num)).scalars().all()
    if not versions:
        return SchemaState.ABSENT
    known = known_versions()
    if versions == known[-1:]:
        return SchemaState.CURRENT
    # Ours never branch: several versions at once are none that this program knows.
    return SchemaState.OLDER if len(versions) == 1 and versions[0] in known else SchemaState.NEWER


def known_versions() -> list[str]:
    """Return the versions that this program knows, the latest last, by the migrations' files."""
    files = (Path(__file__).parent / "migrations" / "versions").iterdir()
    return sorted(found[1] for file in files if (found := _FILE.fullmatch(file.name)))
