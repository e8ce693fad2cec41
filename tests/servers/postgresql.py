"""A private PostgreSQL server."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.servers.ports import Prepare
from tests.servers.processes import (
    HOST,
    ServerProcess,
    data_folder,
    free_port,
    program,
    unprivileged,
)

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
_INITDB = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]


class PostgreSQL:
    """A server with its own data; `kill` and `start` again keep what was committed.

    PostgreSQL refuses to run as root, so it then runs as `nobody`. It flushes nothing: a test
    ends processes, never the machine.
    """

    name = "postgresql"

    def __init__(self) -> None:
        """Make the data folder; nothing runs yet."""
        self.port = free_port()
        self._folder = data_folder("postgresql")
        self._made = 0
        self._prepared: dict[tuple[str, Prepare], str] = {}
        if unprivileged():
            shutil.chown(self._folder, "nobody", "nogroup")
        data = self._folder / "data"
        self._initialise(data)
        options = {
            "listen_addresses": HOST,
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": "100",
            "deadlock_timeout": "100ms",
            # Small and quick: each test has a database and some connections of its own.
            "shared_buffers": "32MB",
            "autovacuum": "off",
            "full_page_writes": "off",
        }
        command = [program("postgres", *_PLACES), "-D", str(data)]
        command += ["-p", str(self.port)]
        command += [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
        self._process = ServerProcess(
            command, self._folder / "log", self._answers, privileges=unprivileged()
        )

    def start(self) -> None:
        """Start it, or start it again; nothing happens if it runs."""
        self._process.start()

    def kill(self) -> None:
        """End it in mid-work: every connection is cut, nothing is tidied up."""
        self._process.end(signal.SIGQUIT)

    def read_only(self, yes: bool) -> None:  # noqa: FBT001 - a switch
        """Take writes no more, or again: what a leader does that has become a standby."""
        self._run(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if yes else 'off'}")
        self._run("SELECT pg_reload_conf()")

    def remove(self) -> None:
        """End it and remove its data."""
        self.kill()
        shutil.rmtree(self._folder)

    @contextmanager
    def database(self, charset: str = "UTF8", prepare: Prepare | None = None) -> Iterator[str]:
        """The URL of a fresh database, which is gone afterwards; see `DatabaseServer`."""
        template = self._template(charset, prepare)
        name = self._create(f"TEMPLATE {template}" if prepare else template)
        yield self._url(name)
        self.start()
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _template(self, charset: str, prepare: Prepare | None) -> str:
        """What a new database is made from: an empty one, or the one that `prepare` has filled."""
        locale = "C.UTF-8" if charset == "UTF8" else "C"
        empty = f"TEMPLATE template0 ENCODING '{charset}' LOCALE '{locale}'"
        if prepare is None:
            return empty
        if (charset, prepare) not in self._prepared:
            self._prepared[charset, prepare] = name = self._create(empty)
            prepare(self._url(name))
        return self._prepared[charset, prepare]

    def _create(self, how: str) -> str:
        self._made += 1
        name = f"crm{self._made}"
        self._run(f"CREATE DATABASE {name} {how}")
        return name

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@{HOST}:{self.port}/{database}"

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._address("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _address(self, database: str) -> str:
        return f"host={HOST} port={self.port} user=postgres dbname={database}"

    def _initialise(self, data: Path) -> None:
        initdb = program("initdb", *_PLACES)
        become = ["setpriv", *unprivileged()] if unprivileged() else []
        subprocess.run(
            [*become, initdb, "-D", str(data), *_INITDB],
            cwd=self._folder,
            check=True,
            capture_output=True,
        )
