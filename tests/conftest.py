"""What every test has."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import firebird.driver as firebird_driver  # type: ignore[import-untyped]
import psycopg
import pytest
import structlog
from hypothesis import settings
from sqlalchemy import event
from sqlalchemy.pool import Pool

from services.operator import spoken
from shared.file_systems import VOLATILE, file_system_of
from shared.language.language import LanguageName
from shared.log import PENDING, UNWANTED
from tests.servers.dovecot import Dovecot
from tests.servers.firebird import Firebird
from tests.servers.graph.server import GraphServer
from tests.servers.postgresql import PostgreSQL
from tests.servers.rabbitmq import RabbitMQ
from tests.servers.sqlite import Sqlite
from tests.servers.token_server import TokenServer

# How long an example takes depends on what else the machine does: no test asserts it. Each run
# takes other examples, so few are enough for every change; `make fuzz` takes many at once.
settings.register_profile("house", deadline=None, max_examples=25)
settings.register_profile("many", deadline=None, max_examples=1_000)
settings.load_profile("house")


def pytest_configure() -> None:
    """Work on a disk: the program refuses to keep mail in memory, where some hosts have /tmp."""
    if file_system_of(Path(tempfile.gettempdir())) in VOLATILE:
        tempfile.tempdir = "/var/tmp"  # noqa: S108 - by the FHS it outlives a restart


@pytest.fixture(autouse=True)
def _connections_are_closed() -> Iterator[None]:
    """Close what a test's engines have opened: a forgotten connection is a warning, so an error."""
    opened: list[Any] = []

    def remember(connection: Any, _record: object) -> None:
        opened.append(connection)

    event.listen(Pool, "connect", remember)
    yield
    event.remove(Pool, "connect", remember)
    for connection in opened:
        # The server of some has gone: closing them can only say so.
        with suppress(firebird_driver.Error, psycopg.Error):
            connection.close()


@pytest.fixture(autouse=True)
def _nobody_speaks_czech(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the language of a call: a command that a test calls speaks until its process ends."""
    asked: ContextVar[LanguageName | None] = ContextVar("asked_for", default=None)
    monkeypatch.setattr(spoken, "_ASKED_FOR", asked)


@pytest.fixture(autouse=True)
def _logging_is_as_at_the_start() -> Iterator[None]:
    """A command that a test calls sets up logging, to a stream that ends with the test."""
    yield
    # With no event, the next test's first one would write to a stream that has been closed.
    PENDING.clear()
    UNWANTED.clear()
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def sqlite() -> Iterator[Sqlite]:
    """Ask it for a `database`, as the servers."""
    server = Sqlite()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A running PostgreSQL server; ask it for a `database`."""
    server = PostgreSQL()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def firebird() -> Iterator[Firebird]:
    """A running Firebird server; ask it for a `database`."""
    server = Firebird()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    """A running RabbitMQ node; ask it for a `vhost`."""
    server = RabbitMQ()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def _token_server() -> Iterator[TokenServer]:
    server = TokenServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def token_server(_token_server: TokenServer) -> TokenServer:
    """A running token server, as new."""
    _token_server.start()
    _token_server.reset()
    return _token_server


@pytest.fixture(scope="session")
def _graph_server() -> Iterator[GraphServer]:
    server = GraphServer()
    yield server
    server.remove()


@pytest.fixture
def graph(_graph_server: GraphServer) -> Iterator[GraphServer]:
    """A running double of Microsoft Graph, as new."""
    _graph_server.reset()
    _graph_server.start()
    yield _graph_server
    _graph_server.company.faults.clear()


@pytest.fixture(scope="session")
def dovecot(_token_server: TokenServer) -> Iterator[Dovecot]:
    """A running Dovecot, which trusts the tokens of `token_server`; add a box to it."""
    server = Dovecot(_token_server.introspection_url)
    server.start()
    yield server
    server.remove()
