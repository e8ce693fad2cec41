"""`crmservice` in processes of its own, without the second that its imports take.

A fork server has imported every command, and each process is a child of it: with arguments, folder,
environment and output of its own, and a beginning as that of the installed program. What a start
itself does (imports, signals before them) is asked of the installed program: `INSTALLED`.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from services.operator.commands import COMMANDS

INSTALLED = Path(sys.executable).with_name("crmservice")

_LATER = (
    "alembic.command",
    "firebird.driver",
    "icalendar",
    "pika",
    "psycopg",
    "rich.progress",
    "services.classifier.custom.book",
    "services.classifier.custom.carried_out",
    "services.classifier.parse.html",
    "services.operator.commands.explain_files",
    "services.operator.commands.explain_recorded",
    "sqlite3",
)
"""What commands import only where they need it, and most tests do."""

_STARTED = multiprocessing.get_context("forkserver")
_STARTED.set_forkserver_preload(
    [
        # First, where the lines that tests reach are marked.
        *(["tests.reached.plugin"] if "tests.reached.plugin" in sys.modules else ()),
        "services.operator.command_line",
        *(f"services.operator.commands.{one.where.partition(':')[0]}" for one in COMMANDS),
        *_LATER,
        # The main module of a test run, which every child would import.
        "pytest",
    ]
)

Main = Callable[[Sequence[str]], None]
"""What a process does with the arguments of its command line."""


class Program:
    """A process of the command line, with the methods of `subprocess.Popen` that tests call.

    Args:
        arguments: Behind the word `crmservice`.
        folder: Where it is called.
        environment: The whole of it.
        output: Files that standard output and standard error are added to.
        main: What runs.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        output: tuple[Path, Path],
        main: Main | None = None,
    ) -> None:
        words = [str(word) for word in arguments]
        self._arguments = words
        self._process = _STARTED.Process(
            target=_begin, args=(main or crmservice, words, folder, dict(environment), output)
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number."""
        number = self._process.pid
        assert number is not None
        return number

    @property
    def returncode(self) -> int | None:
        """Its exit code, below zero after a signal; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit code.

        Raises:
            TimeoutExpired: It runs on after `timeout` seconds.
        """
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self._arguments, timeout or 0.0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it where it stands."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def call(
    arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str], timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end and return what it said.

    Raises:
        TimeoutExpired: It took more than `timeout` seconds; it is killed.
    """
    with TemporaryDirectory(prefix="crm-call-") as kept:
        output = Path(kept, "stdout"), Path(kept, "stderr")
        program = Program(arguments, folder=folder, environment=environment, output=output)
        try:
            code = program.wait(timeout)
        finally:
            program.kill()
        said = [path.read_text("utf-8") for path in output]
    return subprocess.CompletedProcess(arguments, code, *said)


def crmservice(arguments: Sequence[str]) -> None:
    """Run the command line as the installed program does."""
    sys.argv = ["crmservice", *arguments]
    import_module("services.operator.main").main()


def _begin(
    main: Main,
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    output: tuple[Path, Path],
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    for path, number in zip(output, (1, 2), strict=True):
        there = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(there, number)
        os.close(there)
    main(arguments)
