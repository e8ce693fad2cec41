"""CRMService.log: every word of the journal stands in it once, whatever happens."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.assembly.paths import LEGACY_LOG
from services.assembly.writing import legacy_log
from services.writer.legacy_log import PART
from shared import metrics
from shared.netgenium.database.engine import open_database, write_transaction
from tests.builders import raw_mail
from tests.installation import Installation, an_installation
from tests.log_writers import write_one_log_together

JAN, PETR = "jan.novak@firma.cz", "petr@acme.example"


def _words(installation: Installation) -> Counter[str]:
    """The words in the file; every line is whole."""
    lines = (installation.data / LEGACY_LOG).read_text("utf-8").splitlines(keepends=True)
    assert all(line.startswith("NOTICE ") and line.endswith("\n") for line in lines)
    return Counter(line.split(" ", 3)[3].strip() for line in lines)


def _journal(installation: Installation) -> Counter[str]:
    return Counter(word for mail in installation.list("journal") for word in mail["verdict"])


def _mail(installation: Installation, number: int) -> None:
    sender = PETR if number % 3 else JAN
    installation.drop(f"{number}.eml", raw_mail(sender=sender, to=JAN, subject=f"Mail {number}"))


def _ready() -> str:
    page = metrics.exposition({}).decode()
    return next(line for line in page.splitlines() if f'part="{PART}"' in line).split()[-1]


def test_a_log_that_cannot_be_written_stops_no_mail(tmp_path: Path) -> None:
    """R-d: mails go on and leave their box, a metric tells, and the lines are written later."""
    installation = an_installation(tmp_path)
    (installation.data / LEGACY_LOG).mkdir()
    for number in range(5):
        _mail(installation, number)

    tally = installation.run()

    assert (tally.set_aside, list(installation.eml.iterdir())) == (0, [])
    assert _ready() == "0.0"
    (installation.data / LEGACY_LOG).rmdir()

    installation.run()

    assert _words(installation) == _journal(installation)
    assert _ready() == "1.0"


def test_all_that_waits_is_written_however_much_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-d: so many groups at a time, until none is left."""
    monkeypatch.setattr("services.writer.legacy_log._AT_ONCE", 2)
    installation = an_installation(tmp_path)
    log = legacy_log(installation.box, installation.data)
    for number in range(5):
        with write_transaction(installation.erp.engine) as connection:
            log.note(connection, [(f"WORD {number}",)], datetime.now(UTC))

    log.catch_up(installation.erp.engine)

    assert _words(installation) == Counter(f"WORD {number}" for number in range(5))


def test_a_full_disk_tears_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-d: what a full disk cut off is completed, not written again."""
    installation = an_installation(tmp_path)
    _mail(installation, 1)
    installation.run()
    _mail(installation, 2)
    with monkeypatch.context() as full:
        full.setattr("services.writer.legacy_log.write_whole", _until_full)
        installation.run()
    torn = (installation.data / LEGACY_LOG).read_bytes()
    assert not torn.endswith(b"\n")
    _mail(installation, 3)

    installation.run()

    assert (installation.data / LEGACY_LOG).read_bytes().startswith(torn)
    assert _words(installation) == _journal(installation)


def _until_full(file: Any, text: bytes) -> None:
    file.write(text[: len(text) // 2])
    raise OSError(28, "No space left on device")


def test_a_crash_between_writing_and_confirming_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-d: the lines stand in the file, the database does not know it yet."""
    installation = an_installation(tmp_path)
    _mail(installation, 1)
    with monkeypatch.context() as dying:

        def die(*_: object) -> None:
            raise OSError(5, "died")

        dying.setattr("services.writer.legacy_log._confirm", die)
        installation.run()
    assert _words(installation) == _journal(installation)
    _mail(installation, 2)

    installation.run()

    assert _words(installation) == _journal(installation)


def test_a_log_that_was_rotated_begins_anew(tmp_path: Path) -> None:
    """R-d: somebody moves the file away, or empties it: lines go on in the new one."""
    installation = an_installation(tmp_path)
    file = installation.data / LEGACY_LOG
    for number in range(4):
        _mail(installation, number)
        installation.run()
        if number == 1:
            file.rename(tmp_path / "old.log")
    old = (tmp_path / "old.log").read_text()

    assert len(old.splitlines()) + _words(installation).total() == _journal(installation).total()
    os.truncate(file, 0)
    _mail(installation, 5)
    installation.run()
    assert _words(installation).total() == 1


def test_a_last_line_that_an_older_version_tore_is_ended(tmp_path: Path) -> None:
    """R-d: our lines begin on lines of their own."""
    installation = an_installation(tmp_path)
    (installation.data / LEGACY_LOG).write_bytes(b"NOTICE 2026-01-01 00:00:00 PROC")
    _mail(installation, 1)

    installation.run()

    first, second = (installation.data / LEGACY_LOG).read_text().splitlines()
    assert first == "NOTICE 2026-01-01 00:00:00 PROC"
    assert second.endswith(" PROCESSED")


def test_several_writers_write_one_log_without_mixing(tmp_path: Path) -> None:
    """R-d: each line stands there once and whole, whoever wrote it."""
    an_installation(tmp_path)

    url = f"sqlite:///{tmp_path / 'data' / 'netgenium.db'}"
    write_one_log_together(url, tmp_path / "shared.log")


def test_a_log_nobody_may_write_is_no_error_for_its_caller(tmp_path: Path) -> None:
    """R-d: `catch_up` never raises, not even where the database is away."""
    installation = an_installation(tmp_path)
    (tmp_path / "data" / "netgenium.db").unlink()
    engine = open_database(f"sqlite:///{tmp_path / 'data'}")

    legacy_log(installation.box, installation.data).catch_up(engine)

    assert _ready() == "0.0"
