import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.fetcher.contents import Contents
from services.fetcher.memory import Memory
from services.fetcher.seen import Seen
from shared.errors import TransientError


def garbage(file: Path) -> None:
    """Something else altogether."""
    file.write_bytes(b"no database at all, and longer than a header of one hundred bytes\n" * 9)


def torn(file: Path) -> None:
    """The first half of what it was."""
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])


def overwritten(file: Path) -> None:
    """A good header, and nonsense behind it."""
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + b"\xa5" * (len(whole) - 100))


def another(file: Path) -> None:
    """A database of somebody else, with a table that is called as ours."""
    file.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE seen (something INTEGER)")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A memory of many mails."""
    file = tmp_path / "box.db"
    with closing(Seen(file)) as seen:
        seen.remember("INBOX", map(str, range(5000)))
    return file


@pytest.mark.parametrize("damage", [garbage, torn, overwritten])
def test_a_damaged_memory_is_set_aside_and_begun_anew(file: Path, damage: object) -> None:
    """I-5: losing it loses nothing, so it stops nothing; it is told, and kept for whoever asks."""
    damage(file)  # type: ignore[operator]

    with capture_logs() as logs, closing(Seen(file)) as seen:
        assert seen.known("INBOX") == frozenset()
        seen.remember("INBOX", ["1"])
        assert seen.known("INBOX") == {"1"}

    assert file.with_name("box.db.damaged").is_file()
    assert [log["log_level"] for log in logs if "damaged" in log["event"]] == ["error"]


def test_a_memory_of_another_kind_is_begun_anew_in_the_next_round(file: Path) -> None:
    """I-5: damage that only a question shows costs one round."""
    another(file)
    with closing(Seen(file)) as seen:
        with pytest.raises(TransientError, match=r"begun anew, which loses no mail"):
            seen.known("INBOX")

        assert seen.known("INBOX") == frozenset()


def test_whoever_only_looks_changes_nothing(file: Path) -> None:
    """O-4: `status` and `check` leave a damaged memory to its fetcher."""
    garbage(file)

    with pytest.raises(TransientError, match="CRMSERVICE_DATA"):
        Seen(file, heals=False)

    assert not file.with_name("box.db.damaged").exists()


def test_what_fails_in_the_middle_changes_nothing(file: Path) -> None:
    """I-5: several rows are written together, or none."""
    with closing(Memory(file)) as memory:
        with pytest.raises(TransientError):
            memory.change("INSERT INTO round VALUES (?, ?, ?)", ["a", "b", 1], ["a", "b", 1])

        assert memory.rows("SELECT * FROM round") == []


def test_contents_are_known_until_their_names_have_gone(file: Path) -> None:
    """F-51: a digest leads to the mail's last name; what left the box is forgotten."""
    with closing(Memory(file)) as memory:
        contents = Contents(memory)
        contents.remember("INBOX", [("aa", "7/1"), ("bb", "7/2")])
        contents.remember("INBOX", [("aa", "8/1")])

        assert contents.name_of("INBOX", "aa") == "8/1"
        assert contents.name_of("Other", "aa") is None
        contents.keep_only("INBOX", {"8/1"})
        assert contents.name_of("INBOX", "bb") is None


def test_changes_of_uidvalidity_are_counted(file: Path) -> None:
    """F-51: the first look is no change; those after it are, over restarts."""
    for validity, changes in ((7, (0, 0)), (7, (0, 0)), (8, (1, 0)), (8, (1, 1)), (7, (2, 1))):
        with closing(Memory(file)) as memory:
            assert Contents(memory).changes("INBOX", validity) == changes
