"""What must be on disk, and when: bytes, names and folders, commit, deletion at the source (I-5).

`tests.disk` watches every flush. The database's own flushes happen inside of the database: here
its settings are looked at.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from services.assembly.feeds import TRIES
from services.assembly.paths import LEGACY_LOG
from services.fetcher import standing
from services.fetcher.failed import FailedMail, FailedMailNote
from services.fetcher.sources.eml_dir import EmlDir
from services.fetcher.sources.failed_folder import FAILED
from shared.backup.store import FOLDER, BackupStore
from shared.contracts.messages import MailFetched
from shared.netgenium.database.engine import open_database, write_transaction
from tests.builders import raw_mail
from tests.disk import Disk
from tests.installation import Installation, an_installation, mapping_with_files
from tests.messages import a_failure

JAN, EVA, PETR = "jan.novak@firma.cz", "eva.mala@firma.cz", "petr@acme.example"
DAY = date(2026, 11, 21)


def _mail(subject: str, text: str) -> bytes:
    """A mail with a file."""
    return raw_mail(
        f'--x\n\nHello\n--x\nContent-Type: text/plain; name="{subject}.txt"\n'
        f"Content-Disposition: attachment\n\n{text}\n--x--\n",
        subject=subject,
        sender=PETR,
        to=f"{JAN}, {EVA}",
        more='Content-Type: multipart/mixed; boundary="x"\n',
    )


SMALL, LARGE = _mail("small", "text"), _mail("large", "text " * 400_000)


@dataclass
class Watched:
    """A run, held against what a power cut at each of its moments would leave."""

    installation: Installation
    disk: Disk
    faults: list[str] = field(default_factory=list)
    commits: int = 0
    deletions: int = 0

    def committing(self, _connection: object) -> None:
        """Before a commit, which makes rows durable: so must be the files that they name."""
        self.commits += 1
        self.faults += [
            f"committed before it was durable: {place}"
            for folder in (self.installation.folder / "erp", self.installation.data / FOLDER)
            for place in self.disk.lost(folder)
        ]

    def deleting(self, place: Path) -> None:
        """Before a deletion at the source: the mail must be backed up and recorded."""
        if place.parent != self.installation.eml:
            return
        self.deletions += 1
        if self.installation.list("journal") == []:
            self.faults.append(f"deleted before anything was committed: {place.name}")
        backups = self.installation.data / FOLDER
        safe = set(backups.rglob("*.eml")) - set(self.disk.lost(backups))
        if place.read_bytes() not in {backup.read_bytes() for backup in safe}:
            self.faults.append(f"deleted without a durable backup: {place.name}")


@pytest.mark.parametrize("size", ["small", "large", "both"])
def test_nothing_is_committed_or_deleted_before_what_it_needs_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    """I-5, A-4: backups and attachments survive a power cut at every commit and deletion."""
    installation = an_installation(tmp_path / "i", mapping=mapping_with_files(tmp_path))
    if size != "large":
        installation.drop("small.eml", SMALL)
    if size != "small":
        installation.drop("large.eml", LARGE)
    watched = Watched(installation, Disk(tmp_path))
    watched.disk.watch(monkeypatch, watched.deleting)
    event.listen(installation.erp.engine, "commit", watched.committing)

    installation.run()

    assert watched.faults == []
    # Notes of mails in hand are for a process that dies, which a flush is not needed for; how a
    # source stands is told again by the next process.
    notes = (TRIES, standing.FOLDER)
    assert [file for file in watched.disk.torn if file.parent.name not in notes] == []
    assert watched.commits > 0
    assert watched.deletions == (2 if size == "both" else 1)
    assert watched.disk.lost(installation.folder / "erp") == []
    assert watched.disk.lost(installation.data / FOLDER) == []
    assert (installation.data / LEGACY_LOG) not in watched.disk.lost(installation.data)


def _write_small(store: BackupStore) -> None:
    store.write([(uuid4(), b"a"), (uuid4(), b"b")], DAY)


def _write_large(store: BackupStore) -> None:
    store.write_large([b"a", b"b"], DAY, lambda _: UUID(int=1))


@pytest.mark.parametrize("write", [_write_small, _write_large])
@pytest.mark.parametrize("made_before", [False, True])
def test_backups_are_durable_with_all_their_folders(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[BackupStore], None],
    made_before: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """I-5: also in folders that a crash left behind before their parents were flushed."""
    disk = Disk(tmp_path)
    disk.watch(monkeypatch, lambda _: None)
    if made_before:
        (tmp_path / FOLDER / DAY.isoformat()).mkdir(parents=True)

    write(BackupStore(tmp_path))

    assert disk.lost(tmp_path) == []
    assert disk.torn == []


def test_a_backup_that_a_crash_left_without_flush_of_its_folder_becomes_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-5: fetched again it is not written again, but its name is flushed now."""
    mail_id = uuid4()
    store = BackupStore(tmp_path)
    disk = Disk(tmp_path)
    with monkeypatch.context() as crash:
        disk.watch(crash, lambda _: None)
        crash.setattr("shared.backup.store.flush_folder", lambda _: None)
        store.write([(mail_id, b"a")], DAY)
    assert disk.lost(tmp_path) != []
    disk.watch(monkeypatch, lambda _: None)

    store.write([(mail_id, b"a")], DAY)

    assert disk.lost(tmp_path) == []


