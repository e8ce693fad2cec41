"""`undo` as a person and a program call it: `run` makes marks and tasks, `undo` takes them back."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.builders import raw_mail
from tests.program import call

COMPANY = Path("demo/company.toml").absolute()
JAN, TOMAS = "jana.kralova@lisovna.example", "tomas.maly@lisovna.example"
PETR, BOB = "petr.svoboda@strojirny.example", "bob.white@northwind.example"
STRANGER = "max.power@elsewhere.example"
NAMELESS = """
import pwd, sys
def nobody(uid):
    raise KeyError(f"getpwuid(): uid not found: {uid}")
pwd.getpwuid = nobody
sys.argv[0] = "crmservice"
from services.operator.main import main
main()
"""
"""The command line where the user has no entry in passwd, as in a container with `--user`."""
UNKNOWN = "00000000-0000-5000-8000-000000000001"


class Office:
    """A folder with the demo's company, and the command line called in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.eml = folder / "eml"
        self.eml.mkdir()
        keys = {
            "rootPath": folder / "erp",
            "pop3Email": "crm@lisovna.example",
            "emlDir": self.eml,
            "emlSettleSeconds": 0,
            "bounceReporter": "mx.example",
        }
        added = "".join(f'<add key="{key}" value="{value}" />' for key, value in keys.items())
        config = f"<configuration><appSettings>{added}</appSettings></configuration>"
        (folder / "crm.xml").write_text(config, "utf-8")

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "CRMSERVICE_DATA": str(self.folder / "data"),
            "LANG": "C.UTF-8",
            "LOGNAME": "operator",
        }
        return call(arguments, folder=self.folder, environment=environment)

    def list(self, table: str) -> list[Any]:
        """The rows of a list."""
        result = self("list", table, "--json")
        assert result.returncode == 0, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]

    def receive(self, raw: bytes) -> str:
        """Process a mail; gives its id."""
        (self.eml / "a.eml").write_bytes(raw)
        result = self("run", "--once", "--config", "crm.xml", "--json")
        assert result.returncode == 0, result.stderr
        return str(json.loads(result.stdout)["mail_id"])

    def broken(self, address: str) -> bool:
        """Whether the check box "Non-functional e-mail" of the contact with `address` is set."""
        query = (
            "SELECT k.ng_nefunkcniemail FROM ng_kontakt0 k JOIN ng_emailkontaktu0 e ON e.pid = k.id"
            " WHERE e.ng_email = ?"
        )
        with closing(sqlite3.connect(self.folder / "data" / "netgenium.db")) as database:
            return bool(database.execute(query, (address,)).fetchone()[0])

    def change(self, statement: str) -> None:
        """What a person does in the ERP."""
        with closing(sqlite3.connect(self.folder / "data" / "netgenium.db")) as database, database:
            assert database.execute(statement).rowcount == 1


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """With the demo's company, and no mail yet."""
    office = Office(tmp_path)
    result = office("init-db", "--company", str(COMPANY))
    assert result.returncode == 0, result.stderr
    return office


def a_bounce(*addresses: str, minute: int = 0) -> bytes:
    """A delivery report that these addresses do not exist (RFC 3464)."""
    blocks = "".join(
        f"\nFinal-Recipient: rfc822; {one}\nAction: failed\nStatus: 5.1.1\n" for one in addresses
    )
    return raw_mail(
        "--xx\nContent-Type: text/plain\n\nSorry.\n--xx\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.example\n{blocks}\n--xx--\n",
        subject="Undelivered Mail Returned to Sender",
        sender="MAILER-DAEMON@mx.example",
        to=JAN,
        date=f"Mon, 02 Nov 2026 09:{minute:02}:00 +0100",
        more="Content-Type: multipart/report; report-type=delivery-status; boundary=xx\n",
    )


def test_a_mark_is_set_back_and_a_second_time_says_so(office: Office) -> None:
    """B-5, O-2, O-11: the contact is as before, the audit names who; again is exit code 2."""
    mail_id = office.receive(a_bounce(BOB))
    assert office.broken(BOB)

    undone = office("undo", mail_id, "--by", "Jana Malá")
    again = office("undo", mail_id)
    in_czech = office("--language", "cs", "undo", mail_id)

    (mark,) = office.list("marks")
    assert (undone.returncode, undone.stdout.count("set back")) == (0, 1)
    assert not office.broken(BOB)
    assert (mark["undone"], mark["undone_by"]) == (True, "Jana Malá (operator)")
    assert again.returncode == 2
    assert again.stdout == ""
    when = r"\d{4}-\d\d-\d\d \d\d:\d\d CES?T"
    assert re.search(f"was undone before, on {when} by Jana Malá", again.stderr)
    assert re.search("kontakt [0-9]+, .*: už bylo vráceno, .* CES?T, kdo: Jana", in_czech.stderr)


def test_a_strangers_forbidden_address_goes_again(office: Office) -> None:
    """B-1, B-5: the row that an opt-out has made is removed; the login stands for who did it."""
    mail_id = office.receive(raw_mail(subject="Do not send", sender=STRANGER, to=JAN))
    assert [row["address"] for row in office.list("forbidden")] == [STRANGER]

    undone = office("undo", mail_id)

    assert undone.returncode == 0, undone.stderr
    assert office.list("forbidden") == []
    assert [mark["undone_by"] for mark in office.list("marks")] == ["operator"]


