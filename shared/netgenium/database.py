"""The database behind SQLAlchemy: opening it, transactions, and its errors in our words.

SQLite is the embedded default: WAL, full durability (every commit is flushed), write transactions
that take the write lock at their begin so that two writers wait for each other instead of failing.
What else each database needs stands in `servers`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.errors import ConfigurationError, PermanentError, Problem, TransientError
from shared.netgenium.servers import engine_for

_REASON_LENGTH = 300
_SQLITE_AWAY = (
    "SQLITE_PERM",
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_NOMEM",
    "SQLITE_READONLY",
    "SQLITE_INTERRUPT",
    "SQLITE_IOERR",
    "SQLITE_CORRUPT",
    "SQLITE_FULL",
    "SQLITE_CANTOPEN",
    "SQLITE_PROTOCOL",
    "SQLITE_NOTADB",
)
"""Begins of SQLite's error names that are no mail's fault; `OperationalError` has others, too."""

_AWAY_SQLSTATES = ("08", "25006", "28", "40", "53", "57", "HYT")
"""Begins of states: connection, read-only, login, deadlock, resources, operator, time-out."""

_LOST_RACE_SQLSTATES = ("40001", "40P01")
"""Serialization failures and deadlocks."""

_FIREBIRD_WAITED_LONG = 335544510
"""`isc_lock_timeout`; its state is that of a deadlock."""

_SQL_SERVER_DEADLOCK = 1205
_SQL_SERVER_AWAY = (1204, 1222)
"""No locks are left; a lock was waited for too long."""

_PARAMETERS = re.compile(
    r"(duplicate key value is|truncated value:|-?Problematic key value is|"
    r"conversion error from string|, value \").*",
    re.IGNORECASE,
)
"""SQL Server and Firebird repeat values."""

_EXTRAS = ("firebird", "mssql", "postgresql")
"""The databases whose drivers are extras of our package, of the same name."""

_REMEDY = "check that it runs, who may connect and write, and its free space"


class ConflictError(TransientError):
    """Another writer was first with the same key or row: trying again will see what it wrote."""


def open_database(url: str) -> Engine:
    """The engine for an SQLAlchemy URL; connects only when it is first used.

    Raises:
        ConfigurationError: The URL cannot work, or its driver is not installed.
    """
    backend = ""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend == "sqlite":
            _make_private_folder(parsed.database)
        return engine_for(parsed)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        problem = _cannot_open(error, backend)
    raise ConfigurationError([problem]) from None


def _cannot_open(error: Exception, backend: str) -> Problem:
    where = "NETGENIUM_DATABASE_URL"
    extra = f"crmservice[{backend}]" if backend in _EXTRAS else "the database's driver"
    if isinstance(error, ModuleNotFoundError):
        return Problem(where, f"needs the Python package {error.name}", f"install {extra}")
    if isinstance(error, NoSuchModuleError) and backend in _EXTRAS:
        return Problem(where, f"has no driver: {error}", f"install {extra}")
    # ValueError: a port that is no number. The others' words may quote the password.
    return Problem(where, "is no SQLAlchemy URL of a known database", "as sqlite:////path/file.db")


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that commits at the end of the block, or leaves nothing.

    Raises:
        ConflictError: Another writer was first with the same key or row.
        TransientError: The database is away, locked or full.
        PermanentError: The statement can never work.
    """
    # SQLite then takes its write lock at the begin: see `servers`.
    writing = engine.execution_options(crm_write=True)
    with database_errors(engine), writing.begin() as connection:
        yield connection


@contextmanager
def database_errors(engine: Engine) -> Iterator[None]:
    """Translate SQLAlchemy's errors into ours.

    Raises:
        ConflictError: A unique key exists already, or two writers waited for each other.
        TransientError: The database is away, locked or full.
        PermanentError: The statement can never work.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise _translated(error, engine.url) from error


def _translated(error: SQLAlchemyError, url: URL) -> TransientError | PermanentError:
    # The query may hold a password, too: `odbc_connect` does.
    where = url.set(query={}).render_as_string(hide_password=True)
    reason = _reason(error, url)
    if is_unique_violation(error) or _is_lost_race(error):
        return ConflictError(f"Another writer was first in {where}: {reason}")
    if _is_away(error):
        return TransientError(f"The database {where} cannot be used now: {reason}; {_REMEDY}")
    return PermanentError(f"The database {where} refuses a statement for good: {reason}")


def _is_away(error: SQLAlchemyError) -> bool:
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if sqlite_name := getattr(error.orig, "sqlite_errorname", ""):
        return str(sqlite_name).startswith(_SQLITE_AWAY)
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return True
    return _sqlstate(error).startswith(_AWAY_SQLSTATES) or _number(error) in _SQL_SERVER_AWAY


def _is_lost_race(error: SQLAlchemyError) -> bool:
    """Whether the whole transaction gave way to another: a deadlock, or a row changed meanwhile."""
    if not isinstance(error, DBAPIError):
        return False
    if _FIREBIRD_WAITED_LONG in (getattr(error.orig, "gds_codes", None) or ()):
        # The other one still has the lock: there is nothing new to see.
        return False
    return _sqlstate(error) in _LOST_RACE_SQLSTATES or _number(error) == _SQL_SERVER_DEADLOCK


def is_unique_violation(error: SQLAlchemyError) -> bool:
    """Whether a key exists already; a NULL where none may be is no conflict.

    PostgreSQL has a state of its own for it. The others say it in words: SQLite and Firebird name
    the UNIQUE constraint, SQL Server the duplicate key; Firebird gives a plain DatabaseError.
    """
    if not isinstance(error, DatabaseError):
        return False
    sqlstate = _sqlstate(error)
    if not isinstance(error, IntegrityError) and not sqlstate.startswith("23"):
        return False
    line = str(error.orig).partition("\n")[0].upper()
    return sqlstate == "23505" or any(word in line for word in ("UNIQUE", "DUPLICATE"))


def _sqlstate(error: DBAPIError) -> str:
    """The driver's five characters for the kind of error; pyodbc gives them as first argument."""
    arguments = getattr(error.orig, "args", None) or ("",)
    state = getattr(error.orig, "sqlstate", None) or arguments[0]
    return state if isinstance(state, str) and len(state) == 5 else ""  # noqa: PLR2004 - a state's length


def _number(error: DBAPIError) -> int | None:
    """SQL Server's number for the kind of error, which pymssql gives as first argument."""
    arguments = getattr(error.orig, "args", None) or (None,)
    return arguments[0] if isinstance(arguments[0], int) else None


def _reason(error: SQLAlchemyError, url: URL) -> str:
    """The driver's own first line: SQLAlchemy's text would quote statement and parameters."""
    original = getattr(error, "orig", None)
    if isinstance(error, StatementError) and not isinstance(error, DBAPIError):
        # A value that could not be bound: its text would quote the value.
        original = type(original).__name__
    lines = str(original or type(error).__name__).splitlines()
    # Firebird's first line alone says little.
    told = lines if hasattr(original, "gds_codes") else lines[:1]
    line = " ".join(_PARAMETERS.sub("", line) for line in told)
    password = str(url.password or "")
    return (line.replace(password, "***") if password else line)[:_REASON_LENGTH].strip()


def _make_private_folder(file: str | None) -> None:
    if not file or file == ":memory:" or file.startswith("file:"):
        return
    folder = Path(file).parent
    try:
        # Its parent is there or mistyped.
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        what = f"its folder {folder} cannot be made: {error.strerror}"
        remedy = "choose another folder or correct the access rights"
        raise ConfigurationError([Problem("NETGENIUM_DATABASE_URL", what, remedy)]) from None
