"""The leader of the database becomes a standby: nobody cuts its connections, it only says no."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, make_url, select, update

from shared.errors import TransientError
from shared.netgenium.database.engine import database_errors, open_database, write_transaction
from shared.netgenium.database.probe import answers, takes_writes
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.tables import lock_table
from tests.builders import raw_mail
from tests.deployment import Deployment
from tests.installation import COMPANY
from tests.servers.firebird import Firebird
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import HOST, wait_until
from tests.servers.proxy import proxied

Pair = tuple[PostgreSQL, PostgreSQL]


@pytest.fixture(scope="module")
def _servers() -> Iterator[Pair]:
    pair = PostgreSQL(), PostgreSQL()
    for server in pair:
        server.start()
    yield pair
    for server in pair:
        server.remove()


@pytest.fixture
def pair(_servers: Pair) -> Iterator[Pair]:
    """A leader, and a standby that takes no writes yet."""
    leader, standby = _servers
    standby.read_only(True)
    yield leader, standby
    for server in _servers:
        server.read_only(False)


def _prepare(url: str) -> None:
    engine = open_database(url)
    migrate(engine)
    with write_transaction(engine) as connection:
        connection.execute(insert(lock_table).values(name="one", counter=0))
    engine.dispose()


@pytest.fixture
def database(pair: Pair) -> Iterator[str]:
    """The URL of a database of one name on both servers; it leads to the leader."""
    for server in pair:
        server.read_only(False)
    with ExitStack() as stack:
        urls = [stack.enter_context(server.database(prepare=_prepare)) for server in pair]
        assert len({make_url(url).database for url in urls}) == 1
        pair[1].read_only(True)
        yield urls[0]
        for server in pair:
            server.read_only(False)


def _switch(pair: Pair) -> None:
    leader, standby = pair
    leader.read_only(True)
    standby.read_only(False)


def _count_up(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        connection.execute(update(lock_table).values(counter=lock_table.c.counter + 1))


def _counter(engine: Engine) -> int | None:
    with database_errors(engine), engine.connect() as connection:
        return connection.scalar(select(lock_table.c.counter))


def _recovers(engine: Engine, switch: Callable[[], None]) -> None:
    _count_up(engine)
    with engine.connect(), engine.connect(), engine.connect():
        pass

    switch()

    def refused() -> bool:
        try:
            _count_up(engine)
        except TransientError:
            return True
        return False

    # A session learns of it at its next transaction, so one more may still get through.
    wait_until(refused, "the old leader to refuse")
    _count_up(engine)
    _count_up(engine)
    assert _counter(engine) == 2


def test_behind_a_relay_the_next_transaction_gets_a_new_connection(
    pair: Pair, database: str
) -> None:
    """F-40, F-45: one refusal proves every pooled connection useless; the relay knows better."""
    leader, standby = pair
    with proxied(leader.port) as relay:
        at_relay = make_url(database).set(port=relay.port)
        engine = open_database(at_relay.render_as_string(hide_password=False))

        def switch() -> None:
            relay.lead_to(standby.port)
            _switch(pair)

        _recovers(engine, switch)
        engine.dispose()


def _of_both(pair: Pair, database: str) -> str:
    hosts = ",".join(f"{HOST}:{server.port}" for server in pair)
    name = make_url(database).database
    return f"postgresql+psycopg://postgres@/{name}?host={hosts}&target_session_attrs=read-write"


def test_of_several_hosts_the_one_that_writes_is_found(pair: Pair, database: str) -> None:
    """F-40, F-45: the URL names both; whichever takes writes now is the one."""
    engine = open_database(_of_both(pair, database))
    _recovers(engine, lambda: _switch(pair))
    engine.dispose()


def test_a_standby_answers_but_takes_no_writes(pair: Pair, database: str) -> None:
    """F-40: a writer waits for a leader; who only reads goes on."""
    engine = open_database(database)
    takes_writes(engine)
    pair[0].read_only(True)

    def refuses() -> bool:
        try:
            takes_writes(engine)
        except TransientError:
            return True
        return False

    wait_until(refuses, "the probe of the writer to refuse")
    answers(engine)
    engine.dispose()


def test_a_running_service_follows_the_leader(pair: Pair, tmp_path: Path) -> None:
    """F-40: `run` reads and writes at the new leader, without a restart and without a loss."""
    standby = pair[1]
    standby.read_only(False)
    with ExitStack() as stack:
        urls = [stack.enter_context(server.database()) for server in pair]
        # Both have the company, as if one were the other's replica.
        old, new = (Deployment(tmp_path / str(n), "", url) for n, url in enumerate(urls))
        standby.read_only(True)
        deployment = Deployment(tmp_path / "both", "", _of_both(pair, urls[0]), company=COMPANY)
        service = deployment.start("run")
        _drop(deployment, 1)
        wait_until(lambda: len(old.list("journal")) == 1, "the first mail")

        _switch(pair)
        _drop(deployment, 2)

        wait_until(lambda: len(new.list("journal")) == 1, "the second mail", 90)
        wait_until(lambda: service.ready, "readiness", 90)
        assert service.end() == 0
        assert len(new.list("activities")) == 1
        for server in pair:
            server.read_only(False)


def _drop(deployment: Deployment, number: int) -> None:
    mail = raw_mail(sender="petr@acme.example", to="jan.novak@firma.cz", subject=f"Mail {number}")
    deployment.drop(f"{number}.eml", mail)


@pytest.mark.parametrize("proof", [answers, takes_writes])
def test_a_probe_tells_that_firebird_is_away(
    firebird: Firebird, proof: Callable[[Engine], None], caplog: pytest.LogCaptureFixture
) -> None:
    """F-40: the same probe on every database; broken connections are let go without a traceback."""
    with firebird.database(prepare=_prepare) as url:
        engine = open_database(url)
        proof(engine)
        firebird.kill()
        with pytest.raises(TransientError, match="cannot be used now"):
            proof(engine)
        firebird.start()
        proof(engine)
        engine.dispose()
    assert "terminating" not in caplog.text
