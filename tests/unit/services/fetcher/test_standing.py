from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.fetcher.standing import FeedState, StandingFile
from shared.contracts.said import said


def test_how_a_feed_stands_is_read_by_another_process(tmp_path: Path) -> None:
    """O-4: state, reason, since when, and when it should have told again."""
    before = datetime.now(UTC)
    StandingFile(tmp_path, "crm").tell(FeedState.UNREACHABLE, said("no route"), 60.0)

    found = StandingFile(tmp_path, "crm").read()

    assert found is not None
    assert (found.state, found.why) == (FeedState.UNREACHABLE, "no route")
    assert before <= found.since <= datetime.now(UTC)
    assert found.overdue_at is not None
    assert found.overdue_at >= found.since + timedelta(minutes=11)
    assert StandingFile(tmp_path, "other").read() is None


def test_the_same_trouble_told_again_has_the_same_beginning(tmp_path: Path) -> None:
    """O-4: since when it stands still, over any number of tries and starts."""
    StandingFile(tmp_path, "crm").tell(FeedState.UNREACHABLE, said("no route"), 1.0)
    first = StandingFile(tmp_path, "crm").read()
    StandingFile(tmp_path, "crm").tell(FeedState.UNREACHABLE, said("no route"), 1.0)
    again = StandingFile(tmp_path, "crm").read()
    StandingFile(tmp_path, "crm").tell(FeedState.READING, said(""), None)
    other = StandingFile(tmp_path, "crm").read()

    assert first is not None
    assert again is not None
    assert other is not None
    assert first.since == again.since < other.since
    assert other.overdue_at is None


@pytest.mark.parametrize("content", [b"", b"nonsense", b"{}", b'{"state": "new"}', b"\xff" * 9])
def test_a_damaged_note_is_no_note(tmp_path: Path, content: bytes) -> None:
    """O-4: it stops nobody, and the next word replaces it."""
    file = StandingFile(tmp_path, "crm")
    file.tell(FeedState.READING, said(""), 1.0)
    (note,) = (tmp_path / "feeds").iterdir()
    note.write_bytes(content)
    assert StandingFile(tmp_path, "crm").read() is None

    file.tell(FeedState.RESTING, said(""), 1.0)

    found = StandingFile(tmp_path, "crm").read()
    assert found is not None
    assert found.state is FeedState.RESTING


def test_a_disk_that_refuses_the_note_stops_no_mail(tmp_path: Path) -> None:
    """F-70: the note is for whoever asks, and for nothing else."""
    (tmp_path / "feeds").write_text("no folder", "utf-8")

    StandingFile(tmp_path, "crm").tell(FeedState.READING, said(""), 1.0)

    assert StandingFile(tmp_path, "crm").read() is None
