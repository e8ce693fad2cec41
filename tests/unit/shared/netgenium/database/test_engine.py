"""Opening databases, SQLite's durability, and every library error in our words."""

import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, insert, make_url, select, text
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from shared.errors import (
    AwayError,
    ConfigurationError,
    CRMServiceError,
    PermanentError,
    TransientError,
)
from shared.netgenium.database.engine import (
    BusyError,
    ConflictError,
    database_errors,
    open_database,
    shown,
    write_transaction,
)
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.tables import lock_table


class _DriverError(Exception):
    """What a driver raises; psycopg and firebird-driver carry a state beside their words."""

    def __init__(self, words: str, sqlstate: str | None = None, gds: int | None = None) -> None:
        super().__init__(words)
        self.sqlstate = sqlstate
        if gds:
            self.gds_codes = (gds,)


def _file(path: Path) -> Engine:
    return open_database(f"sqlite:///{path}")


_LARGE = "INSERT INTO t VALUES (zeroblob(100000))"


def _execute(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(text(statement))


def _raised(error: SQLAlchemyError, engine: Engine) -> TransientError | PermanentError:
    """What becomes of a library error."""
    try:
        with database_errors(engine):
            raise error
    except (TransientError, PermanentError) as found:
        return found


def _error(
    kind: type[DBAPIError],
    words: str,
    sqlstate: str | None = None,
    *,
    lost: bool = False,
    gds: int | None = None,
) -> DBAPIError:
    return kind(
        "INSERT INTO t VALUES (?)",
        ("secret parameter",),
        _DriverError(words, sqlstate, gds),
        connection_invalidated=lost,
    )


def test_every_commit_of_sqlite_is_flushed(tmp_path: Path) -> None:
    """NG-9: WAL with full durability, on every connection of the pool."""
    engine = _file(tmp_path / "a.db")
    with engine.connect() as one, engine.connect() as other:
        for connection in (one, other):
            assert connection.scalar(text("PRAGMA synchronous")) == 2
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
            assert connection.scalar(text("PRAGMA busy_timeout")) == 30_000


def test_the_folder_of_a_new_database_is_private(tmp_path: Path) -> None:
    """NG-9: nobody else reads the journal."""
    with _file(tmp_path / "data" / "a.db").connect():
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "url",
    [
        "",
        "netgenium.db",
        "sqlite",
        "nosuch://x",
        "postgresql://u:geheim@h:port/x",
        "a+b://u:geheim@h",
    ],
)
def test_a_bad_url_is_told_without_its_password(url: str) -> None:
    """F-40: a URL that cannot work ends with one sentence that says which variable it is."""
    with pytest.raises(ConfigurationError, match="NETGENIUM_DATABASE_URL") as caught:
        open_database(url)
    assert "sqlite:////path/file.db" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_missing_driver_is_told_with_its_package() -> None:
    """F-40: the sentence names what to install."""
    with pytest.raises(ConfigurationError, match="needs the Python package MySQLdb") as caught:
        open_database("mysql+mysqldb://u:geheim@h/x")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "error", "sentence"),
    [
        (
            "postgresql+psycopg://u:geheim@h/x",
            ModuleNotFoundError(name="psycopg"),
            r"needs the Python package psycopg - install crmservice\[postgresql\]",
        ),
        (
            "firebird+firebird://u:geheim@h//x",
            NoSuchModuleError("no plugin firebird"),
            r"has no driver: no plugin firebird - install crmservice\[firebird\]",
        ),
    ],
)
def test_a_missing_driver_that_is_an_extra_is_told_with_it(
    monkeypatch: pytest.MonkeyPatch, url: str, error: Exception, sentence: str
) -> None:
    """F-40: without its extra a database is not there; the sentence names the extra."""

    def fail(_url: object) -> Engine:
        raise error

    monkeypatch.setattr("shared.netgenium.database.engine.engine_for", fail)
    with pytest.raises(ConfigurationError, match=sentence) as caught:
        open_database(url)
    assert "geheim" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """F-40: a file where the folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=r"/file: cannot be made: .*CRMSERVICE_DATA"):
        _file(tmp_path / "file" / "a.db")


@pytest.mark.parametrize(
    ("file", "remedy"),
    [("a.db", "init-db"), ("folder/a.db", "init-db"), ("file/a.db", "give this user the right")],
)
def test_a_database_that_is_not_there_is_not_made_unless_that_is_meant(
    tmp_path: Path, file: str, remedy: str
) -> None:
    """F-40: a mistyped path becomes no empty database, and no folder."""
    (tmp_path / "file").touch()

    with pytest.raises(ConfigurationError, match=rf"cannot be used: .*{remedy}"):
        open_database(f"sqlite:///{tmp_path / file}", makes=False)

    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def _no_database(folder: Path) -> None:
    (folder / "a.db").write_bytes(b"this is no database, but long enough to look at" * 100)


def _a_folder(folder: Path) -> None:
    (folder / "a.db").mkdir()


@pytest.mark.parametrize("prepare", [_no_database, _a_folder])
def test_a_file_that_is_no_database_pauses_the_work(
    tmp_path: Path, prepare: Callable[[Path], None]
) -> None:
    """F-40: no mail is set aside because the database file is wrong."""
    prepare(tmp_path)
    with (
        pytest.raises(
            TransientError, match=r"cannot be used now: .*; check that it runs"
        ) as caught,
        write_transaction(_file(tmp_path / "a.db")),
    ):
        pass
    assert str(tmp_path / "a.db") in str(caught.value)


def test_a_damaged_database_pauses_the_work(tmp_path: Path) -> None:
    """F-45: pages that were overwritten."""
    engine = _file(tmp_path / "a.db")
    with write_transaction(engine) as connection:
        _execute(connection, "CREATE TABLE t (a)", _LARGE)
    engine.dispose()
    size = (tmp_path / "a.db").stat().st_size
    with (tmp_path / "a.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(TransientError), write_transaction(engine) as connection:
        connection.execute(text("SELECT sum(length(a)) FROM t"))


def test_a_locked_database_pauses_the_work(tmp_path: Path) -> None:
    """F-42: after the longest wait the other writer still holds the lock."""
    holder = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("BEGIN IMMEDIATE")
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}", connect_args={"timeout": 0})
    with pytest.raises(BusyError, match="locked"), database_errors(engine):  # noqa: SIM117 - the order matters
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (a)"))
    holder.close()


def test_a_full_disk_pauses_the_work(tmp_path: Path) -> None:
    """F-47: the database may not grow."""
    engine = _file(tmp_path / "a.db")
    with (
        pytest.raises(TransientError, match=r"full; check .* free space"),
        write_transaction(engine) as connection,
    ):
        _execute(connection, "PRAGMA max_page_count = 3", "CREATE TABLE t (a)", _LARGE)


def test_a_database_that_may_only_be_read_pauses_the_work(tmp_path: Path) -> None:
    """F-45: wrong access rights are no mail's fault."""
    engine = _file(tmp_path / "a.db")
    with (
        pytest.raises(TransientError, match="readonly"),
        write_transaction(engine) as connection,
    ):
        _execute(connection, "PRAGMA query_only = 1", "CREATE TABLE t (a)")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM nowhere",
        "SELECT nothing FROM sqlite_master",
        "SELEKT",
        "INSERT INTO sqlite_master VALUES (1)",
        "SELECT no_such_function(1)",
    ],
)
def test_a_statement_that_never_works_is_permanent(tmp_path: Path, statement: str) -> None:
    """F-46: SQLite calls these operational, too; no waiting changes them."""
    with (
        pytest.raises(PermanentError, match="refuses a statement for good"),
        write_transaction(_file(tmp_path / "a.db")) as connection,
    ):
        connection.execute(text(statement))


