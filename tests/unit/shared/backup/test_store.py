import base64
import errno
import io
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from shared.backup.store import FOLDER, BackupStore, MissingBackupError, key_of
from shared.contracts.content import Inside, PartRef
from shared.contracts.said import said
from shared.errors import AwayError, PermanentError, TransientError

DAY = date(2026, 11, 21)


def test_a_backup_is_the_mail_byte_for_byte(tmp_path: Path) -> None:
    """I-5: `POP3Downloads/yyyy-MM-dd/<mail id>.eml` holds exactly the bytes of the mail."""
    mail_id, raw = uuid4(), bytes(range(256)) * 10

    (key,) = BackupStore(tmp_path).write([(mail_id, raw)], DAY)

    assert key == f"POP3Downloads/2026-11-21/{mail_id}.eml"
    assert (tmp_path / key).read_bytes() == raw
    assert BackupStore(tmp_path).read(key) == raw


def test_a_backup_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    """I-5: customer mail is nobody else's business."""
    (key,) = BackupStore(tmp_path).write([(uuid4(), b"x")], DAY)

    assert (tmp_path / key).stat().st_mode & 0o077 == 0


def test_a_half_written_backup_of_a_crash_is_replaced(tmp_path: Path) -> None:
    """F-2: what a crash left under a temporary name is no backup and does not stop the next one."""
    store, mail_id = BackupStore(tmp_path), uuid4()
    (key,) = store.write([(mail_id, b"whole")], DAY)
    (tmp_path / key).unlink()
    (tmp_path / key).with_suffix(".part").write_bytes(b"ha")

    store.write([(mail_id, b"whole")], DAY)

    assert [path.name for path in (tmp_path / key).parent.iterdir()] == [f"{mail_id}.eml"]
    assert store.read(key) == b"whole"


def test_the_same_mail_again_keeps_its_backup(tmp_path: Path) -> None:
    """I-5: fetched again, a mail has the same backup, which is not written again."""
    store, mail_id = BackupStore(tmp_path), uuid4()
    (key,) = store.write([(mail_id, b"x")], DAY)
    before = (tmp_path / key).stat().st_ino

    assert store.write([(mail_id, b"x")], DAY) == [key]
    assert (tmp_path / key).stat().st_ino == before


def test_a_disk_that_refuses_is_told_plainly(tmp_path: Path) -> None:
    """F-70: a backup that cannot be written is a transient error with path and remedy."""
    (tmp_path / "POP3Downloads").write_text("in the way")

    with pytest.raises(TransientError, match="check free space"):
        BackupStore(tmp_path).write([(uuid4(), b"x")], DAY)


def _refusing(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("what", ["pathlib.Path.rename", "os.fsync", "os.open"])
def test_a_clean_up_that_fails_does_not_hide_what_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """F-70: in a folder that may not be written the rest cannot be removed either."""
    store = BackupStore(tmp_path)
    monkeypatch.setattr("pathlib.Path.unlink", _refusing)
    monkeypatch.setattr(what, _refusing)

    with pytest.raises(TransientError, match="access rights"):
        store.write_large([b"x"], DAY, lambda _: uuid4())
    with pytest.raises(TransientError, match="access rights"):
        store.write([(uuid4(), b"x")], DAY)


@pytest.mark.parametrize("cleans_up", [True, False])
def test_a_source_that_breaks_off_leaves_no_backup(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cleans_up: bool,  # noqa: FBT001 - a parameter
) -> None:
    """I-5: half a large mail is no backup; the source's own error is told."""

    def slices() -> Iterator[bytes]:
        yield b"half"
        raise TransientError(said("the server went away"))

    if not cleans_up:
        monkeypatch.setattr("pathlib.Path.unlink", _refusing)

    with pytest.raises(TransientError, match="the server went away"):
        BackupStore(tmp_path).write_large(slices(), DAY, lambda _: uuid4())

    left = list((tmp_path / FOLDER).rglob("*.*"))
    assert [place.suffix for place in left] == ([] if cleans_up else [".part"])


def test_a_data_folder_that_is_missing_is_not_made(tmp_path: Path) -> None:
    """I-5: a volume that is not mounted, a mistyped path: no backups where nobody looks."""
    with pytest.raises(TransientError, match="No such file"):
        BackupStore(tmp_path / "missing").write([(uuid4(), b"x")], DAY)

    assert list(tmp_path.iterdir()) == []


def _part(key: str, start: int, end: int) -> PartRef:
    return PartRef(
        backup_key=key,
        start=start,
        end=end,
        encoding="base64",
        name="a.txt",
        content_type="text/plain",
        size=5,
        sha256="",
    )


def test_a_part_is_cut_out_and_decoded(tmp_path: Path) -> None:
    """A-4: a part is read by its byte range, without parsing the mail."""
    raw = b"header\n\naGVsbG8=\n--x--"
    (key,) = BackupStore(tmp_path).write([(uuid4(), raw)], DAY)

    assert BackupStore(tmp_path).read_part(_part(key, 8, 17)) == b"hello"


def test_a_file_inside_another_is_cut_out_of_its_decoded_bytes(tmp_path: Path) -> None:
    """H-27, A-4: the range of the package, and in it that of the file, decoded in its own way."""
    package = base64.b64encode(b"head:=6Fne:tail")
    (key,) = BackupStore(tmp_path).write([(uuid4(), b"header\n\n" + package)], DAY)
    outer = _part(key, 8, 8 + len(package))
    inside = Inside(start=5, end=10, encoding="quoted-printable")
    beyond = Inside(start=5, end=100, encoding="identity")

    read = BackupStore(tmp_path).read_part
    assert read(outer.model_copy(update={"inside": inside})) == b"one"
    with pytest.raises(PermanentError, match="shorter than it was"):
        read(outer.model_copy(update={"inside": beyond}))


def test_a_part_beyond_its_backup_is_an_error(tmp_path: Path) -> None:
    """A-4: a backup that is shorter than it was, or gone, is named and nothing is invented."""
    (key,) = BackupStore(tmp_path).write([(uuid4(), b"short")], DAY)

    with pytest.raises(PermanentError, match="shorter"):
        BackupStore(tmp_path).read_part(_part(key, 0, 100))
    with pytest.raises(TransientError, match="missing"):
        BackupStore(tmp_path).read(_key())


def _key() -> str:
    return key_of(uuid4(), DAY)


def _a_link(path: Path) -> None:
    path.symlink_to(path.parents[2] / "secret")


def _a_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [Path.mkdir, _a_link, _a_pipe])
def test_only_a_plain_file_is_a_backup(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """I-5: a link, a folder or a pipe in a backup's place is that mail's trouble, and is named."""
    store, key = BackupStore(tmp_path), _key()
    store.write([(uuid4(), b"another")], DAY)
    (tmp_path / "secret").write_bytes(b"secret")
    make(tmp_path / key)

    with pytest.raises(TransientError, match=key) as caught:
        store.read(key)

    assert not isinstance(caught.value, AwayError)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO, errno.EISDIR, errno.ESTALE])