def test_a_note_of_a_failed_mail_is_durable_before_its_mail_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O-2: whoever looks for the mail must find why it is nowhere."""
    disk = Disk(tmp_path)
    disk.watch(monkeypatch, lambda _: None)
    message = MailFetched(
        mail_id=uuid4(),
        box="crm",
        source="imap:INBOX/7/12",
        received_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
        size=3,
        sha256="00" * 32,
        backup_key=f"{FOLDER}/2026-11-21/{uuid4()}.eml",
    )

    FailedMail(tmp_path).note(FailedMailNote(message, "why", "2026-11-21T08:00:01+00:00"))

    assert disk.lost(tmp_path) == []
    assert disk.torn == []


def test_the_reason_is_durable_before_its_file_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-7: a file in failed/ always has its reason, after a power cut, too."""
    (tmp_path / "a.eml").write_bytes(b"x")
    disk = Disk(tmp_path)
    source = EmlDir(tmp_path, 0)
    ((mail,),) = source.batches()
    lost: list[list[Path]] = []
    disk.watch(monkeypatch, lambda _: None)
    (tmp_path / FAILED).mkdir()
    rename = os.rename

    def moving(old: Path, new: Path) -> None:
        lost.append([place for place in (tmp_path / FAILED).iterdir() if not disk.whole(place)])
        rename(old, new)

    monkeypatch.setattr(os, "rename", moving)

    source.set_aside(mail, a_failure("why"))

    assert lost == [[]]
    assert (tmp_path / FAILED / "a.eml.reason.txt").read_text() == "why\n"


def test_the_legacy_log_is_durable_before_its_lines_are_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-d: what the database takes for written survives a power cut."""
    installation = an_installation(tmp_path / "i")
    installation.drop("a.eml", SMALL)
    disk = Disk(tmp_path)
    disk.watch(monkeypatch, lambda _: None)
    log = installation.data / LEGACY_LOG
    unconfirmed: list[Sequence[Path]] = []
    event.listen(
        installation.erp.engine,
        "commit",
        lambda _: unconfirmed.append(
            [place for place in disk.lost(installation.data) if place == log]
        ),
    )

    installation.run()

    assert log.read_text().endswith(" PROCESSED\n")
    assert not any(unconfirmed)


def test_sqlite_flushes_every_commit(tmp_path: Path) -> None:
    """I-5, NG-9: write-ahead log, and each commit flushed, on every connection of the pool."""
    engine = open_database(f"sqlite:///{tmp_path / 'erp.db'}")
    with write_transaction(engine) as first, engine.connect() as second:
        for connection in (first, second):
            synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
            assert synchronous in {2, 3}, "neither FULL nor EXTRA"
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


def test_the_watch_sees_what_is_not_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """House: the watch itself: a file without flush is lost, and so is one without its name."""
    disk = Disk(tmp_path)
    disk.watch(monkeypatch, lambda _: None)
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "a").rename(tmp_path / "c")

    assert sorted(place.name for place in disk.lost(tmp_path)) == ["b", "c"]
    assert [place.name for place in disk.torn] == ["c"]
