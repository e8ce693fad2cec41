"""A backup that cannot be read is its mail's trouble; a disk that is not there is nobody's."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.assembly.pipeline import local_pipeline
from services.assembly.run import Tally
from shared.backup.store import BackupStore
from shared.broker.port import Publisher
from shared.contracts.messages import FetchedMail, MailFetched
from shared.errors import AwayError
from tests.builders import raw_mail
from tests.installation import Installation, an_installation


def _by_its_backup(installed: Installation, subject: str) -> FetchedMail:
    """A mail that travels without its body."""
    now, mail_id = datetime.now(UTC), uuid4()
    raw = raw_mail(sender="petr@acme.example", to="jan.novak@firma.cz", subject=subject)
    (key,) = BackupStore(installed.data).write([(mail_id, raw)], now.date())
    message = MailFetched(
        mail_id=mail_id, box="crm", source="imap:1", received_at=now, size=len(raw),
        sha256="0" * 64, backup_key=key,
    )  # fmt: skip
    return FetchedMail(message, None)


def _pipeline(installed: Installation) -> Publisher[FetchedMail]:
    tally = Tally(installed.recorded.append)
    return local_pipeline([installed.box], installed.erp, installed.data, tally)


def _is_a_folder(backup: Path) -> None:
    backup.unlink()
    backup.mkdir()


def _leads_elsewhere(backup: Path) -> None:
    backup.rename(backup.with_name("elsewhere"))
    backup.symlink_to(backup.with_name("elsewhere"))


@pytest.mark.parametrize("spoil", [Path.unlink, _is_a_folder, _leads_elsewhere])
def test_a_backup_that_cannot_be_read_postpones_its_mail_alone(
    tmp_path: Path, spoil: object
) -> None:
    """F-70, I-5: its neighbours are recorded; the reason names the backup."""
    assert callable(spoil)
    installed = an_installation(tmp_path)
    first, bad, second = (_by_its_backup(installed, text) for text in ("First", "Bad", "Second"))
    spoil(installed.data / bad.message.backup_key)
    pipeline = _pipeline(installed)

    pipeline.publish([first, bad, second])
    receipt = pipeline.flush()

    assert sorted(row["subject"] for row in installed.list("activities")) == ["First", "Second"]
    assert receipt.refused == {}
    assert _only(receipt.postponed, bad.mail_id).count(bad.message.backup_key) == 1


def _only(reasons: object, mail_id: UUID) -> str:
    assert isinstance(reasons, dict)
    assert list(reasons) == [mail_id]
    return str(reasons[mail_id])


def test_a_disk_of_backups_that_is_not_mounted_is_waited_for(tmp_path: Path) -> None:
    """F-40, I-5: no mail is blamed, and all are recorded when it is back."""
    installed = an_installation(tmp_path)
    mails = [_by_its_backup(installed, text) for text in ("First", "Second")]
    folder, away = installed.data / "POP3Downloads", tmp_path / "unmounted"
    shutil.move(folder, away)
    pipeline = _pipeline(installed)

    with pytest.raises(AwayError, match="is mounted"):
        pipeline.publish(mails)
    shutil.move(away, folder)
    pipeline.publish(mails)

    assert pipeline.flush().kept == {}
    assert len(installed.list("activities")) == 2
