"""The real command line, as a person and a program call it."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from importlib.metadata import version
from itertools import takewhile
from pathlib import Path
from typing import IO, Any

import pytest

from services.operator.commands import COMMANDS, app
from tests.builders import raw_mail
from tests.program import INSTALLED, call
from tests.servers.processes import free_port

DEMO = Path("demo").absolute()
JAN, PETR = "jana.kralova@lisovna.example", "petr.svoboda@strojirny.example"
DEAD_LETTERS = tuple(f"dead-letters {name}" for name in ("list", "show", "release", "drop"))
CALENDAR = tuple(
    f"calendar {name}"
    for name in ("sync", "status", "held", "release", "refuse", "restore", "explain")
)
MARKS = ("marks release", "marks refuse")
MAIL = tuple(f"mail {name}" for name in ("list", "show", "retry", "drop", "test", "preview"))
RULES = tuple(f"rules {name}" for name in ("check", "schema", "try"))
WORDS = (
    *(
        one.name
        for one in COMMANDS
        if one.name not in {"dead-letters", "calendar", "mail", "marks", "rules"}
    ),
    *DEAD_LETTERS,
    *CALENDAR,
    *MARKS,
    *MAIL,
    *RULES,
)
SECRET = "Tr0ub4dor-and-3"


class Shell:
    """A folder with a box, and the command line called in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.eml = folder / "eml"
        self.eml.mkdir()
        (folder / "erp").mkdir()
        self.config = folder / "crm.xml"
        self.write_config()

    def write_config(self, **keys: str) -> None:
        """Write the box's file; `keys` beside the usual ones."""
        usual = {
            "rootPath": str(self.folder / "erp"),
            "pop3Email": "crm@lisovna.example",
            "emlDir": str(self.eml),
            "emlSettleSeconds": "0",
        }
        lines = [f'<add key="{key}" value="{value}" />' for key, value in (usual | keys).items()]
        joined = "\n".join(lines)
        self.config.write_text(
            f"<configuration>\n<appSettings>\n{joined}\n</appSettings>\n</configuration>\n", "utf-8"
        )

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """The environment of a call: nothing of the caller's own settings."""
        return {
            "PATH": os.environ["PATH"],
            "CRMSERVICE_DATA": str(self.folder / "data"),
            "LANG": "C.UTF-8",
            **more,
        }

    def __call__(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return call(arguments, folder=self.folder, environment=self.environment(more))

    def into(
        self, output: IO[str], *arguments: str, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """A call whose standard output goes to a file of the caller."""
        return subprocess.run(
            [INSTALLED, *arguments],
            cwd=self.folder,
            env=self.environment(more),
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )

    def on_a_terminal(self, *arguments: str, **more: str) -> str:
        """What a call writes to a terminal."""
        ours, theirs = os.openpty()
        try:
            with os.fdopen(theirs, "w") as terminal:
                self.into(terminal, *arguments, TERM="xterm", **more)
                os.set_blocking(ours, False)
                return os.read(ours, 64 * 1024).decode()
        finally:
            os.close(ours)

    def json(self, *arguments: str) -> list[Any]:
        """The lines of a `--json` call that must succeed."""
        result = self(*arguments, "--json")
        assert result.returncode == 0, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]


@contextmanager
def running(shell: Shell, *arguments: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """The command line beside the test; whatever becomes of the test, it does not outlive it."""
    with subprocess.Popen(
        [INSTALLED, *arguments],
        cwd=shell.folder,
        env=shell.environment(more),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A folder without a database."""
    return Shell(tmp_path)


@pytest.fixture
def ready(shell: Shell) -> Shell:
    """A folder with the demo's company."""
    result = shell("init-db", "--company", str(DEMO / "company.toml"))
    assert result.returncode == 0, result.stderr
    return shell


def test_mails_go_in_and_activities_come_out(ready: Shell) -> None:
    """O-6: `run --once --json` prints a line a mail and ends with 0; `list` shows what was made."""
    (ready.eml / "a.eml").write_bytes(raw_mail("Zakázka: 123\n", sender=PETR, to=JAN))

    (told,) = ready.json("run", "--once", "--config", "crm.xml")

    (activity,) = ready.json("list", "activities")
    (journal,) = ready.json("list", "journal")
    assert told["verdict"] == ["PROCESSED"]
    assert told["mail_id"] == activity["mail_id"] == journal["mail_id"]
    assert (activity["contract"], activity["relationship"]) == ("123", "Strojírny Morava a.s.")
    assert set(journal) == {
        "mail_id",
        "box",
        "subject",
        "from",
        "message_id",
        "verdict",
        "received_at",
        "key",
        "backup",
        "flags",
    }


def test_explain_tells_what_run_does_and_writes_nothing(ready: Shell) -> None:
    """O-1: `explain` gives the verdict and commands that `run` then makes; nothing is written."""
    (ready.eml / "a.eml").write_bytes(raw_mail("Zakázka: 123\n", sender=PETR, to=JAN))

    (explained,) = ready.json("explain", "eml", "--config", "crm.xml")

    assert ready.json("list", "journal") == []
    assert (ready.eml / "a.eml").exists()
    (told,) = ready.json("run", "--once", "--config", "crm.xml")
    (activity,) = ready.json("list", "activities")
    (command,) = explained["commands"]
    assert explained["verdict"] == told["verdict"]
    assert {key: activity[key] for key in command if key in activity} == {
        key: value for key, value in command.items() if key in activity
    }
    assert set(explained) == {
        *("file", "proof", "verdict", "direction", "flags", "commands", "trace", "bounce", "mail"),
    }
    assert set(explained["mail"]) == {
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message_id",
        "text",
        "own_text",
        "attachments",
        "auto_submitted",
        "defects",
    }


def test_a_processed_mail_is_no_duplicate_of_itself(ready: Shell) -> None:
    """R-e: after a mail was processed, `explain` still tells its own verdict; a copy is one."""
    raw = raw_mail(sender=PETR, to=JAN)
    (ready.eml / "a.eml").write_bytes(raw)
    ready.json("run", "--once", "--config", "crm.xml")
    (ready.folder / "same.eml").write_bytes(raw)
    (ready.folder / "copy.eml").write_bytes(b"Received: by mx\n" + raw)

    same, copy = ready.json("explain", "same.eml", "copy.eml", "--config", "crm.xml")

    assert same["verdict"] == ["PROCESSED"]
    assert copy["verdict"] == ["DUPLICATE KEY", "DELETED"]
    assert copy["direction"] is None


def test_explain_goes_on_behind_a_bad_file(ready: Shell) -> None:
    """O-6: an unreadable file is an object with its error; the rest follow; exit code 3."""
    (ready.folder / "good.eml").write_bytes(raw_mail(sender=PETR, to=JAN))

    result = ready("explain", "nowhere.eml", "good.eml", "--config", "crm.xml", "--json")

    first, second = map(json.loads, result.stdout.splitlines())
    assert set(first) == {"file", "error"}
    assert second["verdict"] == ["PROCESSED"]
    assert result.returncode == 3


def test_explain_survives_odd_files_and_names(ready: Shell) -> None:
    """O-6: a pipe, a name that is too long and an empty file stop nothing."""
    folder = ready.folder / "odd"
    folder.mkdir()
    os.mkfifo(folder / "a.eml")
    (folder / "b.eml").write_bytes(b"")

    result = ready("explain", "n" * 300, "odd", "--config", "crm.xml", "--json")

    long, pipe, empty = map(json.loads, result.stdout.splitlines())
    assert "error" in long
    assert "error" in pipe
    assert empty["verdict"] == ["SPAM", "DELETED"]
    assert result.returncode == 3


def test_a_subject_that_the_terminal_lacks_stops_nothing(ready: Shell) -> None:
    """O-6: characters outside the terminal's encoding are escaped, and the mail is done."""
    (ready.eml / "a.eml").write_bytes(raw_mail(subject="Hi \U0001f600", sender=PETR, to=JAN))

    result = ready("run", "--once", "--config", "crm.xml", PYTHONIOENCODING="iso8859-2")

    assert result.returncode == 0
    assert "PROCESSED" in result.stdout
    assert list(ready.eml.iterdir()) == []


def test_one_boxs_trouble_is_not_anothers(ready: Shell) -> None:
    """F-40: a service goes on with the box that works while another's folder is away."""
    other = ready.folder / "other.xml"
    away = ready.folder / "away"
    away.mkdir()
    text = ready.config.read_text("utf-8").replace(str(ready.eml), str(away))
    other.write_text(text.replace("crm@lisovna", "crm2@lisovna"), "utf-8")
    arguments = ("run", "--config", "other.xml", "--config", "crm.xml")
    with running(ready, *arguments, PYTHONUNBUFFERED="1") as service:
        assert service.stdout is not None
        (ready.eml / "a.eml").write_bytes(raw_mail(sender=PETR, to=JAN))
        assert "PROCESSED" in service.stdout.readline()
        away.rmdir()
        (ready.eml / "b.eml").write_bytes(raw_mail(subject="next", sender=PETR, to=JAN))
        assert "next" in service.stdout.readline()
        service.send_signal(signal.SIGTERM)
        service.communicate(timeout=30)

    assert service.returncode == 0


def test_what_was_done_is_told_beside_one_boxs_trouble(ready: Shell) -> None:
    """F-40: `run --once` with a mailbox that is away ends with 5 and sums up the other's mail."""
    other = ready.folder / "other.xml"
    text = ready.config.read_text("utf-8").replace("crm@lisovna", "crm2@lisovna")
    keys = '<add key="imapUrl" value="127.0.0.1:1"/><add key="pop3Password" value="p"/>'
    away = text.replace(f'<add key="emlDir" value="{ready.eml}" />', keys)
    assert away != text
    other.write_text(away, "utf-8")
    (ready.eml / "a.eml").write_bytes(raw_mail(sender=PETR, to=JAN))

    result = ready("run", "--once", "--config", "other.xml", "--config", "crm.xml")

    assert result.returncode == 5, result.stderr
    assert "1 mail(s) processed" in result.stderr


def test_a_box_that_is_switched_off_is_not_read(ready: Shell) -> None:
    """E-5: its mail stays where it is, and the other box's is processed."""
    off = ready.folder / "off"
    off.mkdir()
    text = ready.config.read_text("utf-8").replace(str(ready.eml), str(off))
    text = text.replace("crm@lisovna", "off@lisovna")
    text = text.replace("</appSettings>", '<add key="enabled" value="false" />\n</appSettings>')
    (ready.folder / "off.xml").write_text(text, "utf-8")
    for folder in (ready.eml, off):
        (folder / "a.eml").write_bytes(raw_mail(sender=PETR, to=JAN))

    result = ready("run", "--once", "--config", "off.xml", "--config", "crm.xml")

    assert result.returncode == 0, result.stderr
    assert [path.name for path in off.iterdir()] == ["a.eml"]
    assert list(ready.eml.iterdir()) == []


def test_a_box_that_is_alone_and_switched_off_is_no_mistake(ready: Shell) -> None:
    """E-5: nothing is read, which is said, and the call is good; a key without effect is told."""
    ready.write_config(enabled="false", disposeAfter="recorded")
    (ready.eml / "a.eml").write_bytes(raw_mail(sender=PETR, to=JAN))

    result = ready("run", "--once", "--config", "crm.xml")

    assert result.returncode == 0, result.stderr
    assert "no box is enabled" in result.stderr
    assert "disposeAfter does nothing here" in result.stderr
    assert [path.name for path in ready.eml.iterdir()] == ["a.eml"]


def test_check_status_and_errors_are_czech_where_that_is_asked_for(ready: Shell) -> None:
    """O-11: by the option before the command, or by the locale; JSON and logs stay English."""
    ready.write_config(emlDir=str(ready.folder / "nowhere"))

    checked = ready("--language", "cs", "check", "--config", "crm.xml")
    as_json = ready("--language", "cs", "check", "--config", "crm.xml", "--json")
    status = ready("status", "--config", "crm.xml", LC_ALL="cs_CZ.UTF-8")
    wrong = ready("undo", "x", "--by", "Jana", LC_ALL="cs_CZ.UTF-8")
    unknown = ready("--language", "de", "status", "--config", "crm.xml")

    told = " ".join(checked.stdout.split())
    assert "vytvořte ho, nebo opravte emlDir" in told
    assert "schránek: 1, souborů: 1" in told
    assert "nelze číst" in told
    assert "create it or correct emlDir" in as_json.stdout
    assert "neexistuje, nebo není vidět" in status.stdout
    assert "není id e-mailu" in wrong.stderr
    assert (unknown.returncode, "There are cs, en" in unknown.stderr) == (2, True)


def test_explain_shows_a_person_the_whole_trace(ready: Shell) -> None:
    """O-1: for a person, the trace is a table without escape codes in a pipe."""
    (ready.folder / "a.eml").write_bytes(raw_mail(sender=PETR, to=JAN))

    shown = ready("explain", "a.eml", "--config", "crm.xml").stdout

    for expected in ("PROCESSED", "R-1", "R-15", "A-2", "linked by", "incoming, for"):
        assert expected in shown
    assert "\x1b" not in shown


def test_a_mail_that_cannot_be_processed_ends_with_3(ready: Shell) -> None:
    """O-6, I-7: a link in emlDir goes to failed/, the neighbour is processed, exit code 3."""
    (ready.eml / "link.eml").symlink_to("/etc/hostname")
    (ready.eml / "a.eml").write_bytes(raw_mail(sender=PETR, to=JAN))

    result = ready("run", "--once", "--config", "crm.xml")

    assert result.returncode == 3
    assert "PROCESSED" in result.stdout
    assert "failed/" in result.stderr
    assert (ready.eml / "failed" / "link.eml.reason.txt").exists()


def test_every_mistake_in_a_configuration_is_told_at_once(shell: Shell) -> None:
    """I-1: near-miss keys and bad values with line and remedy, exit 78, the secret nowhere."""
    shell.config.write_text(
        '<configuration><appSettings>\n<add key="rotPath" value="/erp" />\n'
        '<add key="pop3Email" value="crm@firma.cz" />\n<add key="stopFrom" value="25:00" />\n'
        f'<add key="pop3Pasword" value="{SECRET}" />\n<add key="emldir" value="/eml" />\n'
        "</appSettings></configuration>",
        "utf-8",
    )

    for command in (("run", "--once"), ("explain", "x.eml"), ("check",)):
        result = shell(*command, "--config", "crm.xml")
        told = " ".join((result.stdout + result.stderr).split())
        assert result.returncode == 78, command
        for expected in ("crm.xml:2", "rootPath", "crm.xml:4", "25:00", "pop3Password", "emlDir"):
            assert expected in told, (command, expected)
        assert SECRET not in told
        assert "Traceback" not in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("explian", "a.eml"), "Did you mean 'explain'"),
        (("list", "activites"), "Did you mean activities?"),
        (("list", "activity"), "Did you mean activities?"),
        (("grants", "--dialect", "postgres"), "Did you mean postgresql?"),
        (("run",), "--config"),
        (("run",), "try: crmservice run --help"),
        (("run", "--onse", "--config", "crm.xml"), "--once"),
        (("list", "tasks", "--jsn"), "try: crmservice list --help"),
        (
            ("dead-letters", "relese"),
            "Did you mean 'release'?\ntry: crmservice dead-letters --help",
        ),
        (("dead-letters", "show"), "try: crmservice dead-letters show --help"),
        (("list", "tasks", "--limit"), "try: crmservice list --help"),
        (("mail", "list", "--limit"), "try: crmservice mail list --help"),
        (
            ("explain", "--nope", "--language", "cs"),
            "volba --nope není\nzkuste: crmservice explain",
        ),
        ((), "explain"),
        (("dead-letters",), "release"),
    ],
)
def test_wrong_use_ends_with_2_and_a_hint(
    shell: Shell, arguments: tuple[str, ...], told: str
) -> None:
    """O-6: wrong use is exit code 2 with what was meant; never a traceback."""
    result = shell(*arguments)

    assert result.returncode == 2
    assert told in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [(), ("dead-letters",)])