def test_an_exhausted_pool_pauses_the_work(tmp_path: Path) -> None:
    """F-40: no connection became free in time."""
    engine = create_engine(
        f"sqlite:///{tmp_path / 'a.db'}",
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=0.01,
    )
    with engine.connect(), pytest.raises(TransientError), database_errors(engine):
        engine.connect()
    assert isinstance(_raised(PoolTimeoutError(), engine), TransientError)


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        # psycopg
        (_error(IntegrityError, 'duplicate key value violates "x"', "23505"), ConflictError),
        (_error(IntegrityError, "null value in column", "23502"), PermanentError),
        (_error(IntegrityError, "violates foreign key", "23503"), PermanentError),
        (_error(OperationalError, "deadlock detected", "40P01"), ConflictError),
        (_error(OperationalError, "could not serialize", "40001"), ConflictError),
        (_error(OperationalError, "canceling statement", "57014"), BusyError),
        (_error(OperationalError, "canceling due to lock timeout", "55P03"), BusyError),
        (_error(OperationalError, "could not extend file: no space", "53100"), AwayError),
        (_error(OperationalError, "out of memory", "53200"), TransientError),
        (_error(OperationalError, "the server closed the connection"), TransientError),
        (_error(OperationalError, "terminating connection", "57P01"), AwayError),
        (_error(DatabaseError, "read-only transaction", "25006"), AwayError),
        (_error(ProgrammingError, "relation does not exist", "42P01"), PermanentError),
        (_error(ProgrammingError, "gone", None, lost=True), TransientError),
        (_error(InterfaceError, "connection already closed"), TransientError),
        # firebird-driver
        (
            _error(DatabaseError, 'violation of PRIMARY or UNIQUE KEY constraint "X"', "23000"),
            ConflictError,
        ),
        (_error(DatabaseError, "violation of FOREIGN KEY constraint", "23000"), PermanentError),
        (_error(DatabaseError, "update conflicts with concurrent update", "40001"), ConflictError),
        (_error(DatabaseError, "lock time-out", "40001", gds=335544510), BusyError),
        (_error(DatabaseError, "Unable to complete network request", "08006"), AwayError),
        (_error(DatabaseError, "I/O error: no space left", "HY000", gds=335544344), AwayError),
        (_error(DatabaseError, "Table unknown", "42S02"), PermanentError),
        (_error(DatabaseError, "no state at all"), PermanentError),
        (_error(DatabaseError, "connection shutdown", "08003", gds=335544856), AwayError),
        (_error(DatabaseError, "read-only database", "42000", gds=335544765), AwayError),
        (_error(DatabaseError, "no permission for INSERT", "28000", gds=335544352), PermanentError),
    ],
)
def test_errors_of_other_drivers_are_told_apart(
    tmp_path: Path, error: DBAPIError, wanted: type[Exception]
) -> None:
    """F-41, F-43 to F-46: by the state or the words that each driver gives."""
    found = _raised(error, _file(tmp_path / "a.db"))
    assert type(found) is wanted
    assert "secret parameter" not in str(found)


