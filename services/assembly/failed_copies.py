"""Copies of the dead letters of a process without a broker, in `crm_dead_letter` (behaviour O-2).

The notes in the data folder are the truth. A copy that cannot be written holds up nothing: the
next start of `run` makes it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from services.fetcher.failed import FailedMail, FailedMailNote
from services.writer.dead_letters import differing, record_dead_letters
from shared.contracts.dead_letter import DeadLetterNote, Ending
from shared.errors import CRMServiceError
from shared.log import Logger

FAILED = "failed"
"""Stands for the queue, where there is none."""

_log = Logger()


def told_of_failed(failure: FailedMailNote, ended_as: Ending | None = None) -> DeadLetterNote:
    """Return what is told of a mail that was set aside, or of how that ended now."""
    died_at = datetime.fromisoformat(failure.died_at)
    now = datetime.now(UTC)
    return DeadLetterNote(
        mail_id=failure.message.mail_id,
        queue=FAILED,
        box=failure.message.box,
        source=failure.message.source,
        reason=failure.reason,
        released=failure.released + (ended_as == "released"),
        died_at=died_at,
        told_at=max(died_at, now) if ended_as else died_at,
        ended_as=ended_as,
    )


@dataclass(frozen=True, slots=True)
class FailedCopies:
    """Writes them. No method raises for the database's sake."""

    engine: Engine

    def made(self, failure: FailedMailNote) -> None:
        """Copy a note that was just written."""
        self.tell([told_of_failed(failure)])

    def tell(self, notes: Sequence[DeadLetterNote]) -> None:
        """Write what `notes` tell."""
        try:
            record_dead_letters(self.engine, notes)
        except CRMServiceError as error:
            _log.warning("dead letters not copied", reason=str(error))

    def compare(self, data: Path, boxes: Collection[str]) -> None:
        """Make the rows of `boxes` equal to the notes in `data`."""
        now = datetime.now(UTC)
        try:
            notes = [
                told_of_failed(failure).model_copy(update={"told_at": now})
                for failure in FailedMail(data).all()
            ]
            record_dead_letters(self.engine, differing(self.engine, [FAILED], notes, now, boxes))
        except (CRMServiceError, ValueError) as error:
            _log.warning("dead letters not compared with their copies", reason=str(error))