def test_a_group_without_a_command_shows_its_help_alone(
    shell: Shell, arguments: tuple[str, ...]
) -> None:
    """O-6: what there is, without a complaint around it."""
    told = shell(*arguments).stderr

    assert told.startswith("Usage: crmservice")
    assert "try:" not in told


@pytest.mark.parametrize("command", WORDS)
def test_help_fits_a_terminal_and_has_examples(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """O-6: the help of each command fits 80 columns and shows examples, a line each."""
    # Within this process: there are dozens of commands.
    monkeypatch.setenv("COLUMNS", "80")
    app([*command.split(), "--help"], standalone_mode=False)
    shown = capsys.readouterr().out
    app([*command.split(), "-h"], standalone_mode=False)

    assert capsys.readouterr().out == shown
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    assert "\\b" not in shown
    begin = next(at for at, line in enumerate(lines) if line in ("  Example:", "  Examples:"))
    examples = list(takewhile(str.strip, lines[begin + 1 :]))
    assert examples
    assert [one for one in examples if not one.startswith(f"    crmservice {command}")] == []


def test_the_version_is_told(shell: Shell) -> None:
    """O-6: `--version` names the program and its version, for bug reports."""
    result = shell("--version")

    assert result.returncode == 0
    assert result.stdout == f"crmservice {version('crmservice')}\n"


def test_completion_is_there(shell: Shell) -> None:
    """O-6: the command line writes its own completion."""
    # Else typer asks which shell has called it, and may not know that of the test run.
    result = shell("--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")

    assert result.returncode == 0
    assert "complete" in result.stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("crmservice dead-l", ["dead-letters"]),
        ("crmservice dead-letters re", ["release"]),
        ("crmservice explain --c", ["--config"]),
        ("crmservice list ma", ["marks"]),
        ("crmservice grants --dialect p", ["postgresql"]),
    ],
)
def test_completion_offers_what_can_follow(shell: Shell, typed: str, offered: list[str]) -> None:
    """O-6: bash completes commands, options and values."""
    result = shell(
        _CRMSERVICE_COMPLETE="complete_bash", COMP_WORDS=typed, COMP_CWORD=str(typed.count(" "))
    )

    assert result.stdout.split() == offered


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("list", "tasks"), ("list", "tasks", "--json"), ("--help",)])
def test_output_that_cannot_be_written_is_told(
    ready: Shell, arguments: tuple[str, ...], unbuffered: str
) -> None:
    """O-6: a full disk behind standard output ends with 1 and a sentence, without a traceback."""
    with Path("/dev/full").open("w") as full:
        result = ready.into(full, *arguments, PYTHONUNBUFFERED=unbuffered)

    assert result.returncode == 1
    assert "standard output cannot be written: No space left on device" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("list", "tasks"), ("list", "tasks", "--json"), ("--help",)])
