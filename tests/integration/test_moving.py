"""Moving from the original service: its backups are known, and a shadow run touches nothing."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from services.answers.import_log import ImportLog
from services.answers.originals import Original, not_logged, originals_in
from services.answers.shadow import Shadow, Shadowed, backed_up_mails, waiting_mails
from services.assembly.classifying import look_up_in
from services.assembly.live_contexts import context_of
from services.assembly.paths import LEGACY_LOG
from services.assembly.writing import writer_stage
from shared.backup.store import BackupStore
from shared.contracts.messages import MailRecorded
from shared.errors import WrongUseError
from shared.settings.value_types import ServerAddress
from tests.builders import raw_mail
from tests.installation import Installation, an_installation
from tests.rule_book_mails import EVA, JAN, PETR
from tests.servers.dovecot import Dovecot

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
STRANGER = "max@elsewhere.example"


@dataclass(slots=True)
class OldService:
    """What the original service has left: backups with its own names, and its log."""

    folder: Path
    lines: list[str] = field(default_factory=list)
    _seconds: int = 0

    def processes(self, raw: bytes, *words: str) -> Path:
        """Back a mail up and log these words."""
        self._seconds += 5
        moment = NOON + timedelta(seconds=self._seconds)
        day = self.folder / "POP3Downloads" / "2026-11-02"
        day.mkdir(parents=True, exist_ok=True)
        file = day / f"{self._seconds}.eml"
        file.write_bytes(raw)
        os.utime(file, (moment.timestamp(), moment.timestamp()))
        self.lines += [f"NOTICE {moment:%Y-%m-%d %H:%M:%S} {word}" for word in words]
        return file

    def originals(self, *, with_log: bool = True) -> list[Original]:
        """Its mails as we find them."""
        log = self.folder / "CRMService.log"
        log.write_text("\n".join(self.lines), "utf-8")
        return originals_in(self.folder / "POP3Downloads", log if with_log else None, UTC)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Ours, still empty."""
    return an_installation(tmp_path / "ours")


@pytest.fixture
def old(tmp_path: Path) -> OldService:
    """The original's."""
    return OldService(tmp_path / "old")


def _take_in(installation: Installation, originals: Sequence[Original]) -> list[MailRecorded]:
    erp, data = installation.erp, installation.data
    writer = writer_stage([installation.box], erp, data)
    work = ImportLog(context_of(installation.box, erp), writer, BackupStore(data))
    return list(work.take_in(originals))


def _shadow(installation: Installation) -> Shadow:
    return Shadow(context_of(installation.box, installation.erp), look_up_in(installation.erp))


def _beside(installation: Installation, old: OldService) -> list[Shadowed]:
    return list(_shadow(installation).decide(backed_up_mails(old.originals())))


def test_what_the_original_has_processed_is_not_processed_again(
    installation: Installation, old: OldService
) -> None:
    """O-5: no record is made, a later copy is a duplicate, another mail is none."""
    raw = raw_mail(sender=PETR, to=JAN)
    old.processes(raw, "PROCESSED")

    (imported,) = _take_in(installation, old.originals())
    installation.drop("copy.eml", b"Delivered-To: x@y.example\n" + raw)
    installation.drop("other.eml", raw_mail(sender=PETR, to=JAN, subject="another"))
    installation.run()

    assert imported.verdict == ("IMPORTED",)
    assert sorted(installation.verdicts()) == ["DUPLICATE KEY, DELETED", "PROCESSED"]
    assert [row["subject"] for row in installation.list("activities")] == ["another"]


def test_a_second_import_changes_nothing(installation: Installation, old: OldService) -> None:
    """O-5: nor does one of a copy that the original has thrown away as a duplicate."""
    raw = raw_mail(sender=PETR, to=JAN)
    old.processes(raw, "PROCESSED")
    old.processes(b"X-Copy: 1\n" + raw, "DUPLICATE KEY", "DELETED")

    first = _take_in(installation, old.originals())
    again = _take_in(installation, old.originals())

    assert [mail.again for mail in (*first, *again)] == [False, False, True, True]
    journal = installation.list("journal")
    assert [row["verdict"] for row in journal] == [["IMPORTED"], ["IMPORTED"]]
    assert not (installation.data / LEGACY_LOG).exists()
    for row in journal:
        assert (installation.data / row["backup"]).is_file()


def test_what_the_log_does_not_tell_of_is_named(old: OldService) -> None:
    """O-5: the original died with that mail in hand: nobody may take it for processed."""
    old.processes(raw_mail(subject="done"), "PROCESSED")
    lost = old.processes(raw_mail(subject="lost"))

    assert [one.file for one in not_logged(old.originals())] == [lost]
    assert len(old.originals(with_log=False)) == 2


