"""Two installations that write to each other end by themselves (M-3, M-6, E-7)."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from pydantic import SecretStr

from services.assembly.classifying import classifier_stage
from services.assembly.composition import Erp
from services.mailer.compose import Composed, SendsAs
from services.mailer.outbox_rows import OutboxRows
from services.mailer.outlet import MailOutlet
from services.mailer.rendering import Templates
from services.mailer.send import Mailer
from services.writer.attachments import AttachmentStore
from services.writer.handlers.send_mail import MOST_AUTOMATIC
from services.writer.legacy_log import LegacyLog
from services.writer.stage import WriterStage
from shared.backup.store import BackupStore
from shared.contracts.messages import FetchedMail, MailFetched
from shared.domain.own_mail import OwnMail
from tests.builders import raw_mail
from tests.installation import an_installation

BEGIN = datetime(2026, 11, 30, 9, tzinfo=UTC)
ROUNDS, MINUTES = 1000, 3
PER_HOUR = 20
TICKETS: dict[str, Any] = {
    "conversations": True,
    "ticket_box": True,
    "ticket_answer": True,
    "own_domains": ("firma.cz",),
}

_TOLD = (
    *(b"auto-submitted:", b"precedence:", b"x-auto-response", b"x-crmservice"),
    *(b"message-id:", b"in-reply-to:", b"references:"),
)
_TAGS = re.compile(rb"\[#[^\]]*\] ?")

Way = Callable[[bytes], bytes]


@dataclass
class _Clock:
    now: datetime = BEGIN

    def __call__(self) -> datetime:
        return self.now


@dataclass
class _Side:
    """One installation: its pipeline and its mailer within this process."""

    folder: Path
    email: str
    support: str
    clock: _Clock
    coming: list[bytes] = field(default_factory=list)
    going: list[Composed] = field(default_factory=list)
    originals: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        domain = self.email.partition("@")[2]
        settings = TICKETS | {"email": self.email, "own_domains": (domain,)}
        made = an_installation(self.folder, support_address=self.support, **settings)
        own = OwnMail(SecretStr(f"the secret of {self.email}"))
        erp = Erp(made.erp.engine, made.erp.tables, own)
        self.classifier = classifier_stage([made.box], erp, made.data)
        store = AttachmentStore(BackupStore(made.data), self.folder)
        log = LegacyLog(made.data / "log", UTC)
        self.writer = WriterStage(erp.engine, erp.tables, store, log, self.clock)
        self.mailer = Mailer(OutboxRows(erp.engine), own, self.originals.__getitem__, self.clock)
        self.outlet = MailOutlet(
            "crm", SendsAs(self.email), Templates("cs"), PER_HOUR, self.connect
        )

    @contextmanager
    def connect(self) -> Iterator["_Side"]:
        yield self

    def send(self, mail: Composed) -> None:
        self.going.append(mail)

    def round(self, *, look: bool) -> None:
        """Process what has come, then send what is due; `look` also where nothing has come."""
        if not (self.coming or look):
            return
        while self.coming:
            fetched = self._fetched(self.coming.pop(0))
            self.writer.handle(self.classifier.handle([fetched]))
        while self.mailer.round(self.outlet):
            pass

    def _fetched(self, raw: bytes) -> FetchedMail:
        digest = hashlib.sha256(raw).hexdigest()
        mail_id = uuid5(UUID(int=1), digest)
        key = f"POP3Downloads/2026-11-30/{mail_id}.eml"
        self.originals[key] = raw
        message = MailFetched(
            mail_id=mail_id,
            box="crm",
            source="imap:1",
            received_at=self.clock(),
            size=len(raw),
            sha256=digest,
            backup_key=key,
        )
        return FetchedMail(message, raw)


def _as_it_is(raw: bytes) -> bytes:
    return raw


def _without_marks(raw: bytes) -> bytes:
    """A server on the way takes out all that tells a program's mail, and what it answers."""
    head, _, body = raw.partition(b"\r\n\r\n")
    kept = [one for one in head.split(b"\r\n") if not one.lower().startswith(_TOLD)]
    return _TAGS.sub(b"", b"\r\n".join(kept)) + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("way", "most"),
    [(_as_it_is, 4), (_without_marks, 2 * MOST_AUTOMATIC)],
    ids=["as it is", "without marks"],
)
def test_two_installations_that_write_to_each_other_end(
    tmp_path: Path, way: Way, most: int
) -> None:
    """E-7, M-3, M-6: for a thousand rounds of time, although each is the support of the other.

    With the marks nobody answers a program. Without them an address gets five answers in two
    hours, and a box sends what its hour allows.
    """
    clock = _Clock()
    one = _Side(tmp_path / "one", "crm@firma.cz", "crm@acme.example", clock)
    two = _Side(tmp_path / "two", "crm@acme.example", "crm@firma.cz", clock)
    one.coming.append(raw_mail("It leaks.\n", sender="crm@acme.example", to="crm@firma.cz"))
    sent: list[datetime] = []

    for number in range(ROUNDS):
        for side, other in ((one, two), (two, one)):
            side.round(look=number % 20 == 0)
            sent += [clock()] * len(side.going)
            other.coming += [way(mail.data) for mail in side.going]
            side.going.clear()
        clock.now += timedelta(minutes=MINUTES)

    assert 1 <= len(sent) <= most
    assert not [at for at in sent if at > BEGIN + timedelta(hours=3)]