def test_a_reader_that_has_gone_is_no_failure(
    ready: Shell, arguments: tuple[str, ...], unbuffered: str
) -> None:
    """O-6: whoever reads only the first lines, as `head` does, has what it wanted: 0, no word."""
    reads, writes = os.pipe()
    os.close(reads)
    with open(writes, "w") as pipe:  # noqa: PTH123 - the end of a pipe
        result = ready.into(pipe, *arguments, PYTHONUNBUFFERED=unbuffered)

    assert (result.returncode, result.stderr) == (0, "")


def test_mail_is_processed_though_its_line_cannot_be_written(ready: Shell) -> None:
    """O-6, I-7: what a run tells is lost, no mail is: all are recorded, and it ends with 1."""
    for name in ("a", "b"):
        (ready.eml / f"{name}.eml").write_bytes(raw_mail(subject=name, sender=PETR, to=JAN))

    with Path("/dev/full").open("w") as full:
        result = ready.into(full, "run", "--once", "-c", "crm.xml", PYTHONUNBUFFERED="1")

    assert result.returncode == 1
    assert "standard output cannot be written" in result.stderr
    assert "2 mail(s) processed" in result.stderr
    assert list(ready.eml.iterdir()) == []
    assert len(ready.json("list", "journal")) == 2


def test_json_is_json_whatever_the_terminal_writes(ready: Shell) -> None:
    """O-6: characters that an encoding lacks are escaped as JSON does it, in results and errors."""
    (ready.eml / "a.eml").write_bytes(
        raw_mail(subject="Žluťoučký kůň \U0001f600", sender=PETR, to=JAN)
    )

    told = ready("run", "--once", "-c", "crm.xml", "--json", PYTHONIOENCODING="ascii")
    wrong = ready("run", "-c", "kůň.xml", "--json", PYTHONIOENCODING="iso8859-1")

    assert json.loads(told.stdout)["subject"] == "Žluťoučký kůň \U0001f600"
    assert "kůň.xml" in json.loads(wrong.stderr.splitlines()[-1])["error"]


