"""The database behind SQLAlchemy: opening it, transactions, and its errors in our words.

SQLite is the embedded default: WAL, full durability (every commit is flushed), write transactions
that take the write lock at their begin so that two writers wait for each other instead of failing.
What else each database needs is in `servers`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
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

from shared.contracts.said import said
from shared.errors import (
    AwayError,
    ConfigProblem,
    ConfigurationError,
    PermanentError,
    TransientError,
)
from shared.netgenium.database.driver_errors import (
    is_away,
    is_busy,
    lacks_a_right,
    lost_race,
    names_the_server,
    sqlite_name,
    sqlstate,
)
from shared.netgenium.database.servers import engine_for

PART = "database"
"""How `/ready` calls it."""

_REASON_LENGTH = 300

_PARAMETERS = re.compile(
    r"(duplicate key value is|truncated value:|-?Problematic key value is|"
    r"conversion error from string|, value \").*",
    re.IGNORECASE,
)
"""SQL Server and Firebird repeat values."""

Step = Callable[[], AbstractContextManager[Connection]]

REHEARSAL = "crm_rehearsal"
"""The engine's option that makes its write transactions steps of a rehearsal."""

_EXTRAS = ("firebird", "mssql", "postgresql")
"""The databases whose drivers are extras of our package, of the same name."""

_REMEDY = said("check that it runs, who may connect and write, and its free space")

_NO_FOLDER = said(
    "make the folder above it, or correct CRMSERVICE_DATA, NETGENIUM_DATABASE_URL or the access "
    "rights"
)
_NO_FILE = said("run crmservice init-db, or correct CRMSERVICE_DATA or NETGENIUM_DATABASE_URL")
_NO_RIGHT = said(
    "correct CRMSERVICE_DATA or NETGENIUM_DATABASE_URL, or give this user the right to read and "
    "write there"
)

_SHOWN = ("host", "port", "charset", "sslmode", "target_session_attrs")
"""What of a URL's query is told; anything else may hold a password, as `odbc_connect` does."""

_WORD = re.compile(r"(?:pwd|password)\s*=\s*([^;]+)", re.IGNORECASE)
"""A password inside `odbc_connect`."""


class BusyError(TransientError):
    """One statement took too long, or waited too long for a lock, where the database answers.

    That the database is unreachable is not said by this: a probe tells.
    """


class ConflictError(BusyError):
    """Another writer was first with the same key or row: trying again will see what it wrote."""


def shown(url: URL) -> str:
    """Return a database URL for people: where it is, without anything that may be secret."""
    query = {name: value for name, value in url.query.items() if name in _SHOWN}
    return url.set(query=query).render_as_string(hide_password=True)


def open_database(url: str, *, makes: bool = True) -> Engine:
    """Return the engine for an SQLAlchemy URL; connects only when it is first used.

    Args:
        url: Where the database is.
        makes: An SQLite file, and its folder, are made; otherwise both have to be there, because
            a mistyped path would become an empty database.

    Raises:
        ConfigurationError: The URL cannot work, or its driver is not installed.
    """
    backend = ""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend == "sqlite":
            _look_at_file(parsed.database, makes=makes)
        return engine_for(parsed)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        problem = _cannot_open(error, backend)
    raise ConfigurationError([problem]) from None


def _cannot_open(error: Exception, backend: str) -> ConfigProblem:
    where = "NETGENIUM_DATABASE_URL"
    extra = f"crmservice[{backend}]" if backend in _EXTRAS else "the database's driver"
    if isinstance(error, ModuleNotFoundError):
        return ConfigProblem(
            where,
            said("needs the Python package {name}", name=error.name),
            said("install {extra}", extra=extra),
        )
    if isinstance(error, NoSuchModuleError) and backend in _EXTRAS:
        return ConfigProblem(
            where, said("has no driver: {error}", error=error), said("install {extra}", extra=extra)
        )
    # ValueError: a port that is no number. The others' words may quote the password.
    return ConfigProblem(
        where, said("is no SQLAlchemy URL of a known database"), said("as sqlite:////path/file.db")
    )


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that commits at the end of the block, or leaves nothing.

    Raises:
        ConflictError: Another writer was first with the same key or row.
        BusyError: A statement took too long, or waited too long for a lock.
        TransientError: The database is unreachable or full.
        PermanentError: The statement can never work.
    """
    step: Step | None = engine.get_execution_options().get(REHEARSAL)
    with database_errors(engine), step() if step else writing(engine).begin() as connection:
        yield connection


@contextmanager
def transaction_beside(connection: Connection) -> Iterator[Connection]:
    """Open a short transaction of its own while that of `connection` goes on.

    In a rehearsal it is a step of it, so that it leaves nothing either.

    Raises:
        ConflictError, TransientError, PermanentError: As for `write_transaction`.
    """
    step: Step | None = connection.get_execution_options().get(REHEARSAL)
    engine = connection.engine
    with database_errors(engine), step() if step else writing(engine).begin() as beside:
        yield beside


def writing(engine: Engine) -> Engine:
    """Return `engine` for transactions that write."""
    # SQLite then takes its write lock at the begin: see `servers`.
    return engine.execution_options(crm_write=True)


@contextmanager
def database_errors(engine: Engine) -> Iterator[None]:
    """Translate SQLAlchemy's errors into ours.

    Raises:
        ConflictError: A unique key exists already, or two writers waited for each other.
        BusyError: A statement took too long, or waited too long for a lock.
        TransientError: The database is unreachable or full.
        PermanentError: The statement can never work.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise _translated(error, engine.url) from error


