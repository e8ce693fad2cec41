"""What each database needs from us: timeouts, isolation, durability, character sets.

No statement, no lock and no attempt to connect lasts longer than the times below, so a write
transaction ends by itself (F-42).
"""

import codecs
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DBAPIError

from shared.netgenium.database.driver_errors import proves_useless
from shared.owner import make_file_of_owner

CONNECT_SECONDS = 10
"""Longest wait for a server that does not answer."""

LOCK_SECONDS = 30
"""Longest wait for a lock of another writer."""

STATEMENT_SECONDS = 60
"""Longest time that one statement takes; Firebird 3 has no such limit."""

IDLE_SECONDS = 300
"""When PostgreSQL ends a transaction in which nothing happens any more."""

LOST_SECONDS = 60
"""When a connection to PostgreSQL counts as lost, if the other side says nothing at all."""

_FIREBIRD_PORT = 3050

_UPDATE_CONFLICT = 335544451
"""Firebird's `isc_update_conflict`."""

_CHARSET = "crm_charset"


def engine_for(url: URL) -> Engine:
    """Return the engine for `url`, with everything that its database needs; connects later.

    Raises:
        sqlalchemy.exc.ArgumentError, ModuleNotFoundError: See `open_database`.
    """
    makers = {
        "sqlite": _sqlite,
        "postgresql": _postgresql,
        "firebird": _firebird,
        "mssql": _sql_server,
    }
    engine = makers.get(url.get_backend_name(), _other)(url)
    event.listen(engine, "handle_error", _drop_useless)
    return engine


def _drop_useless(context: ExceptionContext) -> None:
    """Drop the whole pool with a connection that is proven useless: the next ones are new."""
    if proves_useless(context.original_exception):
        context.is_disconnect = True


def kind_of(dialect: Dialect) -> str:
    """Return what the database is: `firebird`, `mssql`, `postgresql`, `sqlite`.

    Firebird's dialect carries the driver in its name.
    """
    return dialect.name.partition(".")[0]


def is_firebird(dialect: Dialect) -> bool:
    """Return whether statements go to Firebird."""
    return kind_of(dialect) == "firebird"


def locks_in_order(dialect: Dialect) -> bool:
    """Return whether a sorted `SELECT … FOR UPDATE` locks its rows in their order."""
    return dialect.name == "postgresql"


def changed_meanwhile(error: DBAPIError) -> bool:
    """Whether Firebird let a statement wait for another transaction that then changed the row.

    It reports this to READ COMMITTED transactions, too. Only the statement is undone, so it may be
    tried again in the same transaction, and then sees the new row.
    """
    return _UPDATE_CONFLICT in (getattr(error.orig, "gds_codes", None) or ())


def charset(dialect: Dialect) -> str:
    """Return the Python codec of the database's own texts; `utf-8` until it is known."""
    return str(getattr(dialect, _CHARSET, "utf-8"))


def counts_bytes(dialect: Dialect) -> bool:
    """Whether the limit of a text is in bytes: the database does not know its own letters."""
    return bool(getattr(dialect, "crm_counts_bytes", False))


def codec_of(name: str) -> str | None:
    """Return Python's codec for a database's name of a charset; None where it has none.

    `WIN1250` and `DOS852` are code pages, `ISO8859_2` is `iso8859-2`; Firebird's `NONE` and
    PostgreSQL's `SQL_ASCII` take any bytes.
    """
    if name in {"NONE", "OCTETS", "SQL_ASCII"}:
        return None
    page = name.replace("WIN", "cp").replace("DOS", "cp").replace("UNICODE_FSS", "utf-8")
    try:
        return codecs.lookup(page).name
    except LookupError:
        return "utf-8"