@pytest.mark.parametrize(
    "arguments",
    [("check", "-c", "crm.xml"), ("explain", "a.eml", "-c", "crm.xml")],
)
def test_no_color_leaves_no_codes_at_all(ready: Shell, arguments: tuple[str, ...]) -> None:
    """O-6: with NO_COLOR a terminal gets plain text, neither colours nor bold nor dim."""
    (ready.folder / "a.eml").write_bytes(raw_mail(sender=PETR, to=JAN))

    assert "\x1b" in ready.on_a_terminal(*arguments, NO_COLOR="")
    assert "\x1b" not in ready.on_a_terminal(*arguments, NO_COLOR="1")


def test_a_failure_is_json_for_a_program(shell: Shell) -> None:
    """O-6: with --json the last line on standard error is an object with error and code."""
    result = shell("run", "--once", "--config", "nowhere.xml", "--json")

    assert result.returncode == 78
    assert json.loads(result.stderr.splitlines()[-1])["code"] == 78
    assert result.stdout == ""


def test_run_refuses_a_database_that_does_not_fit(ready: Shell) -> None:
    """O-6: a missing column is named with the nearest before anything is processed: exit 78."""
    with closing(sqlite3.connect(ready.folder / "data" / "netgenium.db")) as database:
        database.execute("ALTER TABLE ng_aktivita0 RENAME COLUMN ng_predmet TO ng_predmety")
    (ready.eml / "a.eml").write_bytes(raw_mail(sender=PETR, to=JAN))

    result = ready("run", "--once", "--config", "crm.xml")

    assert result.returncode == 78
    assert "ng_aktivita0.ng_predmet: there is no such column" in result.stderr
    assert "ng_predmety" in result.stderr
    assert (ready.eml / "a.eml").exists()
    assert not (ready.folder / "data" / "POP3Downloads").exists()


