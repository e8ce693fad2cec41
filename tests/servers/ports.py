"""What the tests ask of a database server, whichever it is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

Prepare = Callable[[str], None]


class DatabaseServer(Protocol):
    """A private server of the test run."""

    name: str
    port: int

    def start(self) -> None:
        """Start it, or start it again; nothing happens if it runs."""

    def kill(self) -> None:
        """End it in mid-work: every connection is cut, nothing is tidied up."""

    def database(
        self, charset: str = "UTF8", prepare: Prepare | None = None
    ) -> AbstractContextManager[str]:
        """The URL of a fresh database, which is gone afterwards.

        Args:
            charset: In the server's own words.
            prepare: Fills the database with this URL, and keeps no connection. It is called once,
                the next databases are copies.
        """