def test_an_error_of_one_file_is_its_mails_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """F-70: whatever the disk says of one file, the others are read."""
    store = BackupStore(tmp_path)
    bad, good = store.write([(uuid4(), b"bad"), (uuid4(), b"good")], DAY)
    opened = os.open

    def refusing(path: Path, *arguments: int) -> int:
        if path == tmp_path / bad:
            raise OSError(code, os.strerror(code))
        return opened(path, *arguments)

    monkeypatch.setattr(os, "open", refusing)
    with pytest.raises(TransientError, match=os.strerror(code)) as caught:
        store.read(bad)

    assert not isinstance(caught.value, AwayError)
    assert store.read(good) == b"good"


def test_an_error_while_a_file_is_read_is_told_as_one_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-70: a bad block in the middle of a file."""
    store = BackupStore(tmp_path)
    (key,) = store.write([(uuid4(), b"x")], DAY)

    class Bad(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def opened(descriptor: int, _mode: str) -> Bad:
        os.close(descriptor)
        return Bad()

    monkeypatch.setattr(os, "fdopen", opened)
    with pytest.raises(TransientError, match=f"{key}: Input/output error"):
        store.read(key)
    with pytest.raises(TransientError, match=f"{key}: Input/output error"):
        store.read_part(_part(key, 0, 1))


@pytest.mark.parametrize("gone", [shutil.rmtree, lambda root: shutil.rmtree(root / FOLDER)])
def test_a_disk_that_is_not_there_is_no_mails_trouble(
    tmp_path: Path, gone: Callable[[Path], None]
) -> None:
    """I-5, F-40: a volume that is not mounted is waited for; the error says so itself."""
    (tmp_path / "data").mkdir()
    store = BackupStore(tmp_path / "data")
    (key,) = store.write([(uuid4(), b"x")], DAY)
    gone(tmp_path / "data")

    with pytest.raises(AwayError, match="is mounted") as caught:
        store.read(key)

    assert caught.value.part == "backup"


@pytest.mark.parametrize("key", ["/etc/hostname", "..", ".", "", "POP3Downloads/2026-11-21"])
def test_nothing_but_a_backup_is_opened(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-5: a key of any other form opens nothing, whoever made it."""
    monkeypatch.setattr(os, "open", pytest.fail)

    with pytest.raises(PermanentError, match="names no backup"):
        BackupStore(tmp_path).read(key)
    with pytest.raises(PermanentError, match="names no backup"):
        BackupStore(tmp_path).read_part(_part(key, 0, 1))


def test_a_half_written_backup_is_never_written_through_a_link(tmp_path: Path) -> None:
    """I-5: what somebody has put under the temporary name keeps its content."""
    mail_id, victim = uuid4(), tmp_path / "victim"
    victim.write_bytes(b"precious")
    store = BackupStore(tmp_path)
    store.write([(uuid4(), b"makes the folder")], DAY)
    (tmp_path / key_of(mail_id, DAY)).with_suffix(".part").symlink_to(victim)

    with pytest.raises(TransientError):
        store.write([(mail_id, b"mail")], DAY)

    assert victim.read_bytes() == b"precious"


def test_a_backup_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-1, C-3: its size decides; one that is missing, a pipe or a link is told at once."""
    store = BackupStore(tmp_path)
    small, large = store.write([(uuid4(), b"mail"), (uuid4(), b"mails")], DAY)
    pipe = key_of(uuid4(), DAY)
    os.mkfifo(tmp_path / pipe)

    assert store.read_up_to(4, small) == b"mail"
    with pytest.raises(MissingBackupError):
        store.read_up_to(4, key_of(uuid4(), DAY))
    with pytest.raises(TransientError, match="Cannot read"):
        store.read_up_to(4, pipe)
    monkeypatch.setattr(os, "fdopen", _sealed)
    assert store.read_up_to(4, large) is None


class _SealedFile(io.FileIO):
    """A file whose bytes nobody may read."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise AssertionError(size)


def _sealed(descriptor: int, _mode: str) -> _SealedFile:
    return _SealedFile(descriptor)
