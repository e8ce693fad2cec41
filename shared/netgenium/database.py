"""The database behind SQLAlchemy: opening it, transactions, and its errors in our words.

SQLite is the embedded default: WAL, full durability (every commit is flushed), write transactions
that take the write lock at their begin so that two writers wait for each other instead of failing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from shared.errors import ConfigurationError, PermanentError, Problem, TransientError

BUSY_SECONDS = 30
"""How long SQLite waits for another writer."""

_REASON_LENGTH = 300
_SQLITE_NEVER = ("no such table", "no such column", "has no column", "not a database", "readonly")
_UNIQUE_SQLSTATES = ("23000", "23505")


class ConflictError(TransientError):
    """Another writer was first with the same key: trying again will see what it wrote."""


def open_database(url: str) -> Engine:
    """The engine for an SQLAlchemy URL; connects only when it is first used.

    Raises:
        ConfigurationError: The URL cannot work, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _open_sqlite(url, parsed.database)
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError):
        what, remedy = "is no SQLAlchemy URL of a known database", "as sqlite:////path/file.db"
    except ModuleNotFoundError as error:
        what, remedy = f"needs the Python package {error.name}", "install the database's driver"
    raise ConfigurationError([Problem("NETGENIUM_DATABASE_URL", what, remedy)]) from None


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that commits at the end of the block, or leaves nothing.

    Raises:
        ConflictError: Another writer was first with the same key.
        TransientError: The database is away, locked or full.
        PermanentError: The statement can never work.
    """
    # SQLite then takes its write lock at the begin: see _open_sqlite.
    writing = engine.execution_options(crm_write=True)
    with database_errors(engine), writing.begin() as connection:
        yield connection


@contextmanager
def database_errors(engine: Engine) -> Iterator[None]:
    """Translate SQLAlchemy's errors into ours.

    Raises:
        ConflictError: A unique key exists already.
        TransientError: The database is away, locked or full.
        PermanentError: The statement can never work.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise _translated(error, engine.url.render_as_string(hide_password=True)) from error


def _translated(error: SQLAlchemyError, url: str) -> TransientError | PermanentError:
    reason = _reason(error)
    if _is_unique_violation(error):
        return ConflictError(f"Another writer was first in {url}: {reason}")
    away = isinstance(error, OperationalError | InterfaceError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
    if away and not any(never in reason for never in _SQLITE_NEVER):
        return TransientError(
            f"The database {url} cannot be used now: {reason}; check that it runs, who may "
            "connect, and its free space"
        )
    return PermanentError(f"The database {url} refuses a statement for good: {reason}")


def _is_unique_violation(error: SQLAlchemyError) -> bool:
    if not isinstance(error, DatabaseError):
        return False
    sqlstate = getattr(error.orig, "sqlstate", None)
    if isinstance(error, IntegrityError):
        # SQLite has no state, but says it in words; a NULL where none may be is no conflict.
        return sqlstate == _UNIQUE_SQLSTATES[1] or "UNIQUE" in _reason(error).upper()
    # Firebird gives a plain DatabaseError.
    return sqlstate in _UNIQUE_SQLSTATES


def _reason(error: SQLAlchemyError) -> str:
    """The driver's own first line: SQLAlchemy's text would quote statement and parameters."""
    original = getattr(error, "orig", None) or type(error).__name__
    return str(original).partition("\n")[0][:_REASON_LENGTH]


def _open_sqlite(url: str, file: str | None) -> Engine:
    if file and file != ":memory:":
        _make_private_folder(Path(file).parent)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        # SQLAlchemy's BEGIN below instead of the driver's, which begins too late.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("crm_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _make_private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        what = f"its folder {folder} cannot be made: {error.strerror}"
        remedy = "choose another folder or correct the access rights"
        raise ConfigurationError([Problem("NETGENIUM_DATABASE_URL", what, remedy)]) from None