def remember_charset(dialect: Dialect, database: str, connection: str = "utf-8") -> None:
    """Remember what texts may hold.

    Args:
        dialect: Of the engine.
        database: The database's name for its character set.
        connection: Python's codec of the texts that go over the connection.
    """
    own = codec_of(database)
    setattr(dialect, _CHARSET, own if own and connection == "utf-8" else connection)
    dialect.crm_counts_bytes = own is None  # type: ignore[attr-defined]


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": LOCK_SECONDS})
    file = url.database or ":memory:"

    @event.listens_for(engine, "do_connect")
    def make_file(_dialect: object, _record: object, where: list[Any], how: dict[str, Any]) -> None:
        if file == ":memory:" or file.startswith("file:"):
            return
        if _is_at_rest(Path(file)):
            where[0] = f"{Path(file).absolute().as_uri()}?mode=ro&immutable=1"
            how["uri"] = True
        # What is wrong with the place SQLite tells itself.
        with suppress(OSError):
            make_file_of_owner(Path(file))

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        # SQLAlchemy's BEGIN below instead of the driver's, which begins too late.
        connection.isolation_level = None
        if _is_at_rest(Path(file)):
            return
        cursor = connection.cursor()
        # Large pages, because files lie in rows; counts only while the database is empty.
        cursor.execute("PRAGMA page_size=16384")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("crm_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _is_at_rest(file: Path) -> bool:
    """Whether it is a copy that nobody writes: WAL needs files beside it, which cannot be made.

    A log beside it with something in it belongs to whoever writes, or would be passed over.
    """
    log = file.with_name(f"{file.name}-wal")
    if not file.is_file() or (log.exists() and log.stat().st_size):
        return False
    return not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))


def _postgresql(url: URL) -> Engine:
    url = _with_each_host(url)
    limits = {
        "statement_timeout": STATEMENT_SECONDS * 1000,
        "lock_timeout": LOCK_SECONDS * 1000,
        "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
    }
    # What the URL says comes later and counts.
    options = [*(f"-c {name}={value}" for name, value in limits.items()), *_given(url, "options")]
    wanted = {
        "connect_timeout": CONNECT_SECONDS,
        "client_encoding": "UTF8",
        "keepalives_idle": LOST_SECONDS // 2,
        "tcp_user_timeout": LOST_SECONDS * 1000,
    }
    arguments: dict[str, Any] = {k: v for k, v in wanted.items() if k not in url.query}
    arguments["options"] = " ".join(options)
    engine = create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=arguments,
        isolation_level="READ COMMITTED",
    )

    @event.listens_for(engine, "first_connect")
    def look(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        encoding = connection.info.parameter_status("server_encoding")
        remember_charset(engine.dialect, encoding or "UTF8")

    return engine


def _with_each_host(url: URL) -> URL:
    """Translate `host=a:1,b:2`, as libpq's users write it, for SQLAlchemy."""
    hosts = url.query.get("host", ())
    if isinstance(hosts, str) and "," in hosts and ":" in hosts:
        return url.update_query_dict({"host": tuple(hosts.split(","))})
    return url


def _firebird(url: URL) -> Engine:
    if "charset" not in url.query:
        url = url.update_query_dict({"charset": "UTF8"})
    # The driver would keep one server for each path, whatever engine asks for it.
    address = {"database": _firebird_address(url)} if url.host else {}
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=address)
    # Here, because the driver needs Firebird's client library as soon as it is imported.
    from shared.netgenium.database.firebird import prepare  # noqa: PLC0415

    prepare(engine, str(url.query["charset"]))
    return engine


def _firebird_address(url: URL) -> str:
    host = f"[{url.host}]" if ":" in str(url.host) else url.host
    return f"{host}/{url.port or _FIREBIRD_PORT}:{url.database}"


def _sql_server(url: URL) -> Engine:
    limits: dict[str, Any] = {}
    if url.get_driver_name() == "pymssql":
        limits = {"login_timeout": CONNECT_SECONDS, "timeout": STATEMENT_SECONDS}
    engine = create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={name: value for name, value in limits.items() if name not in url.query},
        # Texts and files without the types that SQL Server has given up (NTEXT, IMAGE).
        deprecate_large_types=True,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        cursor = connection.cursor()
        cursor.execute(f"SET LOCK_TIMEOUT {LOCK_SECONDS * 1000}")
        cursor.close()

    return engine


def _other(url: URL) -> Engine:
    return create_engine(url, pool_pre_ping=True, hide_parameters=True)


def _given(url: URL, name: str) -> tuple[str, ...]:
    value = url.query.get(name, ())
    return (value,) if isinstance(value, str) else value