@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        ("sqlite:////proc/nowhere/x.db", 78, "run crmservice init-db"),
        ("sqlite:////etc", 5, "cannot be used now"),
        (f"postgres://u:{SECRET}@h/d", 78, "SQLAlchemy URL"),
        (f"nonsense {SECRET}", 78, "NETGENIUM_DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_reached_is_told(
    shell: Shell, url: str, code: int, told: str
) -> None:
    """O-6, F-40: an unusable database is a sentence with an exit code, its password nowhere."""
    result = shell("check", "--config", "crm.xml", NETGENIUM_DATABASE_URL=url)

    shown = " ".join((result.stdout + result.stderr).split())
    assert result.returncode == code
    assert told in shown
    assert SECRET not in shown
    assert "Traceback" not in shown


def test_check_tells_each_thing_and_a_program_can_read_it(ready: Shell) -> None:
    """O-1: each OK or what to do; ok is false and the exit code not 0 when anything is wrong."""
    ready.write_config(mailSystem="none")
    (good,) = ready.json("check", "--config", "crm.xml")
    ready.eml.rmdir()
    bad = ready("check", "--config", "crm.xml", "--json")

    assert good["ok"] is True
    not_ok = [check["name"] for check in good["checks"] if check["status"] != "ok"]
    assert not_ok == ["outgoing mail of crm"]
    assert bad.returncode == 78
    failed = [check for check in json.loads(bad.stdout)["checks"] if check["status"] == "fail"]
    assert [check["name"] for check in failed] == ["emlDir of crm"]
    assert failed[0]["remedy"]