def test_a_folder_without_mail_is_told(tmp_path: Path, old: OldService) -> None:
    """O-5: the wrong folder, or a log that is not there."""
    with pytest.raises(WrongUseError, match=r"hold no \.eml file: name POP3Downloads"):
        originals_in(tmp_path, None, UTC)
    old.processes(raw_mail(), "PROCESSED")
    with pytest.raises(WrongUseError, match=r"no\.log cannot be read: No such file"):
        originals_in(old.folder, tmp_path / "no.log", UTC)


def test_a_shadow_run_tells_where_the_original_decided_otherwise(
    installation: Installation, old: OldService
) -> None:
    """O-5: with both verdicts and our reasons; copies and tasks are as they were then."""
    raw = raw_mail(sender=PETR, to=JAN)
    old.processes(raw, "PROCESSED")
    old.processes(b"X-Copy: 1\n" + raw, "DUPLICATE KEY", "DELETED")
    old.processes(raw_mail(sender=STRANGER, to="no@firma.cz"), "PROCESSED")
    old.processes(raw_mail(sender=JAN, to=EVA, subject="New task: x"), "NEW TASK CREATED")

    found = _beside(installation, old)

    assert [(one.ours, one.differs) for one in found] == [
        (("PROCESSED",), False),
        (("DUPLICATE KEY", "DELETED"), False),
        (("DELETED",), True),
        (("NEW TASK CREATED", "PROCESSED"), False),
    ]
    assert found[2].theirs == ("PROCESSED",)
    assert found[2].trace


def test_an_import_before_does_not_change_what_is_compared(
    installation: Installation, old: OldService
) -> None:
    """O-5: a mail is no duplicate of itself."""
    old.processes(raw_mail(sender=PETR, to=JAN), "PROCESSED")
    _take_in(installation, old.originals())

    assert [one.ours for one in _beside(installation, old)] == [("PROCESSED",)]


def test_the_activity_that_the_original_made_is_no_reason(
    installation: Installation, old: OldService
) -> None:
    """O-5, R-f: it has the Message-ID of the mail, but NET Genium has not sent the mail."""
    raw = raw_mail(sender=JAN, to=PETR, more="Message-ID: <1@firma.cz>\n")
    old.processes(raw, "PROCESSED")
    activity = installation.erp.tables.table("activity")
    row = {"subject": "", "text": "", "direction": "outgoing", "message_id": "<1@firma.cz>"}
    with installation.erp.engine.begin() as connection:
        connection.execute(activity.insert(), [row])

    assert [one.ours for one in _beside(installation, old)] == [("PROCESSED",)]


def test_a_shadow_run_over_the_sources_leaves_everything_where_it_is(
    installation: Installation,
) -> None:
    """O-5: no file, no row, no memory; links and broken files stay, too."""
    installation.drop("a.eml", raw_mail(sender=PETR, to=JAN))
    installation.drop("b.eml", b"\x00")
    (installation.eml / "c.eml").symlink_to("a.eml")
    before = _there(installation.eml), _there(installation.data)

    found = list(_shadow(installation).decide(waiting_mails(installation.box)))

    assert [one.source for one in found] == ["emlDir:a.eml", "emlDir:b.eml"]
    assert [one.differs for one in found] == [False, False]
    assert (_there(installation.eml), _there(installation.data)) == before
    assert _rows(installation) == {"activities": 0, "journal": 0}


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_shadow_run_leaves_mail_in_its_box(
    tmp_path: Path, dovecot: Dovecot, protocol: str
) -> None:
    """O-5: read as often as one likes; it is still there, and still unread."""
    dovecot.start()
    account = dovecot.add_box(f"{uuid4().hex}@firma.cz", "a password")
    for subject in ("one", "two"):
        dovecot.deliver(account, raw_mail(sender=PETR, to=JAN, subject=subject))
    port = dovecot.imaps_port if protocol == "imap" else dovecot.pop3s_port
    server: dict[str, Any] = {f"{protocol}_url": ServerAddress(host="localhost", port=port)}
    installation = an_installation(
        tmp_path,
        **server,
        pop3_name=account.name,
        pop3_password=SecretStr(account.password),
        ca_file=dovecot.ca_file,
    )

    for _ in range(2):
        found = list(_shadow(installation).decide(waiting_mails(installation.box)))
        assert sorted(one.subject for one in found) == ["one", "two"]
        assert {one.ours for one in found} == {("PROCESSED",)}

    assert dovecot.messages(account) == 2
    # By POP3 a server marks by itself what was read.
    assert protocol == "pop3" or dovecot.flags(account) == {""}
    assert not (installation.data / "seen").exists()


def _rows(installation: Installation) -> Mapping[str, int]:
    return {table: len(installation.list(table)) for table in ("activities", "journal")}


def _there(folder: Path) -> Mapping[str, int]:
    """Every file below a folder, but SQLite's own, with its time."""
    return {
        str(file): file.lstat().st_mtime_ns for file in folder.rglob("*") if ".db" not in file.name
    }
