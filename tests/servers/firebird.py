"""A private Firebird server, version 3 or 4."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.ports import Prepare
from tests.servers.processes import HOST, ServerProcess, data_folder, free_port, listens, program

_USER, _PASSWORD = "SYSDBA", "masterkey"
_SHARED = Path("/usr/share/firebird")


class Firebird:
    """A server with its own users and data; `kill` and `start` again keep what was committed."""

    name = "firebird"

    def __init__(self) -> None:
        """Make the root folder with the database of users; nothing runs yet."""
        self.port = free_port()
        self._version = _version()
        self._folder = data_folder("firebird")
        self._made = 0
        self._prepared: dict[tuple[str, Prepare | None], Path] = {}
        self._environment = {
            "FIREBIRD": str(self._folder),
            "FIREBIRD_LOCK": str(self._folder / "lock"),
            "FIREBIRD_TMP": str(self._folder),
        }
        self._prepare()
        locks = str(self._folder / "lock")
        self._process = ServerProcess(
            [
                self._program("firebird"),
                "-p",
                str(self.port),
                "-e",
                str(self._folder),
                "-el",
                locks,
            ],
            self._folder / "log",
            lambda: listens(self.port),
            environment=self._environment,
        )

    def start(self) -> None:
        """Start it, or start it again; nothing happens if it runs."""
        self._process.start()

    def kill(self) -> None:
        """End it in mid-work: every connection is cut, nothing is tidied up."""
        self._process.end(signal.SIGKILL)

    def remove(self) -> None:
        """End it and remove its data."""
        self.kill()
        shutil.rmtree(self._folder)

    @contextmanager
    def database(self, charset: str = "UTF8", prepare: Prepare | None = None) -> Iterator[str]:
        """The URL of a fresh database, which is gone afterwards; see `DatabaseServer`."""
        path = self._copy(self._original(charset, prepare))
        yield self._url(path)
        path.unlink()
        self.start()

    def _original(self, charset: str, prepare: Prepare | None) -> Path:
        """The file that is copied for a new database: that is quicker than CREATE DATABASE."""
        if (charset, prepare) not in self._prepared:
            if prepare is None:
                path = self._folder / f"empty-{charset}.fdb"
                how = f"page_size 8192 default character set {charset}"
                self._isql(f"create database '{path}' {how};")
            else:
                path = self._copy(self._original(charset, None))
                prepare(self._url(path))
            self._prepared[charset, prepare] = path
        return self._prepared[charset, prepare]

    def _copy(self, original: Path) -> Path:
        self._made += 1
        path = self._folder / f"crm{self._made}.fdb"
        shutil.copyfile(original, path)
        return path

    def _url(self, path: Path) -> str:
        return f"firebird+firebird://{_USER}:{_PASSWORD}@{HOST}:{self.port}/{path}"

    def _prepare(self) -> None:
        root, version = self._folder, self._version
        library = next(Path("/usr/lib").glob(f"*/firebird/{version}"))
        (root / "lock").mkdir()
        # It finds no code page behind a link, and version 4 no plugin.
        for name in ("intl", "plugins"):
            shutil.copytree(library / name, root / name)
        (root / "firebird.msg").symlink_to(library / "firebird.msg")
        for name in ("fbtrace.conf", "plugins.conf"):
            shutil.copyfile(Path("/etc/firebird", version, name), root / name)
        security = root / "security.fdb"
        engine = next(library.glob("plugins/libEngine*.so")).stem.removeprefix("lib")
        settings = {
            # The library of version 4 would look for its own engine, whatever server it serves.
            "Providers": f"Remote,{engine},Loopback",
            "RemoteServicePort": self.port,
            "RemoteBindAddress": HOST,
            "SecurityDatabase": security,
            "AuthServer": "Srp",
            "AuthClient": "Srp",
            "UserManager": "Srp",
            "ServerMode": "Super",
            # So that a proxy can read along.
            "WireCrypt": "Disabled",
            # Seconds until it looks for writers that wait for each other; usually 10.
            "DeadlockTimeout": 1,
        }
        lines = [f"{key} = {value}\n" for key, value in settings.items()]
        (root / "firebird.conf").write_text("".join(lines), "utf-8")
        (root / "databases.conf").write_text(f"security.db = {security}\n", "utf-8")
        self._isql(
            f"create database '{security}'; commit; in '{_SHARED / version / 'security.sql'}';"
            f" create user {_USER} password '{_PASSWORD}'; commit;"
        )

    def _program(self, name: str) -> str:
        # Where Debian has several versions, those on the PATH are scripts that change FIREBIRD.
        return program(name, f"/usr/lib/firebird/{self._version}/bin", "/usr/sbin", "/usr/bin")

    def _isql(self, statements: str) -> None:
        done = subprocess.run(
            [self._program("isql-fb"), "-q", "-bail", "-user", _USER],
            input=statements.replace("; ", ";\n").encode() + b"\n",
            env={**os.environ, **self._environment},
            check=False,
            capture_output=True,
        )
        if done.returncode:
            pytest.fail(f"isql-fb: {(done.stdout + done.stderr).decode('utf-8', 'replace')}")


def _version() -> str:
    """Return the newest installed version, such as `4.0`: two of them can be there."""
    found = sorted(path.parent.name for path in _SHARED.glob("*/security.sql"))
    return found[-1] if found else pytest.fail("Firebird is not installed; run: make servers")
