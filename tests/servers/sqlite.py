"""SQLite as the tests see a server: each database is a file of its own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.ports import Prepare
from tests.servers.processes import data_folder


def sqlite_file(path: Path, prepare: Prepare) -> str:
    """Make the file `path`, a copy of the one that `prepare` has filled once; return its URL."""
    path.write_bytes(_prepared(prepare))
    return _url(path)


class Sqlite:
    """Files in memory, where there is room; nothing runs."""

    name = "sqlite"
    port = 0

    def __init__(self) -> None:
        """Make the data folder."""
        self._folder = data_folder("sqlite")
        self._made = 0

    def start(self) -> None:
        """Do nothing."""

    def kill(self) -> None:
        """Do nothing."""

    def remove(self) -> None:
        """Remove its data."""
        shutil.rmtree(self._folder)

    @contextmanager
    def database(
        self,
        charset: str = "UTF8",  # noqa: ARG002 - it has one
        prepare: Prepare | None = None,
    ) -> Iterator[str]:
        """The URL of a fresh database, which is gone afterwards; see `DatabaseServer`."""
        self._made += 1
        path = self._folder / f"crm{self._made}.db"
        yield sqlite_file(path, prepare) if prepare else _url(path)
        # What an engine of the test still holds open can be written to, but is nowhere.
        for file in self._folder.glob(f"{path.name}*"):
            file.unlink()


def _url(path: Path) -> str:
    return f"sqlite:///{path}"


@cache
def _prepared(prepare: Prepare) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.db")
        prepare(_url(path))
        return path.read_bytes()
