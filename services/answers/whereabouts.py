"""Where a mail may be that is not in the journal: a mail that never came is an answer (O-4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BoxSeen:
    """A technology box as its fetcher has told last, or as its memory has it.

    Attributes:
        read_at: When it was last read; None: not known.
        waiting: Mails that waited there; None: not known.
        why: Why it is not read, if it is not.
    """

    box: str
    state: str
    read_at: datetime | None
    waiting: int | None
    why: str | None = None


@dataclass(slots=True)
class Whereabouts:
    """Where mails are that are not through yet; None: it could not be asked.

    Attributes:
        queued: Messages that wait for a service.
        resting: Messages that wait for their next try.
        dead: Dead letters.
        failed: Mails that were set aside in folders.
        backed_up: Whether the mail that was asked for has a backup.
        unasked: What could not be asked, and why.
    """

    boxes: Sequence[BoxSeen] = ()
    queued: int | None = None
    resting: int | None = None
    dead: int | None = None
    failed: int | None = None
    backed_up: bool = False
    unasked: list[str] = field(default_factory=list)