def test_sql_servers_states_are_its_first_argument(tmp_path: Path) -> None:
    """F-43: pyodbc gives (state, words), and repeats values in its words."""
    words = "Violation of PRIMARY KEY constraint 'x'. Cannot insert duplicate key in object 'y'. "
    original = Exception("23000", f"{words}The duplicate key value is (secret value).")
    error = IntegrityError("INSERT", ("secret parameter",), original)
    found = _raised(error, _file(tmp_path / "a.db"))
    assert isinstance(found, ConflictError)
    assert "secret" not in str(found)
    foreign = Exception("23000", "The INSERT statement conflicted with the FOREIGN KEY constraint")
    found = _raised(IntegrityError("INSERT", (), foreign), _file(tmp_path / "a.db"))
    assert isinstance(found, PermanentError)
    deadlock = Exception("40001", "Transaction was deadlocked")
    found = _raised(DatabaseError("INSERT", (), deadlock), _file(tmp_path / "a.db"))
    assert isinstance(found, ConflictError)


@pytest.mark.parametrize(
    ("number", "words", "wanted"),
    [
        (1205, b"was deadlocked on lock resources and has been chosen", ConflictError),
        (1222, b"Lock request time out period exceeded.", BusyError),
        (20003, b"DB-Lib error 20003: connection timed out", BusyError),
        (3906, b"Failed to update database because the database is read-only.", AwayError),
        (2627, b"Violation of PRIMARY KEY constraint. Cannot insert duplicate key", ConflictError),
        (208, b"Invalid object name 'ng_aktivita0'.", PermanentError),
    ],
)
def test_pymssql_gives_a_number(
    tmp_path: Path, number: int, words: bytes, wanted: type[Exception]
) -> None:
    """F-41, F-42, F-43, F-46: SQL Server's own numbers, in the first argument."""
    kind = IntegrityError if wanted is ConflictError and number != 1205 else DatabaseError
    error = kind("INSERT", ("secret parameter",), Exception(number, words))
    found = _raised(error, _file(tmp_path / "a.db"))
    assert type(found) is wanted
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere?password=geheim",
        "sqlite:////nowhere?odbc_connect=DRIVER%3Dx%3BPWD%3Dgeheim",
    ],
)
def test_a_password_never_shows(url: str) -> None:
    """F-40: passwords of a URL stand in no error, wherever in the URL they are."""
    engine = create_engine("sqlite://")
    # No such server is at hand, so the address of one is put in place of ours.
    engine.url = engine.url.set(username="crm", password="geheim", host="db.firma.cz").set(
        query=dict(part.split("=", 1) for part in [url.partition("?")[2]])
    )
    found = _raised(_error(OperationalError, "login failed for crm with geheim"), engine)
    assert "geheim" not in str(found)
    assert "crm:***@db.firma.cz" in str(found)


