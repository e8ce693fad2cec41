"""Whoever replays mail, the services can read its backup, or it is refused."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.answers.replay import Replay
from services.assembly.pipeline import local_pipeline
from services.assembly.run import Tally
from shared.backup.store import BackupStore
from shared.errors import WrongUseError
from shared.owner import give, refuse_strangers
from tests.builders import raw_mail
from tests.installation import Installation, an_installation

_ROOT = 0
_SERVICE = 65534
"""Any user that is not root; without root's rights the test can only be itself."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may pass through, as `/var/lib`."""
    made = Path(tempfile.mkdtemp(prefix="crm-replay-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def _service_user() -> int:
    return _SERVICE if os.geteuid() == _ROOT else os.geteuid()


@contextmanager
def _as_service() -> Iterator[None]:
    """The block runs with the rights of the services' user."""
    if os.geteuid() != _ROOT:
        yield
        return
    os.setegid(_SERVICE)
    os.seteuid(_SERVICE)
    try:
        yield
    finally:
        os.seteuid(_ROOT)
        os.setegid(_ROOT)


def _installed(folder: Path) -> Installation:
    """An installation whose data folder belongs to the services' user."""
    installed = an_installation(folder / "here")
    for path in (installed.data, *installed.data.rglob("*")):
        os.chown(path, _service_user(), -1)
    return installed


def _replay(installed: Installation, file: Path) -> None:
    given = Replay(installed.data, installed.erp, [installed.box])
    tally = Tally(installed.recorded.append)
    publisher = local_pipeline([installed.box], installed.erp, installed.data, tally)
    assert [one for one in given.publish([file], publisher) if one.kept] == []


def test_what_root_replays_can_be_read_by_the_services(folder: Path) -> None:
    """I-5, O-1: backup and its folders belong to the owner of the data folder, to nobody else."""
    installed = _installed(folder)
    elsewhere = folder / "old.eml"
    elsewhere.write_bytes(raw_mail(subject="Old"))

    _replay(installed, elsewhere)

    (row,) = installed.list("journal")
    backup = installed.data / row["backup"]
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert {path.stat().st_uid for path in (backup, *backup.parents[:2])} == {_service_user()}
    with _as_service():
        assert BackupStore(installed.data).read(row["backup"]) == elsewhere.read_bytes()


def test_a_backup_that_root_left_is_handed_over_too(folder: Path) -> None:
    """O-1: what an earlier command wrote as root does not stop the services."""
    installed = _installed(folder)
    elsewhere = folder / "old.eml"
    elsewhere.write_bytes(raw_mail(subject="Old"))
    _replay(installed, elsewhere)
    (row,) = installed.list("journal")
    os.chown(installed.data / row["backup"], os.geteuid(), -1)

    _replay(installed, installed.data / row["backup"])

    with _as_service():
        assert BackupStore(installed.data).read(row["backup"])


def test_another_user_is_refused_before_anything_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O-6: the message says whose the folder is and what to do."""
    installed = _installed(folder)
    elsewhere = folder / "old.eml"
    elsewhere.write_bytes(raw_mail(subject="Old"))
    monkeypatch.setattr(os, "geteuid", lambda: 54321)

    with pytest.raises(WrongUseError, match=r"belongs to .*; run this command as"):
        _replay(installed, elsewhere)

    assert not (installed.data / "POP3Downloads").exists()


def test_a_file_that_cannot_be_read_is_told_plainly(folder: Path) -> None:
    """O-6: no traceback for an operator's mistake."""
    installed = _installed(folder)

    with pytest.raises(WrongUseError, match=r"gone\.eml cannot be read: No such file"):
        _replay(installed, folder / "gone.eml")


def test_only_root_gives_and_never_through_a_link(folder: Path) -> None:
    """I-5: a link that somebody has put there gets no other file a new owner."""
    data, target, link = folder / "data", folder / "target", folder / "link"
    data.mkdir()
    os.chown(data, _service_user(), -1)
    target.write_bytes(b"")
    link.symlink_to(target)

    give(link, data)

    assert target.stat().st_uid == os.geteuid()
    assert link.lstat().st_uid == _service_user()
    refuse_strangers(data)
