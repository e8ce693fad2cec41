"""The fetcher's one job: back up what a source has, publish it, and only then let it go (I-6).

A crash anywhere leaves the mail in its source; fetched again it has the same id, because the id
is derived from box, source identity and content (I-5).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Protocol
from uuid import UUID

from services.fetcher.failed import FailedMailNote
from services.fetcher.mail_id import mail_id, printable
from services.fetcher.sources.port import Alarm, LeftInSourceError, Source, SourceMail
from services.fetcher.two_steps import TwoSteps
from shared.backup.store import Backup, BackupStore
from shared.broker.port import Publisher
from shared.contracts.messages import FetchedMail, MailFetched
from shared.log import Logger

INLINE_BYTES = 256 * 1024
"""A larger mail travels without its body; the classifier reads the backup."""

_log = Logger()


class Clock(Protocol):
    """Gives the time."""

    def __call__(self) -> datetime:
        """Now, aware, in the box's zone: the backup's folder is the local day."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Counts of one round.

    Attributes:
        taken: Safe with the next stage.
        set_aside: Can never be processed.
        postponed: Stayed in the source for a later round: they met an error that may pass.
        not_given: Stayed in the source, which could not give them.
        unprocessable: Set aside by the source itself, because they are no mail.
        unsettled: Files that were still being written.
    """

    taken: int = 0
    set_aside: int = 0
    postponed: int = 0
    not_given: int = 0
    unprocessable: int = 0
    unsettled: int = 0

    def __add__(self, other: "Fetched") -> "Fetched":
        """Return both together."""
        return Fetched(
            self.taken + other.taken,
            self.set_aside + other.set_aside,
            self.postponed + other.postponed,
            self.not_given + other.not_given,
            self.unprocessable + other.unprocessable,
            self.unsettled + other.unsettled,
        )


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Moves mail from one box's source to the next stage.

    Attributes:
        box: The box's label.
        box_email: The box's address: part of every mail id.
        two_steps: Lets mail go once it is recorded; None: as soon as the next stage has it.
    """

    box: str
    box_email: str
    source: Source
    backup: BackupStore
    publisher: Publisher[FetchedMail]
    clock: Clock
    two_steps: TwoSteps | None = None

    def fetch_all(self, stopped: Callable[[], bool] = lambda: False) -> Fetched:
        """Take everything that waits, batch by batch, until `stopped` says so.

        Raises:
            TransientError: Source, disk or next stage is away; what was not taken is still in
                the source.
        """
        if self.two_steps:
            self.two_steps.catch_up()
        fetched = Fetched()
        for batch in self.source.batches():
            fetched += self._fetch(batch)
            if stopped():
                break
        report = self.source.report()
        return fetched + Fetched(unprocessable=report.unprocessable, unsettled=report.unsettled)

    def _fetch(self, batch: Sequence[SourceMail]) -> Fetched:
        backed_up = self._back_up(batch)
        not_given = len(batch) - len(backed_up)
        if not backed_up:
            return Fetched(not_given=not_given)
        messages = [message for message, _ in backed_up]
        self.publisher.publish(messages)
        receipt = self.publisher.flush()
        safe = []
        for message, mail in backed_up:
            if message.mail_id in receipt.refused:
                self._set_aside(mail, message.message, receipt.refused[message.mail_id])
            elif message.mail_id not in receipt.postponed:
                safe.append((message.mail_id, mail))
        if self.two_steps:
            self.two_steps.taken(safe)
        else:
            self.source.acknowledge([mail for _, mail in safe])
        return Fetched(len(safe), len(receipt.refused), len(receipt.postponed), not_given)

    def wait(self, seconds: float, stopped: Alarm) -> None:
        """Return when new mail may be there, when there is something to do, or after `seconds`.

        Raises:
            TransientError: As the source.
        """
        alarm = self.two_steps.alarm(stopped) if self.two_steps else stopped
        self.source.wait(seconds, alarm)

    def close(self) -> None:
        """Let go of connections; the next round makes new ones. Never raises."""
        self.source.close()
        if self.two_steps:
            self.two_steps.inbox.close()

    def _set_aside(self, mail: SourceMail, message: MailFetched, reason: str) -> None:
        died_at = self.clock().astimezone(UTC).isoformat()
        self.source.set_aside(mail, FailedMailNote(message, reason, died_at))

    def _back_up(self, batch: Sequence[SourceMail]) -> list[tuple[FetchedMail, SourceMail]]:
        """Back a batch up: small mails are flushed together, large ones slice by slice.

        What its source cannot give now is left out: it stays there.
        """
        day = self.clock().date()
        small = self._back_up_small([mail for mail in batch if mail.raw is not None], day)
        backed_up = []
        for mail in batch:
            with suppress(LeftInSourceError):
                backup = small.get(mail.identity) or self._back_up_large(mail, day)
                backed_up.append((self._message(mail, backup), mail))
        return backed_up

    def _back_up_small(self, mails: Sequence[SourceMail], day: date) -> Mapping[str, Backup]:
        raws = [mail.raw or b"" for mail in mails]
        digests = [hashlib.sha256(raw).hexdigest() for raw in raws]
        ids = [self._named(mail, digest) for mail, digest in zip(mails, digests, strict=True)]
        keys = self.backup.write(list(zip(ids, raws, strict=True)), day)
        return {
            mail.identity: Backup(mail_id, key, len(raw), digest)
            for mail, mail_id, key, raw, digest in zip(mails, ids, keys, raws, digests, strict=True)
        }

    def _back_up_large(self, mail: SourceMail, day: date) -> Backup:
        named = partial(self._named, mail)
        return self.backup.write_large(self.source.slices(mail), day, named)

    def _named(self, mail: SourceMail, sha256: str) -> UUID:
        return mail_id(self.box_email, self.source.kind, mail.identity, sha256)

    def _message(self, mail: SourceMail, backup: Backup) -> FetchedMail:
        message = MailFetched(
            mail_id=backup.mail_id,
            box=self.box,
            source=f"{self.source.kind}:{printable(mail.identity)}",
            received_at=mail.received_at,
            size=backup.size,
            sha256=backup.sha256,
            backup_key=backup.key,
            archive=mail.old,
            folder=mail.folder,
        )
        _log.debug("mail backed up", mail_id=str(backup.mail_id), source=message.source)
        inline = backup.size <= INLINE_BYTES
        return FetchedMail(message, mail.raw if inline else None)
