"""`discover` and `grants` as a person calls them, on an embedded database."""

import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests import program

GRANTS = Path("deploy/grants").absolute()
Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """The command line in a folder of its own."""

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "CRMSERVICE_DATA": str(tmp_path / "data"),
            "LANG": "C.UTF-8",
            **more,
        }
        return program.call(arguments, folder=tmp_path, environment=environment)

    return run


@pytest.fixture
def ready(call: Call) -> Call:
    """With the reference schema."""
    assert call("init-db").returncode == 0
    return call


def test_a_discovered_mapping_serves_the_next_command(ready: Call, tmp_path: Path) -> None:
    """NG-2: what `discover` writes is a mapping that `list` works with."""
    found = ready("discover", "--output", "mapping.toml")

    assert found.returncode == 0, found.stderr
    assert found.stdout == ""
    assert "14 record(s) proposed" in found.stderr
    listed = ready("list", "journal", NETGENIUM_MAPPING=str(tmp_path / "mapping.toml"))
    assert (listed.returncode, listed.stdout) == (0, "none\n")


def test_a_file_is_not_overwritten_unless_told(ready: Call, tmp_path: Path) -> None:
    """O-1: somebody may have corrected it by hand."""
    file = tmp_path / "mapping.toml"
    file.write_text("mine", "utf-8")

    refused = ready("discover", "--output", "mapping.toml")

    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert file.read_text("utf-8") == "mine"
    assert ready("discover", "--output", "mapping.toml", "--force").returncode == 0
    assert file.read_text("utf-8") == ready("discover").stdout


@pytest.mark.parametrize(
    ("url", "arguments", "code", "sentence"),
    [
        ("sqlite:///empty.db", (), 78, "there is no table in it"),
        ("sqlite:////proc/a.db", (), 78, "cannot be used: No such file"),
        ("nothing", (), 78, "NETGENIUM_DATABASE_URL"),
        ("", ("--output", "no/folder/a.toml"), 2, "cannot be written: No such file"),
    ],
)
def test_discover_tells_what_is_wrong(
    ready: Call, tmp_path: Path, *, url: str, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    """O-1: a sentence and an exit code, never a traceback."""
    (tmp_path / "empty.db").touch()
    told = ready("discover", *arguments, **({"NETGENIUM_DATABASE_URL": url} if url else {}))

    assert told.returncode == code, told.stderr
    assert sentence in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""


def test_what_is_not_found_ends_with_3_and_is_named(call: Call, tmp_path: Path) -> None:
    """NG-2: the proposal is printed all the same."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE ng_role0 (id integer PRIMARY KEY, ng_nazev text)")

    told = call("discover", NETGENIUM_DATABASE_URL="sqlite:///other.db")

    assert told.returncode == 3
    assert 'table = "ng_role0"' in told.stdout
    assert "not found, but needed: user, " in told.stderr
    assert "role.parent" in told.stderr


@pytest.mark.parametrize("dialect", ["postgresql", "firebird", "mssql"])
def test_grants_are_printed_without_a_database(call: Call, dialect: str) -> None:
    """NG-8: the shipped file is what the command prints for the reference mapping."""
    told = call("grants", "--dialect", dialect)

    assert told.returncode == 0, told.stderr
    assert told.stdout == (GRANTS / f"{dialect}.sql").read_text("utf-8")


def test_grants_follow_the_mapping(ready: Call, tmp_path: Path) -> None:
    """NG-8: another name of a table stands in the statements, given by option or environment."""
    ready("discover", "--output", "mapping.toml")
    file = tmp_path / "mapping.toml"
    file.write_text(file.read_text("utf-8").replace("ng_ukol0", "ng_task7"), "utf-8")

    by_option = ready("grants", "--dialect", "mssql", "--mapping", "mapping.toml")
    by_variable = ready("grants", "--dialect", "mssql", NETGENIUM_MAPPING=str(file))

    assert "ON [ng_task7] TO [crm_writer];" in by_option.stdout
    assert by_option.stdout == by_variable.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--dialect", "oracle"), 2, "There are postgresql, firebird, mssql"),
        (("--dialect", "mssql", "--mapping", "gone.toml"), 78, "cannot be read"),
        ((), 2, "--dialect"),
    ],
)
def test_grants_tells_what_is_wrong(
    call: Call, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    """O-1: a sentence and an exit code."""
    told = call("grants", *arguments)

    assert (told.returncode, told.stdout) == (code, "")
    assert sentence in told.stderr


def test_check_of_an_empty_database_is_one_line(call: Call, tmp_path: Path) -> None:
    """O-1: one thing to do, not one line for each table."""
    config = tmp_path / "crm.xml"
    config.write_text(
        f'<configuration><appSettings><add key="rootPath" value="{tmp_path}"/>'
        '<add key="pop3Email" value="crm@lisovna.example"/>'
        f'<add key="emlDir" value="{tmp_path}"/></appSettings></configuration>',
        "utf-8",
    )

    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "netgenium.db").touch()

    told = call("check", "--config", "crm.xml", "--json")

    assert told.returncode == 78
    assert told.stdout.count('"fail"') == 1
    assert "no table of the mapping exists in this database" in told.stdout
    assert "run crmservice init-db" in told.stdout
