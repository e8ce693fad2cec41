"""What root does once leaves nothing that the services, another user, cannot use."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.assembly.secret import make_secret
from services.fetcher.failed import FailedMail, FailedMailNote
from services.fetcher.memory import Memory
from shared.broker.tries import Tries
from shared.contracts.messages import MailFetched
from shared.netgenium.database.engine import open_database
from tests.builders import raw_mail
from tests.installation import Installation, an_installation, mapping_with_files

_ROOT = 0
_SERVICE = 65534
"""Any user that is not root; without root's rights the test can only be itself."""

WITH_FILE = (
    b"From: petr@acme.example\nTo: jan.novak@firma.cz\nSubject: Drawing\n"
    b"Date: Mon, 02 Nov 2026 09:12:00 +0100\nMIME-Version: 1.0\n"
    b'Content-Type: application/pdf; name="drawing.pdf"\n'
    b"Content-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n"
)


@pytest.fixture
def installed() -> Iterator[Installation]:
    """An installation of the services' user."""
    folder = Path(tempfile.mkdtemp(prefix="crm-root-"))
    made = an_installation(folder / "here", mapping=mapping_with_files(folder))
    made.erp.engine.dispose()
    for path in (made.folder, *made.folder.rglob("*")):
        os.chown(path, _service_user(), -1)
    yield made
    made.erp.engine.dispose()
    shutil.rmtree(folder)


def _service_user() -> int:
    return _SERVICE if os.geteuid() == _ROOT else os.geteuid()


def _of_others(folder: Path) -> list[str]:
    everything = [path for path in folder.rglob("*") if path.lstat().st_uid != _service_user()]
    return sorted(str(path.relative_to(folder)) for path in everything)


def test_a_run_of_root_leaves_the_services_what_they_need(installed: Installation) -> None:
    """O-1: leases, notes, the legacy log, attachments and `failed/` are the owner's."""
    installed.drop("good.eml", raw_mail())
    installed.drop("file.eml", WITH_FILE)
    (installed.eml / "link.eml").symlink_to("nowhere")

    tally = installed.run()

    assert (tally.set_aside, tally.verdicts["PROCESSED"]) == (1, 2)
    others = [path for path in _of_others(installed.folder) if not path.startswith("eml/failed/")]
    assert others == []


def test_what_root_makes_singly_belongs_to_the_services(installed: Installation) -> None:
    """O-1, I-5: memories, notes of failed mail, the secret and a database, too."""
    mail_id, now = uuid4(), datetime.now(UTC)
    message = MailFetched(
        mail_id=mail_id, box="crm", source="imap:1", received_at=now, size=1, sha256="00" * 32,
        backup_key=f"POP3Downloads/{now:%Y-%m-%d}/{mail_id}.eml",
    )  # fmt: skip
    make_secret(installed.data)
    Memory(installed.data / "seen" / "crm.db").close()
    FailedMail(installed.data).note(FailedMailNote(message, "broken", now.isoformat()))
    tries = Tries(installed.data / "tries" / "crm.json")
    with tries.in_hand([mail_id]):
        assert _of_others(installed.folder) == []
        tries.failed(mail_id, "broken", 1.0)
    engine = open_database(f"sqlite:///{installed.data / 'new.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE one (id INTEGER)"))
        assert _of_others(installed.folder) == []
    engine.dispose()
    assert _of_others(installed.folder) == []
