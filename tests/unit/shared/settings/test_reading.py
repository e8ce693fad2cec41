import os
from pathlib import Path

import pytest

from shared.settings.reading import UnreadableError, read_small_file


def test_a_file_up_to_the_limit_is_read(tmp_path: Path) -> None:
    """I-1: exactly the limit is still read."""
    path = tmp_path / "crm.xml"
    path.write_bytes(b"12345")
    assert read_small_file(path, 5) == b"12345"


def test_a_file_above_the_limit_is_refused(tmp_path: Path) -> None:
    """H-12: one byte more than the limit is refused."""
    path = tmp_path / "crm.xml"
    path.write_bytes(b"123456")
    with pytest.raises(UnreadableError, match="larger than 5 bytes"):
        read_small_file(path, 5)


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    """H-12: a directory, a pipe that nobody writes to, and a missing file are told apart."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe):
        with pytest.raises(UnreadableError, match="not a file"):
            read_small_file(path, 5)
    with pytest.raises(UnreadableError, match="no such file"):
        read_small_file(tmp_path / "missing", 5)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
def test_an_impossible_path_is_refused(tmp_path: Path, name: str) -> None:
    """H-12: a path that no file can have is a sentence, not a traceback."""
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_small_file(tmp_path / name, 5)
