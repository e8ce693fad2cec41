"""Attachments as files below rootPath: what is stored, and that nothing is ever lost."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from services.writer.stage import WriterStage
from shared.contracts.said import said
from shared.errors import PermanentError, TransientError
from tests.builders import raw_mail
from tests.installation import Installation, an_installation, mapping_with_files

JAN, EVA, PETR = "jan.novak@firma.cz", "eva.mala@firma.cz", "petr@acme.example"
LONG_AGO = (1_000_000, 1_000_000)


def _with_files(*files: tuple[str, str], to: str = f"{JAN}, {EVA}") -> bytes:
    """A mail with files of these names and texts."""
    parts = "".join(
        f'--x\nContent-Type: application/octet-stream; name="{name}"\n\n{text}\n'
        for name, text in files
    )
    return raw_mail(
        f"--x\n\nHello\n{parts}--x--\n",
        sender=PETR,
        to=to,
        more='Content-Type: multipart/mixed; boundary="x"\n',
    )


def _installation(folder: Path, root: Path) -> Installation:
    """An installation in `folder` whose attachments lie below `root`."""
    folder.mkdir()
    return an_installation(folder / "i", mapping=mapping_with_files(folder), root_path=str(root))


def _paths(installation: Installation) -> list[str]:
    table = installation.erp.tables.table("attachment")
    with installation.erp.engine.connect() as connection:
        return [row.path for row in connection.execute(table.select().order_by(table.c.id))]


def _stored(root: Path) -> Mapping[str, bytes]:
    files = root.glob("Files/CRMService/*/crm-*")
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The ERP's folder."""
    root = tmp_path / "netgenium"
    root.mkdir()
    return root


def test_attachments_can_lie_in_a_directory(tmp_path: Path, root: Path) -> None:
    """A-4: strategy `directory`: one file a mail below rootPath, and rows that name it."""
    installation = _installation(tmp_path / "a", root)
    installation.drop("a.eml", _with_files(("drawing.PDF", "%PDF-1.4")))

    installation.run()

    first, second = _paths(installation)
    (mail,) = installation.list("journal")
    assert first == second
    assert _stored(root) == {first: b"%PDF-1.4"}
    assert first.startswith("Files/CRMService/")
    assert mail["mail_id"] in first
    assert first.endswith(".pdf")


def test_another_database_of_the_same_folder_loses_no_file(tmp_path: Path, root: Path) -> None:
    """I-5: a fresh database, a rehearsal or one restored from before removes no file there."""
    production = _installation(tmp_path / "a", root)
    production.drop("a.eml", _with_files(("a.pdf", "one"), ("b.txt", "two")))
    production.run()
    stored = _stored(root)
    assert len(stored) == 2
    for path in stored:
        os.utime(root / path, LONG_AGO)

    rehearsal = _installation(tmp_path / "b", root)
    rehearsal.run()
    assert _stored(root) == stored
    rehearsal.drop("a.eml", _with_files(("a.pdf", "one"), ("b.txt", "two")))
    rehearsal.run()

    assert _stored(root) == stored
    assert sorted(set(_paths(rehearsal))) == sorted(stored)


def test_files_that_no_row_names_stay(tmp_path: Path, root: Path) -> None:
    """I-5: that a row is missing is no evidence, whatever the name and age of the file."""
    installation = _installation(tmp_path / "a", root)
    installation.run()
    shelf = root / "Files" / "CRMService" / "aa"
    shelf.mkdir()
    files = [shelf / "crm-0123456789abcdef.pdf", shelf / "x.pdf", shelf / "crm-x.part"]
    for file in files:
        file.write_bytes(b"x")
        os.utime(file, LONG_AGO)

    installation.run()

    assert all(file.exists() for file in files)


def test_a_mail_that_fails_and_comes_again_finds_its_files(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-4: what an attempt without commit has left is used by the next: no orphans pile up."""
    installation = _installation(tmp_path / "a", root)
    installation.drop("a.eml", _with_files(("a.pdf", "one")))
    with monkeypatch.context() as broken:

        def refuse(*_: object) -> None:
            raise PermanentError(said("no"))

        broken.setattr(WriterStage, "_apply", _then(WriterStage._apply, refuse))
        installation.run()
    left = _stored(root)
    assert len(left) == 1

    (installation.eml / "failed" / "a.eml").rename(installation.eml / "a.eml")
    installation.run()

    assert _stored(root) == left
    assert set(_paths(installation)) == set(left)


def _then(work: object, afterwards: object) -> object:
    def both(*arguments: object) -> None:
        work(*arguments)  # type: ignore[operator]
        afterwards()  # type: ignore[operator]

    return both


def test_a_file_that_somebody_changed_is_not_overwritten(tmp_path: Path, root: Path) -> None:
    """A-4: the ERP's users may have edited it: the mail's own bytes get another name."""
    first = _installation(tmp_path / "a", root)
    first.drop("a.eml", _with_files(("a.txt", "one")))
    first.run()
    (path,) = set(_paths(first))
    (root / path).write_bytes(b"edited")

    second = _installation(tmp_path / "b", root)
    second.drop("a.eml", _with_files(("a.txt", "one")))
    second.run()

    assert (root / path).read_bytes() == b"edited"
    (other,) = set(_paths(second))
    assert (root / other).read_bytes() == b"one"


def test_the_folder_serves_nothing_and_is_not_for_everybody(tmp_path: Path, root: Path) -> None:
    """A-4: IIS serves nothing from it; the ERP's group reads, nobody else."""
    installation = _installation(tmp_path / "a", root)
    installation.drop("a.eml", _with_files(("shell.aspx", "<% %>")))

    installation.run()

    base = root / "Files" / "CRMService"
    (path,) = set(_paths(installation))
    assert path.endswith(".aspx.bin")
    assert b"<clear />" in (base / "web.config").read_bytes()
    for place in (base, root / path, (root / path).parent):
        assert place.stat().st_mode & 0o007 == 0


def test_a_web_config_of_the_site_stays(tmp_path: Path, root: Path) -> None:
    """A-4: somebody who has written one knows better."""
    base = root / "Files" / "CRMService"
    base.mkdir(parents=True)
    (base / "web.config").write_text("theirs")

    _installation(tmp_path / "a", root).run()

    assert (base / "web.config").read_text() == "theirs"


def test_what_crashes_left_half_written_goes_after_a_day(tmp_path: Path, root: Path) -> None:
    """A-4: a file in the making has no name that a row could have; a young one is being written."""
    installation = _installation(tmp_path / "a", root)
    installation.run()
    unfinished = root / "Files" / "CRMService" / "unfinished"
    old, young = unfinished / "old.part", unfinished / "young.part"
    for file in (old, young):
        file.write_bytes(b"ha")
    os.utime(old, LONG_AGO)

    installation.run()

    assert [file.name for file in unfinished.iterdir()] == ["young.part"]


def test_a_mistyped_root_path_is_not_made(tmp_path: Path) -> None:
    """I-13: files go below the ERP's own folder, or nowhere; the mail stays."""
    installation = an_installation(tmp_path / "i", mapping=mapping_with_files(tmp_path))
    (tmp_path / "i" / "erp").rmdir()
    installation.drop("a.eml", _with_files(("a.txt", "one")))

    with pytest.raises(TransientError, match="check that it is there"):
        installation.run()

    assert not (tmp_path / "i" / "erp").exists()
    assert (installation.eml / "a.eml").exists()