def test_a_user_without_a_login_is_named_by_number(office: Office) -> None:
    """O-2: in a container there may be no name for the user: the audit has the number."""
    mail_id = office.receive(a_bounce(BOB))

    undone = subprocess.run(
        [sys.executable, "-c", NAMELESS, "undo", mail_id],
        cwd=office.folder,
        env={"PATH": os.environ["PATH"], "CRMSERVICE_DATA": str(office.folder / "data")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert undone.returncode == 0, undone.stderr
    assert [mark["undone_by"] for mark in office.list("marks")] == [f"uid {os.getuid()}"]


def test_a_mark_of_two_mails_stays_until_both_are_undone(office: Office) -> None:
    """B-5: the first undo says which mail still asks for the mark, the second restores."""
    first = office.receive(a_bounce(BOB))
    second = office.receive(a_bounce(BOB, minute=1))

    kept = office("undo", first)
    still_broken = office.broken(BOB)
    restored = office("undo", second)

    assert (kept.returncode, restored.returncode) == (0, 0)
    assert f"stays, because mail {second}" in kept.stdout
    assert still_broken
    assert not office.broken(BOB)


def test_what_a_person_changed_since_stays_and_the_rest_is_undone(office: Office) -> None:
    """O-2, O-6: one of two marks was reset by hand: it is left alone, exit code 3."""
    mail_id = office.receive(a_bounce(PETR, STRANGER))
    office.change("UPDATE ng_kontakt0 SET ng_nefunkcniemail = 0 WHERE ng_nefunkcniemail = 1")

    result = office("undo", mail_id, "--json")

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 3
    assert {(STRANGER in one["what"], one["done"]) for one in told} == {
        (True, True),
        (False, False),
    }
    assert "was changed since" in next(one["detail"] for one in told if not one["done"])
    assert {mark["address"]: mark["undone"] for mark in office.list("marks")} == {
        PETR: False,
        STRANGER: True,
    }


def test_a_task_goes_and_the_mails_activity_stays(office: Office) -> None:
    """N-1, O-2: the task that a mail has made is removed; its activity no longer names it."""
    before = [row["number"] for row in office.list("tasks")]
    mail_id = office.receive(raw_mail(subject="New task: order seals", sender=JAN, to=TOMAS))
    (linked,) = office.list("activities")

    undone = office("undo", mail_id)

    (activity,) = office.list("activities")
    assert undone.returncode == 0, undone.stderr
    assert [row["number"] for row in office.list("tasks")] == before
    assert linked["task"] not in (None, *before)
    assert activity == {**linked, "task": None}


def test_an_invitation_is_nothing_to_undo(office: Office) -> None:
    """V2-1, O-2: only marks and tasks are undone; the invitation stays and exit code 2 says why."""
    event = (
        "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:u1\nDTSTAMP:20261101T000000Z\n"
        f"DTSTART:20261110T090000Z\nORGANIZER:mailto:{BOB}\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    mail_id = office.receive(
        raw_mail(event, sender=BOB, to=JAN, more="Content-Type: text/calendar; method=REQUEST\n")
    )

    result = office("undo", mail_id)

    assert result.returncode == 2
    assert "there is nothing to undo" in result.stderr
    assert [row["uid"] for row in office.list("invitations")] == ["u1"]


@pytest.mark.parametrize("mail_id", ["nonsense", UNKNOWN])
def test_an_unknown_mail_is_named_and_the_list_of_mails_too(office: Office, mail_id: str) -> None:
    """O-2, O-6: exit code 2 with a sentence that says where ids are; JSON for a program."""
    result = office("undo", mail_id, "--json")

    told = json.loads(result.stderr)
    assert (result.returncode, told["code"], result.stdout) == (2, 2, "")
    assert mail_id in told["error"]
    assert "crmservice list journal" in told["error"]


def test_undo_before_init_db_says_what_to_do(tmp_path: Path) -> None:
    """O-6: a database without our tables is exit code 78, and init-db is named."""
    result = Office(tmp_path)("undo", UNKNOWN)

    assert result.returncode == 78
    assert "crmservice init-db" in result.stderr


@pytest.mark.parametrize("name", ["", " ", "Jana\nMalá", "\x1b[2J"])
def test_a_name_that_is_none_is_refused(office: Office, name: str) -> None:
    """O-2: what stands in the audit is a name in one line, and never without the login."""
    refused = office("undo", UNKNOWN, "--by", name)

    assert refused.returncode == 2
    assert "--by wants the name of a person" in refused.stderr


def test_later_known_people_are_linked_and_undone(office: Office) -> None:
    """A-2, O-2: listed, tried, linked and taken back by the id that the command tells."""
    office.receive(raw_mail(sender=STRANGER, to=JAN))
    assert [row["address"] for row in office.list("unknown")] == [STRANGER]
    with closing(sqlite3.connect(office.folder / "data" / "netgenium.db")) as database, database:
        row = database.execute("SELECT pid FROM ng_emailkontaktu0").fetchone()
        added = "INSERT INTO ng_emailkontaktu0 (pid, ng_email) VALUES (?, ?)"
        database.execute(added, (*row, f" {STRANGER}"))

    tried = office("relink", "--config", "crm.xml", "--dry-run")
    linked = office("relink", "--config", "crm.xml", "--address", STRANGER.upper(), "--json")
    (activity,) = office.list("activities")

    assert tried.stdout.startswith(f"activity {activity['id']}: ")
    assert tried.stderr == "1 activity would be linked\n"
    assert json.loads(linked.stdout)["mail_id"] == activity["mail_id"]
    assert activity["contact"]
    _, _, rest = linked.stderr.partition("crmservice undo ")
    assert office("undo", rest.split()[0]).returncode == 0
    assert office.list("activities")[0]["contact"] is None
    for wrong in (("--since", "yesterday"), ("--address", "max"), ("--address", "")):
        assert office("relink", "--config", "crm.xml", *wrong).returncode == 2
