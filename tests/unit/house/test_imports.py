"""What a command costs before it does anything: nothing heavy is imported that it does not use."""

import subprocess
import sys

import pytest

from services.operator.commands import COMMANDS, app

ENTRY = "import sys; sys.argv = {arguments}; from services.operator.main import main; main()"
DATABASE = {"sqlalchemy"}
MAIL = {"icalendar", "flufl", "mailparser_reply", "selectolax", "nh3", "chardet", "email_validator"}
MAILBOX = {"imapclient", "pika", "prometheus_client"}
NEVER_AT_START = {
    "alembic",
    "structlog",
    "mako",
    "msal",
    "requests",
    "icalendar",
    "flufl",
    "chardet",
    "nh3",
}
FOR_ALL = {"lxml", "pydantic"}
"""Settings are read and logging is set up by every command but `--help`."""

HEAVY = DATABASE | MAIL | MAILBOX | NEVER_AT_START | FOR_ALL | {"re2", "sqlite3", "unidecode"}


def _imported(code: str) -> set[str]:
    """The heavy packages that a process of its own has imported when `code` has run."""
    told = (
        f"import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); {code}"
    )
    called = subprocess.run(
        [sys.executable, "-c", told],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in called.stderr
    return {name.partition(".")[0] for name in called.stderr.split()} & HEAVY


@pytest.mark.parametrize("option", ["--help", "-h", "--version"])
def test_the_list_of_commands_imports_none_of_them(option: str) -> None:
    """O-6: help and version of `crmservice` need the command line's library and nothing else."""
    assert _imported(ENTRY.format(arguments=["crmservice", option])) == set()


@pytest.mark.parametrize(
    ("commands", "without"),
    [
        ("fetcher", NEVER_AT_START | DATABASE | MAIL - {"email_validator"}),
        ("classifier", NEVER_AT_START | {"imapclient", "sqlite3"}),
        ("writer", NEVER_AT_START | MAIL - {"email_validator"} | {"imapclient"}),
        ("run", NEVER_AT_START),
        ("calsync, calendar", NEVER_AT_START | {"imapclient"} | MAIL - {"email_validator"}),
        ("explain", NEVER_AT_START | MAILBOX | MAIL - {"email_validator"} | {"re2"}),
        (
            "explain, explain_recorded",
            NEVER_AT_START | MAILBOX | MAIL - {"email_validator"} | {"re2"},
        ),
        ("explain, explain_files", NEVER_AT_START | MAILBOX | {"re2"}),
        ("status", NEVER_AT_START | MAIL - {"email_validator"}),
        ("undo, relink", NEVER_AT_START | {"imapclient"} | MAIL - {"email_validator"}),
        (
            "find, list_records, indexes, grants",
            NEVER_AT_START | MAILBOX | MAIL - {"email_validator"},
        ),
    ],
)
def test_a_command_imports_what_it_uses(commands: str, without: set[str]) -> None:
    """O-6: migrations, OAuth2 and what only some mails need are imported with their first use."""
    imported = _imported(f"from services.operator.commands import {commands}")

    assert imported >= FOR_ALL
    assert imported & without == set()


def test_the_list_says_in_one_line_what_a_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    """O-6: no summary is cut off or goes on in a second line, and no command is missing."""
    app(["--help"], standalone_mode=False)

    _, _, shown = capsys.readouterr().out.partition("Commands:\n")
    lines = shown.splitlines()
    assert [line.split()[0] for line in lines] == [one.name for one in COMMANDS]
    assert [line for line in lines if line.endswith("...") or not line.endswith(".")] == []
