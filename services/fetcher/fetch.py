"""The fetcher's one job: back up what a source has, publish it, and only then let it go (I-6).

A crash anywhere leaves the mail in its source; fetched again it has the same id, because the id
is derived from box, source identity and content (I-5).
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid5

import structlog

from services.fetcher.sources.port import Source, SourceMail
from shared.backup.store import BackupStore
from shared.broker.port import Publisher
from shared.contracts.messages import FetchedMail, MailFetched

INLINE_BYTES = 256 * 1024
"""A larger mail travels without its body; the classifier reads the backup."""

_NAMESPACE = UUID("6f5f9f3e-6c1b-5d7e-9a53-3d1c0f5b7a10")

_log = structlog.get_logger()


class Clock(Protocol):
    """Gives the time."""

    def __call__(self) -> datetime:
        """Now, aware, in the box's zone: the backup's folder is the local day."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Counts of one round."""

    taken: int = 0
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Moves mail from one box's source to the next stage.

    Attributes:
        box: The box's label.
        box_email: The box's address: part of every mail id.
    """

    box: str
    box_email: str
    source: Source
    backup: BackupStore
    publisher: Publisher[FetchedMail]
    clock: Clock

    def fetch_all(self, stopped: Callable[[], bool] = lambda: False) -> Fetched:
        """Take everything that waits, batch by batch, until `stopped` says so.

        Raises:
            TransientError: Source, disk or next stage is away; what was not taken is still in
                the source.
        """
        taken = set_aside = 0
        for batch in self.source.batches():
            refused = self._fetch(batch)
            taken += len(batch) - refused
            set_aside += refused
            if stopped():
                break
        return Fetched(taken, set_aside)

    def _fetch(self, batch: Sequence[SourceMail]) -> int:
        digests = [hashlib.sha256(mail.raw).hexdigest() for mail in batch]
        ids = [
            mail_id(self.box_email, self.source.kind, mail.identity, digest)
            for mail, digest in zip(batch, digests, strict=True)
        ]
        keys = self.backup.write(
            [(identity, mail.raw) for identity, mail in zip(ids, batch, strict=True)],
            self.clock().date(),
        )
        self.publisher.publish(
            [self._message(*row) for row in zip(batch, ids, digests, keys, strict=True)]
        )
        refused = self.publisher.flush().refused
        for identity, mail in zip(ids, batch, strict=True):
            if identity in refused:
                self.source.set_aside(mail, refused[identity])
            else:
                self.source.acknowledge(mail)
        return len(refused)

    def _message(self, mail: SourceMail, identity: UUID, digest: str, key: str) -> FetchedMail:
        message = MailFetched(
            mail_id=identity,
            box=self.box,
            source=f"{self.source.kind}:{_printable(mail.identity)}",
            received_at=mail.received_at,
            size=len(mail.raw),
            sha256=digest,
            backup_key=key,
        )
        _log.debug("mail backed up", mail_id=str(identity), box=self.box, source=message.source)
        return FetchedMail(message, mail.raw if len(mail.raw) <= INLINE_BYTES else None)


def mail_id(box_email: str, kind: str, identity: str, sha256: str) -> UUID:
    """The mail id: the same mail from the same place is the same id, for ever (I-5)."""
    identity = _printable(identity)
    return uuid5(_NAMESPACE, f"{box_email}\0{kind}\0{identity}\0{sha256}")


def _printable(identity: str) -> str:
    """A source's name for a mail as text: file names may hold bytes that are none."""
    return identity.encode("utf-8", "backslashreplace").decode("utf-8")
