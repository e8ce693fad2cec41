"""Rounds through scripted mail servers: the mail, the clock, what takes it, and what was told."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from services.fetcher.failed import FailedMail
from services.fetcher.fetch import Fetcher
from services.fetcher.sources.imap.source import Imap
from services.fetcher.sources.mailbox import Mailbox
from services.fetcher.sources.pop3.source import Pop3
from services.fetcher.sources.port import SourceMail
from shared.backup.store import BackupStore
from shared.broker.port import Receipt
from shared.contracts.messages import FetchedMail
from shared.errors import TransientError
from shared.settings.value_types import Disposition

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MAIL = b"Subject: one\r\n\r\nHello.\r\n"
OTHER = b"Subject: two\r\n\r\nHello again.\r\n"
PASSWORD = "s3cret-of-the-box"
TOKEN = "s3cret-token"
SEEN = Disposition(action="seen")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The time."""
        return self.now


class Tokens:
    """Tokens that are numbered."""

    def __init__(self) -> None:
        self.renewed = 0

    def token(self) -> SecretStr:
        """The present one."""
        return SecretStr(f"{TOKEN}-{self.renewed}")

    def renew(self) -> None:
        """Another one."""
        self.renewed += 1


class ATaker:
    """A next stage that takes everything."""

    def __init__(self) -> None:
        self.taken: list[FetchedMail] = []

    def publish(self, batch: Sequence[FetchedMail]) -> None:
        """Take it."""
        self.taken += batch

    def flush(self) -> Receipt:
        """Nothing is refused."""
        return Receipt()


def take_all(source: Imap | Pop3 | Mailbox) -> list[SourceMail]:
    """A whole round, each batch acknowledged; large mail is read to its end."""
    taken: list[SourceMail] = []
    for batch in source.batches():
        for mail in batch:
            if mail.raw is None:
                list(source.slices(mail))
        source.acknowledge(batch)
        taken += batch
    return taken


def rounds(source: Imap | Pop3, count: int) -> list[SourceMail]:
    """What several rounds took; one that breaks is followed by the next, as in the service."""
    taken: list[SourceMail] = []
    for _ in range(count):
        with suppress(TransientError):
            for batch in source.batches():
                for mail in batch:
                    if mail.raw is None:
                        list(source.slices(mail))
                source.acknowledge(batch)
                taken += batch
    return taken


def mailbox_around(source: Imap | Pop3, folder: Path) -> Mailbox:
    """The box of `source` as the fetcher has it."""
    box, seen = (
        (source._box, source._seen) if isinstance(source, Imap) else (source.box, source.seen)
    )
    mailbox = Mailbox(box, folder / "seen.db", lambda: NOW, FailedMail(folder))
    mailbox._seen, mailbox._source = seen, source
    return mailbox


def fetcher_of(source: Imap | Pop3, folder: Path, taker: ATaker) -> Fetcher:
    """The whole fetcher of one box."""
    mailbox = mailbox_around(source, folder)
    return Fetcher("crm", "crm@firma.cz", mailbox, BackupStore(folder), taker, lambda: NOW)


def told(logs: list[Any]) -> list[str]:
    """Which messages the log has named."""
    return [log["message"] for log in logs if "cannot be read" in log["event"]]
