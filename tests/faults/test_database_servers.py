"""Servers that are away, slow, locked or gone in mid-work: always the right error, nothing lost."""

import gc
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, insert, make_url, select, text, update
from sqlalchemy.exc import DBAPIError

from shared.errors import TransientError
from shared.netgenium.database import servers
from shared.netgenium.database.engine import (
    ConflictError,
    database_errors,
    open_database,
    write_transaction,
)
from shared.netgenium.database.locks import hold
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.tables import effect_table, lock_table
from tests.servers.ports import DatabaseServer
from tests.servers.processes import HOST, free_port, wait_until
from tests.servers.proxy import Proxy, at_commit, proxied

SECONDS = 30
"""Longest wait for another thread; nothing waits so long unless it hangs."""

Open = Callable[..., Engine]


@pytest.fixture(params=["postgresql", "firebird"])
def server(request: pytest.FixtureRequest) -> DatabaseServer:
    """A running server."""
    found: DatabaseServer = request.getfixturevalue(request.param)
    found.start()
    return found


def _prepare(url: str) -> None:
    engine = open_database(url)
    migrate(engine)
    with write_transaction(engine) as connection:
        for name in ("one", "two"):
            connection.execute(insert(lock_table).values(name=name, counter=0))
    engine.dispose()


@pytest.fixture
def url(server: DatabaseServer) -> Iterator[str]:
    """A database with our own tables and two lock rows."""
    with server.database(prepare=_prepare) as url:
        yield url


@pytest.fixture
def connect(url: str) -> Iterator[Open]:
    """Opens the database, at another port if asked to; every engine is closed afterwards."""
    engines: list[Engine] = []

    def opened(port: int | None = None) -> Engine:
        parsed = make_url(url)
        at = parsed.set(port=port or parsed.port)
        engines.append(open_database(at.render_as_string(hide_password=False)))
        return engines[-1]

    yield opened
    for engine in engines:
        engine.dispose()


def _count_up(engine: Engine, *names: str) -> None:
    with write_transaction(engine) as connection:
        for name in names:
            row = update(lock_table).where(lock_table.c.name == name)
            connection.execute(row.values(counter=lock_table.c.counter + 1))


def _counters(engine: Engine) -> dict[str, int]:
    with database_errors(engine), engine.connect() as connection:
        rows = connection.execute(select(lock_table.c.name, lock_table.c.counter))
        return {row.name: row.counter for row in rows}


def test_a_server_that_is_down_at_the_start_pauses_the_work(connect: Open) -> None:
    """F-40: reading and writing both say that the server is away, and where it should be."""
    nowhere = connect(free_port())
    for use in (_count_up, _counters):
        with pytest.raises(TransientError, match=rf"{HOST}.* cannot be used now") as caught:
            use(nowhere)
        assert "masterkey" not in str(caught.value)


def test_a_server_that_dies_in_mid_transaction_leaves_nothing(
    server: DatabaseServer, connect: Open
) -> None:
    """F-40: what was not committed is gone; the same engine works when the server is back."""
    engine = connect()

    def die_in_between() -> None:
        with write_transaction(engine) as connection:
            hold(connection, "one")
            server.kill()
            hold(connection, "two")

    with pytest.raises(TransientError):
        die_in_between()
    with pytest.raises(TransientError):
        _count_up(engine, "one")
    server.start()
    _count_up(engine, "two")
    assert _counters(engine) == {"one": 0, "two": 1}


def test_connections_from_before_a_restart_are_renewed(
    server: DatabaseServer, connect: Open
) -> None:
    """F-45: several stale connections in the pool; not one mail notices."""
    engine = connect()
    with engine.connect(), engine.connect(), engine.connect():
        pass
    server.kill()
    server.start()
    _count_up(engine, "one")
    with engine.connect() as one, engine.connect() as other:
        assert one.scalar(select(func.count()).select_from(lock_table)) == 2
        assert other.scalar(select(func.count()).select_from(lock_table)) == 2


