import os
from collections.abc import Callable
from pathlib import Path

import pytest

from services.fetcher.sources.eml_dir import EmlDir
from services.fetcher.sources.file_time import moment_of
from services.fetcher.sources.port import SourceMail
from shared.errors import TransientError
from tests.messages import a_failure


def a_source(folder: Path, during_wait: Callable[[], object] = lambda: None) -> EmlDir:
    """A source whose wait does `during_wait` instead of sleeping."""
    return EmlDir(folder, 1.0, sleep=lambda _: during_wait())  # type: ignore[arg-type]


def _all(source: EmlDir) -> list[SourceMail]:
    return [mail for batch in source.batches() for mail in batch]


def test_files_come_out_by_name_and_stay_until_acknowledged(tmp_path: Path) -> None:
    """I-7: every .eml file, whatever its case, in order; other files are left alone."""
    for name in ("b.eml", "a.EML", "notes.txt"):
        (tmp_path / name).write_bytes(name.encode())
    source = a_source(tmp_path)

    mails = _all(source)

    assert [(mail.identity, mail.raw) for mail in mails] == [
        ("a.EML", b"a.EML"),
        ("b.eml", b"b.eml"),
    ]
    source.acknowledge([mails[0]])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.eml", "notes.txt"]


@pytest.mark.parametrize("change", ["grows", "is touched", "is new"])
def test_a_file_that_does_not_stand_still_waits(tmp_path: Path, change: str) -> None:
    """I-7: size and time must have been stable; a half-written file is left for later."""
    file = tmp_path / "a.eml"
    file.write_bytes(b"half")

    def happen() -> None:
        match change:
            case "grows":
                file.write_bytes(b"half and more")
            case "is touched":
                os.utime(file, (1, 1))
            case _:
                (tmp_path / "new.eml").write_bytes(b"x")
                os.utime(file, (1, 1))

    source = a_source(tmp_path, happen)

    assert _all(source) == []
    assert source.report().unsettled == len(list(tmp_path.glob("*.eml")))
    assert file.exists()


def test_an_old_file_is_taken_at_the_first_look(tmp_path: Path) -> None:
    """I-7: what has stood still for long enough is not waited for."""
    for name in ("a.eml", "b.eml"):
        (tmp_path / name).write_bytes(name.encode())
        os.utime(tmp_path / name, (1_000_000, 1_000_000))
    waits: list[float] = []
    source = EmlDir(tmp_path, 30.0, sleep=waits.append)

    assert [mail.identity for mail in _all(source)] == ["a.eml", "b.eml"]
    assert (waits, source.report().unsettled) == ([], 0)


def test_old_files_do_not_wait_for_young_ones(tmp_path: Path) -> None:
    """I-7: the old ones are out before the wait begins; a young one comes after it."""
    for name in ("a-young.eml", "b-old.eml", "c-grows.eml"):
        (tmp_path / name).write_bytes(b"x")
    os.utime(tmp_path / "b-old.eml", (1_000_000, 1_000_000))
    out: list[str] = []
    seen_at_wait: list[list[str]] = []

    def wait(seconds: float) -> None:
        assert seconds == 5.0
        seen_at_wait.append(list(out))
        (tmp_path / "c-grows.eml").write_bytes(b"xx")

    source = EmlDir(tmp_path, 5.0, sleep=wait)
    for batch in source.batches():
        out += [mail.identity for mail in batch]

    assert seen_at_wait == [["b-old.eml"]]
    assert out == ["b-old.eml", "a-young.eml"]
    assert source.report().unsettled == 1


@pytest.mark.parametrize(("age", "waits"), [(4.9, [5.0]), (5.0, []), (-100.0, [5.0])])
def test_only_the_age_of_a_file_decides_whether_it_waits(
    tmp_path: Path, age: float, waits: list[float]
) -> None:
    """I-7: a time in the future, of a server whose clock is ahead, waits and is taken then."""
    (tmp_path / "a.eml").write_bytes(b"x")
    os.utime(tmp_path / "a.eml", (1_000_000, 1_000_000))
    waited: list[float] = []
    source = EmlDir(tmp_path, 5.0, sleep=waited.append, now=lambda: 1_000_000 + age)

    assert [mail.identity for mail in _all(source)] == ["a.eml"]
    assert waited == waits


def test_a_symbolic_link_is_never_followed(tmp_path: Path) -> None:
    """I-7, F-72: a link moves to failed/ with a reason; what it points to is not read."""
    secret = tmp_path / "secret"
    secret.write_text("root:x:0")
    folder = tmp_path / "eml"
    folder.mkdir()
    (folder / "link.eml").symlink_to(secret)
    (folder / "good.eml").write_bytes(b"good")
    source = a_source(folder)

    assert [mail.raw for mail in _all(source)] == [b"good"]
    assert (folder / "failed" / "link.eml").is_symlink()
    assert "plain file" in (folder / "failed" / "link.eml.reason.txt").read_text()
    assert secret.read_text() == "root:x:0"
    assert source.report().unprocessable == 1