def test_one_look_finds_wrong_keys_and_wrong_paths(shell: Shell) -> None:
    """O-1, I-1: a path that is wrong is told beside the keys, with line and what to correct."""
    nowhere = shell.folder / "nowhere"
    (shell.folder / "ca.pem").write_text("no certificate", "utf-8")
    paths = {
        "rootPath": str(nowhere),
        "rulesFile": "no.toml",
        "caFile": str(shell.folder / "ca.pem"),
    }
    shell.write_config(pop3Emial="crm@lisovna.example", **paths)

    checked = shell("check", "--config", "crm.xml", "--json")

    assert checked.returncode == 78
    told = [one for one in json.loads(checked.stdout)["checks"] if one["name"] == "configuration"]
    assert [one["status"] for one in told] == ["fail"] * 4
    assert "pop3Emial" in told[0]["detail"]
    assert f"crm.xml:3: {nowhere} cannot be read" in told[1]["detail"]
    keys = ("rootPath", "rulesFile", "caFile")
    assert [one["remedy"] for one in told[1:]] == [f"correct {key}" for key in keys]


def test_a_server_that_is_away_is_told_with_what_to_do(ready: Shell) -> None:
    """O-1: finding and remedy are two fields for a program, not one text."""
    nowhere = f"localhost:{free_port()}"
    ready.write_config(pop3Url=nowhere, pop3Name="crm", pop3Password="pw")
    checked = ready("check", "--config", "crm.xml", "--json", RABBITMQ_URL=f"amqp://{nowhere}")

    failed = {
        check["name"]: check
        for check in json.loads(checked.stdout)["checks"]
        if check["status"] == "fail"
    }
    assert set(failed) == {"mailbox of crm", "broker"}
    assert "check that it runs" in failed["broker"]["remedy"]
    assert all(check["remedy"] not in check["detail"] for check in failed.values())