def test_what_a_lost_server_leaves_open_is_thrown_away_without_a_word(
    server: DatabaseServer, connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-40: a cursor that nobody closed outlives its connection; no destructor prints a failure."""
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda one: told.append(one.exc_value))
    connection = connect().connect()
    cursor = connection.connection.cursor()
    cursor.execute("SELECT name FROM crm_lock")

    server.kill()
    with pytest.raises(DBAPIError):
        connection.exec_driver_sql("SELECT name FROM crm_lock")
    connection.close()
    with warnings.catch_warnings():
        # As in a service, where nobody is told that it was not closed.
        warnings.simplefilter("ignore", ResourceWarning)
        del cursor, connection
        gc.collect()

    assert told == []


def test_connections_that_the_network_cut_are_renewed(
    server: DatabaseServer, connect: Open
) -> None:
    """F-45: a firewall that forgets idle connections."""
    with proxied(server.port) as proxy:
        engine = connect(proxy.port)
        _count_up(engine, "one")
        proxy.cut()
        _count_up(engine, "one")
        assert _counters(engine) == {"one": 2, "two": 0}
        engine.dispose()


@pytest.mark.parametrize(
    ("when", "committed"), [(Proxy.cut_before, False), (Proxy.cut_after, True)]
)
def test_a_connection_lost_during_commit_is_told_as_passing(
    server: DatabaseServer,
    connect: Open,
    when: Callable[[Proxy, Callable[[bytes], bool]], None],
    committed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """F-44: nobody knows what became of it; who tries again finds the row, or does not."""
    cause = {"cause_id": UUID(int=8), "cause_kind": "mail"}
    row = {"command_id": UUID(int=7), **cause, "kind": "k", "entity": "e"}
    with proxied(server.port) as proxy:
        engine = connect(proxy.port)
        _counters(engine)
        when(proxy, at_commit(server.name))
        with pytest.raises(TransientError), write_transaction(engine) as connection:
            connection.execute(insert(effect_table).values(**row, record_id=9))
        with write_transaction(engine) as connection:
            found = connection.scalar(select(effect_table.c.record_id))
            assert found == (9 if committed else None)
        engine.dispose()


def test_two_that_wait_for_each_other_end(connect: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """F-41: of two transactions in opposite order one goes on, the other is told to try again."""
    monkeypatch.setattr("shared.netgenium.database.firebird.LOCK_SECONDS", 6)
    together = threading.Barrier(2, timeout=SECONDS)

    def write(names: tuple[str, str]) -> str:
        engine = connect()
        try:
            with write_transaction(engine) as connection:
                for step, name in enumerate(names):
                    row = update(lock_table).where(lock_table.c.name == name)
                    connection.execute(row.values(counter=lock_table.c.counter + 1))
                    if step == 0:
                        together.wait()
        except TransientError as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(write, [("one", "two"), ("two", "one")], timeout=SECONDS))
    assert sorted(ends) == ["ConflictError", "done"]
    assert _counters(connect()) == {"one": 1, "two": 1}


def test_writers_of_one_row_lose_nothing(connect: Open) -> None:
    """F-48: who came second waits; told to try again, it sees what the first has written."""
    together = threading.Barrier(3, timeout=SECONDS)

    def write(_writer: int) -> None:
        engine = connect()
        together.wait()
        for _ in range(10):
            for _try in range(100):
                with suppress(ConflictError):
                    _count_up(engine, "one")
                    break

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(3), timeout=SECONDS))
    assert _counters(connect())["one"] == 30


def test_writers_that_make_and_take_locks_at_once_all_get_them(connect: Open) -> None:
    """NG-4: nobody fails, whoever is first; what the holder before has written is seen."""
    together = threading.Barrier(3, timeout=SECONDS)

    def write(_writer: int) -> None:
        engine = connect()
        together.wait()
        for number in range(10):
            with write_transaction(engine) as connection:
                hold(connection, f"new {number}")
                seen = connection.scalar(
                    select(lock_table.c.counter).where(lock_table.c.name == "one")
                )
                assert seen is not None
                row = update(lock_table).where(lock_table.c.name == f"new {number}")
                connection.execute(row.values(counter=lock_table.c.counter + 10))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(3), timeout=SECONDS))
    counters = _counters(connect())
    assert {count // 10 for name, count in counters.items() if "new" in name} == {3}


def test_a_lock_is_not_waited_for_without_end(
    connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-42: the other writer still has it after the longest wait."""
    holder = connect()
    # Firebird's first: its module takes the other's number over when it is imported.
    monkeypatch.setattr("shared.netgenium.database.firebird.LOCK_SECONDS", 3)
    monkeypatch.setattr(servers, "LOCK_SECONDS", 1)
    waiting = connect()
    with write_transaction(holder) as connection:
        hold(connection, "one")
        with pytest.raises(TransientError) as caught:
            _count_up(waiting, "one")
        # Firebird tells the end of its patience in the words of a deadlock.
        lost_race = waiting.dialect.name != "postgresql"
        assert isinstance(caught.value, ConflictError) is lost_race


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_a_statement_ends_by_itself(connect: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """F-42: PostgreSQL ends what takes too long; Firebird 3 has no such limit."""
    monkeypatch.setattr(servers, "STATEMENT_SECONDS", 1)
    engine = connect()
    with (
        pytest.raises(TransientError, match="statement timeout"),
        database_errors(engine),
        engine.connect() as connection,
    ):
        connection.execute(text("SELECT pg_sleep(20)"))


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_a_forgotten_transaction_ends_by_itself(
    connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-42: PostgreSQL takes the locks of a writer that hangs; the others go on."""
    monkeypatch.setattr(servers, "IDLE_SECONDS", 1)
    engine, other = connect(), connect()

    def hang() -> None:
        with write_transaction(engine) as connection:
            hold(connection, "one")
            _count_up(other, "one")
            hold(connection, "two")

    with pytest.raises(TransientError):
        hang()
    assert _counters(other) == {"one": 1, "two": 0}


def test_a_server_that_says_nothing_is_given_up(
    server: DatabaseServer, connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-40: connections are taken, but no answer comes."""
    monkeypatch.setattr(servers, "CONNECT_SECONDS", 2)
    monkeypatch.setattr("shared.netgenium.database.firebird.CONNECT_SECONDS", 2)
    with proxied(server.port) as proxy:
        proxy.pause()
        engine = connect(proxy.port)
        with pytest.raises(TransientError):
            _counters(engine)
        proxy.resume()
        wait_until(lambda: len(_counters(engine)) == 2, "the server behind the proxy")
        engine.dispose()
