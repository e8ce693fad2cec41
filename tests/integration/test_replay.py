"""Replays, dead letters and archives without a broker."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.answers.dead_letters import LocalDeadLetters
from services.answers.replay import Replay
from services.assembly.pipeline import local_pipeline
from services.assembly.run import Tally
from services.classifier import stage as classifier
from services.fetcher.failed import FailedMail, FailedMailNote
from shared.contracts.messages import FetchedMail, MailFetched
from shared.errors import WrongUseError
from tests.builders import raw_mail
from tests.installation import Installation, an_installation

PETR, JAN, EVA = "petr@acme.example", "jan.novak@firma.cz", "eva.mala@firma.cz"


def a_mail(subject: str = "Offer", body: str = "Hello.\n", to: str = JAN) -> bytes:
    """A mail of a customer."""
    return raw_mail(body, subject=subject, sender=PETR, to=to)


def replay(installed: Installation, *targets: str, again: bool = False) -> Sequence[str]:
    """Replay, and give the verdicts."""
    before = len(installed.recorded)
    tally = Tally(installed.recorded.append)
    publisher = local_pipeline([installed.box], installed.erp, installed.data, tally)
    given = Replay(installed.data, installed.erp, [installed.box], again=again)
    refused = [batch.kept for batch in given.publish(given.files(targets), publisher) if batch.kept]
    assert refused == []
    return [", ".join(mail.verdict) for mail in installed.recorded[before:]]


def test_a_processed_mail_is_not_processed_again(tmp_path: Path) -> None:
    """O-1: the verdict is told again, nothing is made."""
    installed = an_installation(tmp_path)
    installed.drop("a.eml", a_mail())
    installed.run()
    (mail,) = installed.recorded

    assert replay(installed, str(mail.mail_id)) == ["PROCESSED"]
    assert replay(installed, str(mail.mail_id), again=True) == ["PROCESSED"]

    assert installed.recorded[-1].again
    assert len(installed.list("activities")) == 1
    (row,) = installed.list("journal")
    assert row["mail_id"] == str(mail.mail_id)


def test_a_mail_that_never_got_through_is_processed(tmp_path: Path) -> None:
    """O-1: a backup without a journal row is what a replay is for."""
    installed = an_installation(tmp_path)
    installed.drop("a.eml", a_mail("First"))
    installed.run()
    folder = next((installed.data / "POP3Downloads").iterdir())
    lost = folder / "00000000-0000-5000-8000-000000000001.eml"
    lost.write_bytes(a_mail("Second"))

    assert replay(installed, str(folder)) == ["PROCESSED", "PROCESSED"]
    assert sorted(row["subject"] for row in installed.list("activities")) == ["First", "Second"]
    assert {row["mail_id"] for row in installed.list("journal")} >= {lost.stem}


def test_mail_from_elsewhere_is_backed_up_first(tmp_path: Path) -> None:
    """O-5: the old service's backups can be replayed; twice gives one effect."""
    installed = an_installation(tmp_path)
    old = tmp_path / "old"
    old.mkdir()
    (old / "154c463d-386a-4b61-bf0d-6b2cd91a1bcb.eml").write_bytes(a_mail())

    assert replay(installed, str(old)) == ["PROCESSED"]
    assert replay(installed, str(old)) == ["PROCESSED"]

    assert len(installed.list("activities")) == 1
    (row,) = installed.list("journal")
    assert (installed.data / row["backup"]).read_bytes() == a_mail()


def test_a_duplicate_makes_its_own_activity_when_asked_to(tmp_path: Path) -> None:
    """R-a: --force bypasses the rule once; what it made is not made twice."""
    installed = an_installation(tmp_path)
    installed.drop("a.eml", b"Message-ID: <a@acme.example>\n" + a_mail())
    installed.drop("b.eml", b"Message-ID: <a@acme.example>\n" + a_mail(body="Another text.\n"))
    installed.run()
    twin = next(mail for mail in installed.recorded if "DUPLICATE KEY" in mail.verdict)
    assert len(installed.list("activities")) == 1

    assert replay(installed, str(twin.mail_id)) == ["DUPLICATE KEY, DELETED"]
    assert len(installed.list("activities")) == 1
    assert replay(installed, str(twin.mail_id), again=True) == ["PROCESSED"]
    assert replay(installed, str(twin.mail_id), again=True) == ["PROCESSED"]

    assert len(installed.list("activities")) == 2
    verdicts = {row["mail_id"]: row["verdict"] for row in installed.list("journal")}
    assert verdicts[str(twin.mail_id)] == ["PROCESSED"]


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("nothing-there", "no folder, no file and no mail id"),
        ("154c463d-386a-4b61-bf0d-6b2cd91a1bcb", "no backup of the mail"),
    ],
)
def test_a_target_that_names_nothing_is_told_plainly(
    tmp_path: Path, target: str, told: str
) -> None:
    """O-6: wrong use says what is wrong; an empty folder, too."""
    installed = an_installation(tmp_path)
    given = Replay(installed.data, installed.erp, [installed.box])

    with pytest.raises(WrongUseError, match=told):
        given.files([target])
    (tmp_path / "empty").mkdir()
    with pytest.raises(WrongUseError, match=r"hold no \.eml"):
        given.files([str(tmp_path / "empty")])


