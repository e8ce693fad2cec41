"""The databases of the benchmark, ours and the bound's: a fresh one for every run.

The servers are those of the tests: they run on this machine, with their data in memory where there
is room, and PostgreSQL without flushing. That flatters neither side: both commit as often.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from tests.servers.firebird import Firebird
from tests.servers.ports import DatabaseServer
from tests.servers.postgresql import PostgreSQL

NAMES = ("sqlite", "postgresql", "firebird")

IN_FOLDER = ""
"""Instead of a URL: an SQLite file in the folder of the run."""

Fresh = Callable[[], AbstractContextManager[str]]


@contextmanager
def running(name: str) -> Iterator[Fresh]:
    """Run the database `name` for the block; each call gives the URL of an empty one."""
    if name == "sqlite":
        yield lambda: nullcontext(IN_FOLDER)
        return
    server: DatabaseServer
    server = private = PostgreSQL() if name == "postgresql" else Firebird()
    try:
        server.start()
        yield server.database
    finally:
        private.remove()