def test_a_demo_that_cannot_be_prepared_says_so(shell: Shell) -> None:
    """O-6: a folder that may not be written is a mistake with a sentence, not a bug."""
    blocked = shell.folder / "file"
    blocked.write_text("no folder", "utf-8")
    result = shell("demo", "--folder", str(DEMO), "--data", str(blocked / "demo"))

    assert result.returncode == 2
    assert "--data" in result.stderr
    assert "unexpected" not in result.stderr


def test_init_db_is_safe_to_repeat(ready: Shell) -> None:
    """O-6: the same company again changes nothing; another company is refused with 78."""
    again = ready("init-db", "--company", str(DEMO / "company.toml"))
    other = ready.folder / "other.toml"
    other.write_text('[[users]]\nlogin = "x"\nname = "X Y"\nemail = "x@y.cz"\n')
    refused = ready("init-db", "--company", str(other))

    assert again.returncode == 0
    assert "was there already" in again.stderr
    assert refused.returncode == 78
    assert "another company" in refused.stderr


def test_a_service_ends_cleanly_when_told_to(ready: Shell) -> None:
    """F-14: without --once it goes on until SIGTERM, and then ends with 0."""
    (ready.eml / "a.eml").write_bytes(raw_mail(sender=PETR, to=JAN))
    with running(ready, "run", "--config", "crm.xml", PYTHONUNBUFFERED="1") as service:
        assert service.stdout is not None
        assert "PROCESSED" in service.stdout.readline()
        service.send_signal(signal.SIGTERM)
        _, logged = service.communicate(timeout=30)

    assert service.returncode == 0
    events = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    recorded = [event for event in events if event["event"] == "mail recorded"]
    (journal,) = ready.json("list", "journal")
    assert [event["mail_id"] for event in recorded] == [journal["mail_id"]]


def test_an_interrupted_command_says_so(ready: Shell) -> None:
    """O-6: Ctrl-C ends with 130 and a sentence, never with a traceback."""
    # A test run in the background ignores it, and what it starts would, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    many = [str(DEMO / "mails")] * 200
    with running(ready, "explain", *many, "--config", "crm.xml", "--json") as command:
        assert command.stdout is not None
        command.stdout.readline()
        command.send_signal(signal.SIGINT)
        _, told = command.communicate(timeout=30)

    assert command.returncode == 130
    assert "interrupted" in told
    assert "Traceback" not in told