def _translated(error: SQLAlchemyError, url: URL) -> TransientError | PermanentError:
    where, reason = shown(url), _reason(error, url)
    if is_unique_violation(error) or (isinstance(error, DBAPIError) and lost_race(error.orig)):
        return ConflictError(
            said("Another writer was first in {where}: {reason}", where=where, reason=reason)
        )
    if _is_busy(error):
        return BusyError(
            said(
                "The database {where} did not get through with a statement: {reason}",
                where=where,
                reason=reason,
            )
        )
    if _is_away(error):
        sentence = said(
            "The database {where} cannot be used now: {reason}; {remedy}",
            where=where,
            reason=reason,
            remedy=_REMEDY,
        )
        if isinstance(error, DBAPIError) and names_the_server(error.orig):
            return AwayError(sentence, PART)
        return TransientError(sentence)
    return PermanentError(
        said(
            "The database {where} refuses a statement for good: {reason}",
            where=where,
            reason=reason,
        )
    )


def _is_busy(error: SQLAlchemyError) -> bool:
    # Without a statement it is the connecting that took too long.
    return isinstance(error, DBAPIError) and error.statement is not None and is_busy(error.orig)


def _is_away(error: SQLAlchemyError) -> bool:
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError) or lacks_a_right(error.orig):
        return False
    if sqlite_name(error.orig):
        # Its OperationalError is about missing tables, too; BEGIN and COMMIT are no statements.
        return is_away(error.orig) or is_busy(error.orig)
    lost = error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return lost or is_away(error.orig)


def is_unique_violation(error: SQLAlchemyError) -> bool:
    """Return whether a key exists already; a NULL where none may be is no conflict.

    PostgreSQL has a state of its own for it. The others say it in words: SQLite and Firebird name
    the UNIQUE constraint, SQL Server the duplicate key; Firebird gives a plain DatabaseError.
    """
    if not isinstance(error, DatabaseError):
        return False
    state = sqlstate(error.orig)
    if not isinstance(error, IntegrityError) and not state.startswith("23"):
        return False
    line = str(error.orig).partition("\n")[0].upper()
    return state == "23505" or any(word in line for word in ("UNIQUE", "DUPLICATE"))


def _reason(error: SQLAlchemyError, url: URL) -> str:
    """Return the driver's own first line: SQLAlchemy's would quote statement and parameters."""
    original = getattr(error, "orig", None)
    if isinstance(error, StatementError) and not isinstance(error, DBAPIError):
        # A value that could not be bound: its text would quote the value.
        original = type(original).__name__
    lines = str(original or type(error).__name__).splitlines()
    # Firebird's first line alone says little.
    told = lines if hasattr(original, "gds_codes") else lines[:1]
    line = " ".join(_PARAMETERS.sub("", line) for line in told)
    for secret in _secrets(url):
        line = line.replace(secret, "***")
    return line[:_REASON_LENGTH].strip()


def _secrets(url: URL) -> list[str]:
    """Return passwords of the URL, which a driver's words may repeat."""
    query = [str(url.query.get(name, "")) for name in ("password", "passwd", "pwd")]
    odbc = _WORD.findall(str(url.query.get("odbc_connect", "")))
    return [secret for secret in (str(url.password or ""), *query, *odbc) if secret]


def _look_at_file(name: str | None, *, makes: bool) -> None:
    if not name or name == ":memory:" or name.startswith("file:"):
        return
    file = Path(name)
    try:
        if makes:
            # The folder's parent is there or mistyped.
            file.parent.mkdir(mode=0o700, exist_ok=True)
        else:
            file.stat()
    except OSError as error:
        raise ConfigurationError([_unusable(file, error, makes=makes)]) from None


def _unusable(file: Path, error: OSError, *, makes: bool) -> ConfigProblem:
    if makes:
        return ConfigProblem(
            str(file.parent), said("cannot be made: {reason}", reason=error.strerror), _NO_FOLDER
        )
    remedy = _NO_FILE if isinstance(error, FileNotFoundError) else _NO_RIGHT
    return ConfigProblem(str(file), said("cannot be used: {reason}", reason=error.strerror), remedy)
