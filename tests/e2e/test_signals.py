"""SIGTERM and SIGINT at any moment: the documented exit code, and never a traceback."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from services.assembly import signals
from shared.errors import ExitCode
from tests.builders import raw_mail
from tests.deployment import Deployment
from tests.servers.firebird import Firebird
from tests.servers.processes import wait_until

CRMSERVICE = Path(sys.executable).with_name("crmservice")
MOMENTS = (0.0, 0.03, 0.06, 0.15, 0.4, 0.8, 1.2)
"""Seconds of its own processor time that a process has had: the same on a busy machine."""

IDLE_SECONDS = 3.0

_TICKS = os.sysconf("SC_CLK_TCK")
_HEAVY = ("typer", "rich", "pydantic", "sqlalchemy", "structlog", "lxml", "services.assembly.run")


def _seconds(pid: int) -> float:
    """Processor time of a process so far."""
    words = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / _TICKS


def _hears(pid: int) -> bool:
    """Whether a handler for SIGTERM, the later of both, is there: what was before is Python's."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


@contextmanager
def _called(deployment: Deployment, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command line in a process of its own, which does not outlive the test."""
    with subprocess.Popen(
        [str(CRMSERVICE), *arguments],
        env=deployment.environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(params=["sqlite", "firebird"])
def deployment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    """A box and an ERP, for `run` and `check`."""
    with ExitStack() as stack:
        url = None
        if request.param == "firebird":
            server: Firebird = request.getfixturevalue("firebird")
            url = stack.enter_context(server.database())
        deployed = Deployment(tmp_path, "", url)
        stack.callback(deployed.close)
        yield deployed


def _signalled(
    deployment: Deployment, arguments: list[str], which: signal.Signals, moment: float
) -> tuple[int, str] | None:
    """Exit code and standard error; None where Python itself had not begun with our code."""
    with _called(deployment, *arguments) as process:
        had, since = 0.0, time.monotonic()

        def ready() -> bool:
            nonlocal had, since
            if process.poll() is not None:
                return True
            before, had = had, _seconds(process.pid)
            since = since if had == before else time.monotonic()
            # One that waits for work has had all that it takes to start.
            return had >= moment or time.monotonic() - since > IDLE_SECONDS

        # A process that ends in between has no file any more.
        with suppress(FileNotFoundError):
            wait_until(ready, f"{moment} s of {arguments}")
        hears = process.poll() is None and _hears(process.pid)
        process.send_signal(which)
        _, told = process.communicate(timeout=60)
        return (process.returncode, told) if hears or process.returncode >= 0 else None


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    ("deployment", "command"),
    [
        ("sqlite", "run"),
        ("sqlite", "check"),
        ("sqlite", "--help"),
        ("firebird", "run"),
        ("firebird", "check"),
    ],
    indirect=["deployment"],
)
def test_a_signal_is_heard_at_any_moment(
    deployment: Deployment, command: str, which: signal.Signals
) -> None:
    """O-6: from the first instruction on; a service told by SIGTERM ends with 0, else it is 130."""
    arguments = [command] if command == "--help" else [command, "-c", str(deployment.config)]
    stopped = 0 if (command, which) == ("run", signal.SIGTERM) else ExitCode.INTERRUPTED
    heard = 0
    for moment in MOMENTS:
        if (found := _signalled(deployment, arguments, which, moment)) is None:
            continue
        code, told = found
        heard += 1
        # What is done before the signal comes is done.
        assert code == stopped or (command != "run" and code == 0), (moment, told)
        assert "Traceback" not in told
        assert "Exception ignored" not in told
        assert ("interrupted" in told) is (code == ExitCode.INTERRUPTED)
    assert heard


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_service_at_work(deployment: Deployment, which: signal.Signals) -> None:
    """O-6, F-14: connected and with mail behind it: an orderly end, whatever the driver does."""
    service = deployment.start("run")
    deployment.drop(
        "a.eml", raw_mail(sender="petr@acme.example", to="jan.novak@firma.cz", subject="A")
    )
    wait_until(lambda: not list(deployment.eml.iterdir()), "the mail to be taken")

    code = service.end(which)

    told = service.log.read_text("utf-8")
    assert code == (0 if which == signal.SIGTERM else ExitCode.INTERRUPTED), told
    assert "Traceback" not in told
    assert "Exception ignored" not in told
    assert "shutdown" not in told
    assert len(deployment.list("journal")) == 1


@pytest.mark.parametrize("deployment", ["sqlite"], indirect=True)
def test_a_signal_behind_sigcont_is_not_lost(deployment: Deployment) -> None:
    """F-14: a process that was stopped and goes on hears a signal, whichever thread gets it."""
    for _ in range(3):
        service = deployment.start("run")
        service.send(signal.SIGSTOP)
        service.send(signal.SIGCONT)
        assert service.end(signal.SIGTERM) == 0


def test_a_command_on_firebird_ends_without_a_word_of_its_driver(
    firebird: Firebird, tmp_path: Path
) -> None:
    """O-6: connections are closed before the driver shuts down; `check` fits Firebird, too."""
    with firebird.database() as url:
        deployment = Deployment(tmp_path, "", url)
        checked = deployment.call("check", "-c", str(deployment.config))
        listed = deployment.call("list", "journal")

    assert (checked.returncode, checked.stderr) == (0, "")
    assert "reachable, fits the mapping" in " ".join(checked.stdout.split())
    assert (listed.returncode, listed.stderr) == (0, "")


def test_nothing_heavy_is_imported_before_signals_are_heard() -> None:
    """O-6: the module of the entry point imports the standard library's lightest, and no more."""
    asked = f"import sys, services.operator.main; print([x for x in {_HEAVY} if x in sys.modules])"

    called = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )

    assert called.stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "heard", "code", "wanted"),
    [
        (["run", "-c", "x"], [signal.SIGTERM], 0, 0),
        (["run", "-c", "x"], [signal.SIGTERM], 130, 0),
        (["writer", "-c", "x"], [signal.SIGTERM, signal.SIGINT], 130, 0),
        (["run", "-c", "x"], [signal.SIGINT, signal.SIGTERM], 0, 130),
        (["mailer", "-c", "x"], [signal.SIGTERM], 0, 0),
        (["--language", "cs", "run", "-c", "x"], [signal.SIGTERM], 0, 0),
        (["--language=cs", "run", "-c", "x"], [signal.SIGTERM], 0, 0),
        (["--language", "cs", "check", "-c", "x"], [signal.SIGTERM], 130, 130),
        (["run", "--once", "-c", "x"], [signal.SIGTERM], 0, 130),
        (["check", "-c", "x"], [signal.SIGTERM], 130, 130),
        (["run", "-c", "x"], [signal.SIGTERM], 78, 78),
        (["run", "-c", "x"], [], 3, 3),
        ([], [signal.SIGINT], 130, 130),
    ],
)
def test_what_a_command_ends_with_depends_on_the_first_signal(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], heard: list[int], code: int, wanted: int
) -> None:
    """O-6: SIGTERM is how services are told to stop; a failure stays a failure."""
    monkeypatch.setattr(signals, "_heard", heard)

    assert signals.ending(code, arguments) == wanted
    assert (signals.DONE, signals.INTERRUPTED) == (ExitCode.DONE, ExitCode.INTERRUPTED)
