"""What the tests ask of a database server, whichever it is."""

from contextlib import AbstractContextManager
from typing import Protocol


class DatabaseServer(Protocol):
    """A private server of the test run."""

    name: str
    port: int

    def start(self) -> None:
        """Start it, or start it again; nothing happens if it runs."""

    def kill(self) -> None:
        """End it in mid-work: every connection is cut, nothing is tidied up."""

    def database(self) -> AbstractContextManager[str]:
        """The URL of a fresh empty database, which is gone afterwards."""
