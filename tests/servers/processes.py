"""Starting and ending a server process of the test run, and waiting until it listens."""

import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from glob import glob
from pathlib import Path

import pytest

HOST = "127.0.0.1"

START_SECONDS = 30
"""Longest wait for a server that starts; one that is well needs a fraction of a second."""

_STEP_SECONDS = 0.01
_MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of our own in it
_ROOM_BYTES = 2**30
_PORTS = range(15_000, 32_000)


def program(name: str, *places: str) -> str:
    """The path of the program `name`: on the PATH or in one of `places`, newest version first.

    The test fails where it is missing: a server that is not there proves nothing.
    """
    found = [path for place in places for path in sorted(glob(f"{place}/{name}"), reverse=True)]  # noqa: PTH207 - patterns are absolute
    on_path = shutil.which(name)
    if path := next(iter(found), on_path):
        return path
    return pytest.fail(f"{name} is not installed; run: make servers")


def data_folder(name: str) -> Path:
    """A new folder for the data of a server: in memory where there is room, which is much quicker.

    Nothing is lost by that: a test ends processes, never the machine.
    """
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES
    return Path(tempfile.mkdtemp(prefix=f"crm-{name}-", dir=_MEMORY if roomy else None))


def free_port() -> int:
    """A port of the loopback interface that nobody uses, now or when a server starts again.

    It lies below those that the system gives to outgoing connections and to port 0.
    """
    while True:
        port = secrets.choice(_PORTS)
        with suppress(OSError), socket.create_server((HOST, port)):
            return port


def wait_until(condition: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Wait at most `seconds` until `condition` holds; the test fails, and says `what`, if not."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds} s for {what}")
        select.select([], [], [], _STEP_SECONDS)


def listens(port: int) -> bool:
    """Whether a server takes connections on `port`."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def unprivileged(user: str = "nobody") -> list[str]:
    """Arguments of `setpriv` for a program that must not run as root; none if we are not root."""
    if os.getuid() != 0:
        return []
    return [f"--reuid={user}", "--regid=nogroup", "--clear-groups"]


class ServerProcess:
    """One process of a server, which can be started again after its end."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        answers: Callable[[], bool],
        *,
        environment: Mapping[str, str] | None = None,
        privileges: Sequence[str] = (),
        whole_group: bool = False,
    ) -> None:
        """Take what to run.

        Args:
            command: Program and arguments.
            log: Takes what it says.
            answers: Whether the server can be worked with.
            environment: What it has beside our own.
            privileges: See `unprivileged`.
            whole_group: The program is a script: its children get the signals too.
        """
        # With the test run dies its server, however the run ends.
        last = "TERM" if whole_group else "QUIT"
        self._command = ["setpriv", *privileges, f"--pdeathsig={last}", *command]
        self._whole_group = whole_group
        self._name = Path(command[0]).name
        self._log = log
        self._answers = answers
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers; nothing happens if it runs."""
        if self._process is not None:
            return
        with self._log.open("ab") as log:
            self._process = process = subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=self._log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

        def ready() -> bool:
            if process.poll() is not None:
                pytest.fail(f"{self._name} ended: {self._log.read_text('utf-8', 'replace')}")
            return self._answers()

        wait_until(ready, f"an answer of {self._name}")

    def end(self, with_signal: signal.Signals) -> None:
        """End it and wait until it has gone; nothing happens if it does not run."""
        if self._process is None:
            return
        self.send(with_signal)
        self._process.wait(START_SECONDS)
        self._process = None

    def send(self, which: signal.Signals) -> None:
        """Send a signal to it; nothing happens if it does not run."""
        if self._process is None:
            return
        if self._whole_group:
            os.killpg(self._process.pid, which)
        else:
            self._process.send_signal(which)

    @property
    def pid(self) -> int | None:
        """Of the running process, which leads a group of its own; None if there is none."""
        return self._process.pid if self._process else None
