from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.fetcher.seen import Seen
from shared.errors import TransientError

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_what_was_taken_is_known_after_a_restart(tmp_path: Path) -> None:
    """I-8: mail that stays in its box is not taken twice, place by place."""
    seen = Seen(tmp_path / "box.db")
    seen.remember("INBOX", ["7:1", "7:2"])
    seen.remember("INBOX", ["7:2"])
    seen.close()

    again = Seen(tmp_path / "box.db")

    assert again.known("INBOX") == {"7:1", "7:2"}
    assert again.known("Archive") == frozenset()
    again.close()


def test_what_left_the_box_is_forgotten(tmp_path: Path) -> None:
    """I-8: the memory does not grow for ever."""
    seen = Seen(tmp_path / "box.db")
    seen.remember("INBOX", ["7:1", "7:2"])
    seen.remember("Other", ["7:1"])

    seen.keep_only("INBOX", {"7:2", "7:3"})

    assert seen.known("INBOX") == {"7:2"}
    assert seen.known("Other") == {"7:1"}
    seen.close()


def test_the_first_opening_of_a_place_is_remembered(tmp_path: Path) -> None:
    """I-11: later openings do not change when a place was first read."""
    seen = Seen(tmp_path / "box.db")
    assert seen.opened_at("INBOX") is None

    seen.open("INBOX", NOW)
    seen.open("INBOX", NOW + timedelta(days=1))

    assert seen.opened_at("INBOX") == NOW
    seen.close()


def test_the_last_round_of_each_place_is_told(tmp_path: Path) -> None:
    """O-4: when a box was last read, and how many mails waited."""
    seen = Seen(tmp_path / "box.db")
    seen.note_round("INBOX", NOW, 7)
    seen.note_round("INBOX", NOW + timedelta(minutes=5), 2)

    assert seen.rounds() == {"INBOX": (NOW + timedelta(minutes=5), 2)}
    seen.close()


def test_a_file_that_cannot_be_used_is_told_plainly(tmp_path: Path) -> None:
    """F-74: a folder that may not be written stops the fetcher with a sentence."""
    (tmp_path / "box.db").mkdir()

    with pytest.raises(TransientError, match="CRMSERVICE_DATA"):
        Seen(tmp_path / "box.db")