def test_a_pipe_does_not_hang_the_source(tmp_path: Path) -> None:
    """F-72: what is no plain file is moved aside at once."""
    os.mkfifo(tmp_path / "pipe.eml")

    assert _all(a_source(tmp_path)) == []
    assert "not a plain file" in (tmp_path / "failed" / "pipe.eml.reason.txt").read_text()


def test_a_huge_file_is_set_aside_unread(tmp_path: Path) -> None:
    """F-72: a file that is larger than any mail moves to failed/ without being read."""
    with (tmp_path / "huge.eml").open("wb") as file:
        file.truncate(300 * 1024 * 1024)

    assert _all(a_source(tmp_path)) == []
    assert "larger than 200 MB" in (tmp_path / "failed" / "huge.eml.reason.txt").read_text()


def test_a_folder_named_like_a_mail_is_left_alone(tmp_path: Path) -> None:
    """F-72: directories are no mail."""
    (tmp_path / "folder.eml").mkdir()

    assert _all(a_source(tmp_path)) == []
    assert (tmp_path / "folder.eml").is_dir()


def test_a_mail_that_was_refused_moves_to_failed_with_its_reason(tmp_path: Path) -> None:
    """I-7: set aside beside its reason; an earlier one of the same name is not overwritten."""
    source = a_source(tmp_path)
    for content in (b"one", b"two"):
        (tmp_path / "a.eml").write_bytes(content)
        (mail,) = _all(source)
        source.set_aside(mail, a_failure(f"because of {content.decode()}"))

    failed = tmp_path / "failed"
    assert (failed / "a.eml").read_bytes() == b"one"
    assert (failed / "a.eml.2").read_bytes() == b"two"
    assert (failed / "a.eml.2.reason.txt").read_text() == "because of two\n"


def test_batches_are_bounded_in_number_and_bytes(tmp_path: Path) -> None:
    """I-7: memory stays bounded: at most 100 mails or about 8 MB at a time."""
    for number in range(150):
        (tmp_path / f"{number:03}.eml").write_bytes(b"x")
    for number in range(3):
        (tmp_path / f"large{number}.eml").write_bytes(b"x" * (5 * 1024 * 1024))

    sizes = [len(batch) for batch in a_source(tmp_path).batches()]

    assert sizes == [100, 51, 1, 1]


def test_a_name_of_the_longest_length_is_set_aside_too(tmp_path: Path) -> None:
    """F-72: a file name of 255 bytes leaves room for its reason and for a second one."""
    name = "ž" * 125 + "x.eml"
    source = a_source(tmp_path)
    for content in (b"one", b"two"):
        (tmp_path / name).write_bytes(content)
        (mail,) = _all(source)
        source.set_aside(mail, a_failure("why"))

    kept = [path for path in (tmp_path / "failed").iterdir() if path.suffix != ".txt"]
    assert sorted(path.read_bytes() for path in kept) == [b"one", b"two"]


def test_a_folder_that_cannot_be_written_is_told_plainly(tmp_path: Path) -> None:
    """F-72: what stands in the way of failed/ is a sentence with a remedy, and the file stays."""
    (tmp_path / "failed").write_text("in the way")
    (tmp_path / "a.eml").symlink_to("/nowhere")

    with pytest.raises(TransientError, match="check who may write there"):
        _all(a_source(tmp_path))
    assert (tmp_path / "a.eml").is_symlink()


def test_a_new_mail_under_an_old_name_is_not_deleted_with_the_old_one(tmp_path: Path) -> None:
    """I-6: what was not read is not acknowledged, even if it has the name of what was."""
    (tmp_path / "a.eml").write_bytes(b"old")
    source = a_source(tmp_path)
    (mail,) = _all(source)
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "new").rename(tmp_path / "a.eml")

    source.acknowledge([mail])

    assert [one.raw for one in _all(source)] == [b"new"]


def test_a_time_that_no_calendar_has_is_now() -> None:
    """F-72: a file with an absurd time is a mail like any other."""
    assert moment_of(1e14).year >= 2026
    assert moment_of(0).year == 1970


def test_a_missing_folder_is_told_plainly(tmp_path: Path) -> None:
    """F-72: an emlDir that is not there is an error that names it."""
    with pytest.raises(TransientError, match="nowhere"):
        _all(a_source(tmp_path / "nowhere"))
