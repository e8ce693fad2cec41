"""Moving from the original service, as an administrator calls it."""

import json
import os
import subprocess
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.builders import raw_mail
from tests.installation import an_installation
from tests.program import call
from tests.rule_book_mails import JAN, PETR

WRITTEN = datetime(2026, 11, 2, 9, 12, tzinfo=ZoneInfo("Europe/Prague"))
LOGGED = "NOTICE 2026-11-02 09:12:01 DELETED\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation of ours, and POP3Downloads with its log of the original."""
    installation = an_installation(tmp_path / "ours")
    keys = {
        "rootPath": installation.box.root_path,
        "pop3Email": installation.box.email,
        "emlDir": installation.eml,
        "timeZone": "Europe/Prague",
    }
    added = "".join(f'<add key="{key}" value="{value}" />' for key, value in keys.items())
    config = f"<configuration><appSettings>{added}</appSettings></configuration>"
    (tmp_path / "crm.xml").write_text(config, "utf-8")
    backup = tmp_path / "old" / "POP3Downloads" / "2026-11-02" / "a.eml"
    backup.parent.mkdir(parents=True)
    backup.write_bytes(raw_mail(sender=PETR, to=JAN))
    os.utime(backup, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    (tmp_path / "old" / "CRMService.log").write_text(LOGGED, "utf-8")
    return tmp_path


def _call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    data = folder / "ours" / "data"
    environment = {"PATH": os.environ["PATH"], "CRMSERVICE_DATA": str(data), "LANG": "C.UTF-8"}
    return call([*arguments, "--config", "crm.xml"], folder=folder, environment=environment)


def test_the_shadow_run_compares_and_the_import_remembers(folder: Path) -> None:
    """O-5: first compared with the log, then taken in; what comes again is a duplicate."""
    beside = ("--backups", "old/POP3Downloads", "--log", "old/CRMService.log")
    compared = _call(folder, "run", "--shadow", *beside, "--json")
    shown = _call(folder, "run", "--shadow", *beside)
    imported = _call(folder, "import-log", *beside[1:])

    (line,) = map(json.loads, compared.stdout.splitlines())
    assert (line["verdict"], line["original"]) == (["PROCESSED"], ["DELETED"])
    assert line["differs"]
    assert (compared.returncode, shown.returncode) == (3, 3)
    assert "differs: the original wrote DELETED" in shown.stdout
    assert shown.stderr == (
        "1 mail(s) looked at, nothing written; 1 differ from the log, which says nothing of 0\n"
    )
    assert (imported.returncode, imported.stderr) == (0, "1 mail(s) imported, 0 were known\n")
    (folder / "ours" / "eml" / "copy.eml").write_bytes(
        (folder / "old/POP3Downloads/2026-11-02/a.eml").read_bytes()
    )
    assert _call(folder, "run", "--once").stdout.startswith("DUPLICATE KEY, DELETED")


def test_moving_is_told_in_czech(folder: Path) -> None:
    """O-5: why we decide otherwise, and what the original has decided."""
    beside = ("--backups", "old/POP3Downloads", "--log", "old/CRMService.log")
    compared = _call(folder, "--language", "cs", "run", "--shadow", *beside)
    _call(folder, "import-log", *beside[1:])
    found = _call(folder, "--language", "cs", "find", PETR)

    assert "příchozí, pro" in compared.stdout
    assert "původní služba ji zpracovala: DELETED" in found.stdout
    assert "Více informací" not in found.stdout


def test_a_log_that_lacks_a_mail_leaves_it_out(folder: Path) -> None:
    """O-5: named, with exit code 3; without the log everything in the folder counts."""
    # As it is where the log is of another zone than the box.
    (folder / "old" / "CRMService.log").write_text(LOGGED.replace(" 09:", " 08:"), "utf-8")
    beside = ("--log", "old/CRMService.log")

    left = _call(folder, "import-log", "old/POP3Downloads", *beside)
    compared = _call(folder, "run", "--shadow", "--backups", "old/POP3Downloads", *beside)

    assert (left.returncode, compared.returncode) == (3, 3)
    assert "the log says nothing of 1 mail(s), left out: old/POP3Downloads/" in left.stderr
    assert "0 differ from the log, which says nothing of 1\n" in compared.stderr
    zone = "its times count as Europe/Prague; set timeZone"
    assert zone in left.stderr
    assert zone in compared.stderr
    assert _call(folder, "import-log", "old/POP3Downloads").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "--log", "x"), "--backups and --log need --shadow"),
        (("run", "--shadow", "--log", "x"), "--log needs --backups"),
        (("run", "--shadow", "--backups", "eml"), "hold no .eml file"),
        (("import-log", "nowhere"), "hold no .eml file"),
    ],
)
def test_wrong_use_is_told(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    """O-6: in a sentence, with exit code 2."""
    refused = _call(folder, *arguments)

    assert refused.returncode == 2
    assert told in refused.stderr


def test_a_mail_of_which_nothing_would_be_made_says_why(folder: Path) -> None:
    """O-5: the rules that could have made something, and what they miss."""
    mail = raw_mail(sender="max@elsewhere.example", to="nobody@elsewhere.example")
    (folder / "ours" / "eml" / "copy.eml").write_bytes(mail)

    told = json.loads(_call(folder, "run", "--shadow", "--json").stdout)

    assert told["verdict"] == ["DELETED"]
    assert "no recipient is a user" in told["reasons"]
    assert "the sender max@elsewhere.example is no user" in told["reasons"]