def test_a_service_waits_for_a_database_that_is_away(ready: Shell) -> None:
    """F-40: a service says that it waits and does not end; `--once` ends with 5."""
    broken = f"sqlite:///{ready.eml}"
    once = ready("run", "--once", "--config", "crm.xml", NETGENIUM_DATABASE_URL=broken)
    with running(ready, "run", "--config", "crm.xml", NETGENIUM_DATABASE_URL=broken) as service:
        assert service.stderr is not None
        assert "waiting: The database" in service.stderr.readline()
        assert service.poll() is None

    assert once.returncode == 5


READERS = (
    "list journal",
    "status --config crm.xml",
    "check --config crm.xml",
    "explain mail.eml --config crm.xml",
    "undo 154c463d-386a-5b61-bf0d-6b2cd91a1bcb",
    "discover",
    "run --once --config crm.xml",
    "replay mail.eml --config crm.xml",
)


@pytest.mark.parametrize("command", READERS)
def test_before_init_db_every_command_says_what_to_do_and_makes_nothing(
    shell: Shell, command: str
) -> None:
    """O-6: a missing database ends with 78 and names init-db; its folder is not made in passing."""
    (shell.folder / "mail.eml").write_bytes(raw_mail())

    result = shell(*command.split())

    assert result.returncode == 78
    assert "crmservice init-db" in " ".join((result.stdout + result.stderr).split())
    assert not (shell.folder / "data").exists()


@pytest.mark.parametrize("command", [one for one in READERS if one != "discover"])
def test_a_database_without_tables_is_a_wrong_configuration(shell: Shell, command: str) -> None:
    """O-6: not a failure that nobody expected: 78, and what to do."""
    (shell.folder / "mail.eml").write_bytes(raw_mail())
    (shell.folder / "data").mkdir()
    (shell.folder / "data" / "netgenium.db").touch()

    result = shell(*command.split())

    assert result.returncode == 78
    assert "crmservice init-db" in " ".join((result.stdout + result.stderr).split())


def test_two_processes_do_not_read_one_box(ready: Shell) -> None:
    """F-75: while a service reads a box, another one says so and ends with 5."""
    with running(ready, "run", "--config", "crm.xml", PYTHONUNBUFFERED="1") as service:
        lease = ready.folder / "data" / "leases"
        deadline = time.monotonic() + 30
        while not list(lease.glob("crm_emlDir-*.lock")):
            assert time.monotonic() < deadline
            os.sched_yield()
        second = ready("run", "--once", "--config", "crm.xml")
        service.send_signal(signal.SIGTERM)
        service.communicate(timeout=30)

    assert second.returncode == 5
    assert "Another crmservice" in second.stderr


def test_the_demo_runs_twice_and_makes_nothing_twice(shell: Shell) -> None:
    """O-6: the demo prints a line a mail and what the ERP holds; again, nothing is doubled."""
    first = shell("demo", "--folder", str(DEMO), "--data", "demo-data")
    second = shell("demo", "--folder", str(DEMO), "--data", "demo-data")

    def holds(output: str) -> str:
        return output.partition("The ERP now holds")[2]

    assert (first.returncode, second.returncode) == (0, 0)
    lines = first.stdout.partition("\n\n")[0].splitlines()
    assert len(lines) == len(list((DEMO / "mails").glob("*.eml")))
    for verdict in (
        "PROCESSED",
        "DUPLICATE KEY, DELETED",
        "NEW TASK CREATED, PROCESSED",
        "UNKNOWN USER, PROCESSED",
        "IGNORED, DELETED",
        "NET Genium, DELETED",
        "Inform other users…, DELETED",
        "SPAM, DELETED",
        "XML MAIL, DELETED",
    ):
        assert any(line.endswith(verdict) for line in lines), verdict
    assert holds(first.stdout) == holds(second.stdout)
    assert "recorded before" in second.stdout
