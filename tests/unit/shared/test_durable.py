import errno
import os
from pathlib import Path

import pytest

from shared.durable import discard_forgotten, flush_folder, make_folder, unfinished


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_flushes_no_folders_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A-4: a share of Windows writes names at once and says so in this way."""

    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)

    flush_folder(tmp_path)


def test_a_disk_that_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-5: a flush that failed has made nothing durable."""

    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(OSError, match="Input/output"):
        flush_folder(tmp_path)
    with pytest.raises(OSError, match="Input/output"):
        make_folder(tmp_path / "a" / "b", tmp_path, 0o700)


def test_a_folder_made_anew_is_flushed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-5: somebody removed it, and what this process knew of it is no longer true."""
    flushed: list[str] = []

    def flush(number: int) -> None:
        flushed.append(str(Path(f"/proc/self/fd/{number}").readlink()))

    monkeypatch.setattr(os, "fsync", flush)
    folder = tmp_path / "a"
    for _ in range(2):
        make_folder(folder, tmp_path, 0o700)
    assert flushed == [str(tmp_path)]
    folder.rename(tmp_path / "moved")

    make_folder(folder, tmp_path, 0o700)

    assert flushed == [str(tmp_path)] * 2


def test_what_is_below_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    """I-13: a mistyped path makes nothing."""
    with pytest.raises(FileNotFoundError):
        make_folder(tmp_path / "typo" / "a", tmp_path / "typo", 0o700)

    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_making_stays_only_if_it_gets_its_name(tmp_path: Path) -> None:
    """I-5: whatever goes wrong, the half is removed and the error told."""

    def break_off() -> None:
        with unfinished(tmp_path / "a.part") as half:
            half.write_bytes(b"ha")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    with unfinished(tmp_path / "b.part") as half:
        half.write_bytes(b"whole")
        half.rename(tmp_path / "b")

    assert [place.name for place in tmp_path.iterdir()] == ["b"]


def test_two_may_clean_up_at_once(tmp_path: Path) -> None:
    """F-2: a half that went away meanwhile is no error; a young one is being written."""
    old, young = tmp_path / "old.part", tmp_path / "young.part"
    for place in (old, young):
        place.write_bytes(b"ha")
    os.utime(old, (1, 1))

    assert discard_forgotten([tmp_path / "gone.part", old, young], 3600) == 1
    assert list(tmp_path.iterdir()) == [young]