def test_a_pipe_among_the_backups_is_told_and_not_waited_for(tmp_path: Path) -> None:
    """O-6: nobody would ever write into it."""
    installed = an_installation(tmp_path)
    os.mkfifo(tmp_path / "a.eml")

    with pytest.raises(WrongUseError, match=r"a\.eml cannot be read: not a plain file"):
        replay(installed, str(tmp_path))


def test_the_folder_of_all_backups_stands_for_its_days(tmp_path: Path) -> None:
    """O-1: after the loss of the queues nobody names each day."""
    installed = an_installation(tmp_path)
    for name in ("a", "b"):
        installed.drop(f"{name}.eml", a_mail(name))
    installed.run()
    one, two = (installed.data / "POP3Downloads").glob("*/*.eml")
    another_day = one.parent.parent / "2026-01-01"
    another_day.mkdir()
    one.rename(another_day / one.name)

    assert replay(installed, str(installed.data / "POP3Downloads")) == ["PROCESSED"] * 2
    assert two.exists()


def _fetched(installed: Installation, raw: bytes, *, archive: bool = False) -> FetchedMail:
    """A mail of a mailbox, as the fetcher publishes it."""
    installed.drop("x.eml", raw)
    installed.run()
    (row,) = installed.list("journal")
    message = MailFetched(
        mail_id=row["mail_id"], box="crm", source="imap:INBOX/7/1",
        received_at=row["received_at"], size=len(raw), sha256="0" * 64,
        backup_key=row["backup"], archive=archive,
    )  # fmt: skip
    return FetchedMail(message, raw)


def test_a_dead_letter_of_a_mailbox_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O-2: without a broker notes are the dead letters; one that fails again keeps its note."""
    elsewhere = an_installation(tmp_path / "elsewhere")
    message = _fetched(elsewhere, a_mail()).message
    installed = an_installation(tmp_path / "here")
    backup = installed.data / message.backup_key
    backup.parent.mkdir(parents=True)
    shutil.copy(elsewhere.data / message.backup_key, backup)
    FailedMail(installed.data).note(FailedMailNote(message, "a bug", "2026-11-21T08:00:00+00:00"))
    broker_messages = LocalDeadLetters(
        installed.data,
        lambda: local_pipeline(
            [installed.box], installed.erp, installed.data, Tally(installed.recorded.append)
        ),
    )
    (broker_message,) = broker_messages.all()
    assert (broker_message.mail_id, broker_message.reason) == (str(message.mail_id), "a bug")
    assert broker_message.details["source"] == "imap:INBOX/7/1"

    with monkeypatch.context() as broken:
        broken.setattr(classifier, "read_mail", lambda *_: 1 / 0)
        assert broker_messages.release(lambda _: True) == 0
    assert len(broker_messages.all()) == 1

    assert broker_messages.release(lambda one: one.mail_id == broker_message.mail_id) == 1
    assert broker_messages.all() == []
    assert len(installed.list("activities")) == 1


def test_old_mail_of_an_archived_box_makes_activities_alone(tmp_path: Path) -> None:
    """I-11: no task, no mark, no invitation; the activity is completed, with its own date."""
    elsewhere = an_installation(tmp_path / "elsewhere")
    raw = raw_mail(subject="New task: Old pump", sender=JAN, to=f"{EVA}, {PETR}")
    mail = _fetched(elsewhere, raw, archive=True)
    assert len(elsewhere.list("tasks")) == 2
    installed = an_installation(tmp_path / "here")
    tally = Tally(installed.recorded.append)
    publisher = local_pipeline([installed.box], installed.erp, installed.data, tally)

    publisher.publish([mail])
    publisher.flush()

    assert installed.verdicts() == ["PROCESSED"]
    assert len(installed.list("tasks")) == 1
    (activity,) = installed.list("activities")
    assert activity["completed"]
    (row,) = installed.list("journal")
    assert row["verdict"] == ["PROCESSED"]
