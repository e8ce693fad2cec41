from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.fetcher.failed import FailedMail, FailedMailNote
from shared.contracts.messages import MailFetched
from shared.errors import PermanentError, TransientError
from tests.messages import A_KEY


def a_failure(mail_id: UUID | None = None, reason: str = "why") -> FailedMailNote:
    """A mail that could not be processed."""
    message = MailFetched(
        mail_id=mail_id or uuid4(),
        box="sales",
        source="imap:INBOX/7/12",
        received_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
        size=3,
        sha256="00" * 32,
        backup_key=A_KEY,
    )
    return FailedMailNote(message, reason, "2026-11-21T08:00:01+00:00")


def test_notes_are_kept_until_they_are_forgotten(tmp_path: Path) -> None:
    """O-2: a mail of a mailbox that failed is found again, with its reason."""
    notes, first, second = FailedMail(tmp_path), a_failure(), a_failure(reason="ž")
    assert list(notes.all()) == []

    notes.note(first)
    notes.note(second)
    assert sorted(FailedMail(tmp_path).all(), key=lambda one: one.reason) == [first, second]

    notes.forget(first.message.mail_id)
    notes.forget(first.message.mail_id)
    assert list(notes.all()) == [second]


def test_the_same_mail_has_one_note(tmp_path: Path) -> None:
    """I-5: a mail that fails again replaces its note."""
    mail_id = uuid4()
    notes = FailedMail(tmp_path)
    notes.note(a_failure(mail_id, "first"))

    notes.note(a_failure(mail_id, "second"))

    assert [one.reason for one in notes.all()] == ["second"]


def test_a_foreign_file_is_told_plainly(tmp_path: Path) -> None:
    """H-33: a note that is none of ours is named, not guessed at."""
    (tmp_path / "failed").mkdir()
    (tmp_path / "failed" / "x.json").write_text("{}")

    with pytest.raises(PermanentError, match=r"x\.json is no note of ours"):
        list(FailedMail(tmp_path).all())


def test_a_disk_that_refuses_is_waited_for(tmp_path: Path) -> None:
    """F-70: without the note the mail does not leave its box."""
    (tmp_path / "failed").write_text("a file in the way")

    with pytest.raises(TransientError, match="check free space"):
        FailedMail(tmp_path).note(a_failure())