def test_an_attempt_to_connect_that_took_too_long_is_no_statement(tmp_path: Path) -> None:
    """F-40: without a statement it is the server that is away."""
    timed_out = _DriverError("Login timeout expired", "HYT00")
    found = _raised(OperationalError(None, None, timed_out), _file(tmp_path / "a.db"))
    assert type(found) is TransientError


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("sqlite:////srv/crm/a.db", "sqlite:////srv/crm/a.db"),
        ("postgresql+psycopg://u:geheim@h/d", "postgresql+psycopg://u:***@h/d"),
        ("postgresql+psycopg://u@h/d?password=geheim", "postgresql+psycopg://u@h/d"),
        (
            "postgresql+psycopg://u@/d?host=a:1,b:2&passfile=geheim",
            "postgresql+psycopg://u@/d?host=a%3A1%2Cb%3A2",
        ),
        ("mssql+pyodbc:///?odbc_connect=PWD%3Dgeheim", "mssql+pyodbc:///"),
    ],
)
def test_an_address_is_shown_without_anything_that_may_be_secret(url: str, wanted: str) -> None:
    """F-40: people see where the database is, several hosts too, and no part that may be secret."""
    assert shown(make_url(url)) == wanted


def test_parameters_never_show(tmp_path: Path) -> None:
    """F-46: a mail's text does not get into logs by way of a failed statement."""
    engine = _file(tmp_path / "a.db")
    with write_transaction(engine) as connection:
        connection.execute(text("CREATE TABLE t (a UNIQUE, b NOT NULL)"))
        connection.execute(text("INSERT INTO t VALUES (:a, 1)"), {"a": "secret"})
    for values in ({"a": "secret", "b": 1}, {"a": "other secret", "b": None}):
        with (
            pytest.raises((TransientError, PermanentError)) as caught,
            write_transaction(engine) as connection,
        ):
            connection.execute(text("INSERT INTO t VALUES (:a, :b)"), values)
        assert "secret" not in str(caught.value)
    bound = StatementError("cannot bind secret", "INSERT", {}, ValueError("secret"))
    assert "secret" not in str(_raised(bound, engine))


def test_a_long_driver_message_is_one_short_line(tmp_path: Path) -> None:
    """F-40: an error is for a person to read."""
    found = _raised(_error(OperationalError, "a" * 5000 + "\nDETAIL: b"), _file(tmp_path / "a.db"))
    assert "\n" not in str(found)
    assert "DETAIL" not in str(found)
    assert len(str(found)) < 600


def test_two_writers_that_read_first_lose_nothing(tmp_path: Path) -> None:
    """F-41: the write lock is taken at the begin, so what was read is still true at the write."""
    engine = _file(tmp_path / "a.db")
    with write_transaction(engine) as connection:
        _execute(connection, "CREATE TABLE t (a integer)", "INSERT INTO t VALUES (0)")
    together = threading.Barrier(2, timeout=20)

    def count_up() -> None:
        own = _file(tmp_path / "a.db")
        together.wait()
        for _ in range(40):
            with write_transaction(own) as connection:
                seen = connection.scalar(text("SELECT a FROM t"))
                connection.execute(text("UPDATE t SET a = :a"), {"a": seen + 1})

    with ThreadPoolExecutor(2) as pool:
        for writer in [pool.submit(count_up) for _ in range(2)]:
            writer.result(20)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT a FROM t")) == 80


def test_a_copy_that_nobody_may_write_is_read_without_files_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O-1: a backup on a read-only disk; with WAL SQLite would have to make files there."""
    url = f"sqlite:///{tmp_path / 'a copy.db'}"
    engine = open_database(url)
    migrate(engine)
    engine.dispose()
    monkeypatch.setattr(os, "access", lambda *_: False)
    copy = open_database(url)

    with database_errors(copy), copy.connect() as connection:
        assert connection.execute(select(lock_table)).all() is not None
        assert [file.name for file in tmp_path.iterdir()] == ["a copy.db"]
    with pytest.raises(CRMServiceError), write_transaction(copy) as connection:
        connection.execute(insert(lock_table).values(name="a", counter=0))
    copy.dispose()


def test_what_somebody_still_writes_is_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-45: a log beside the file is read with it, whoever may write there."""
    url = f"sqlite:///{tmp_path / 'live.db'}"
    engine = open_database(url)
    migrate(engine)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with engine.connect(), write_transaction(engine) as writing:
        writing.execute(insert(lock_table).values(name="new", counter=0))
    other = open_database(url)

    with engine.connect() as held, other.connect() as connection:
        held.execute(select(lock_table))
        assert connection.execute(select(lock_table.c.name)).scalars().all() == ["new"]
    for each in (engine, other):
        each.dispose()
