"""What a box is read from, before anything is opened: the one place that knows."""

from dataclasses import dataclass
from datetime import datetime

from services.fetcher.sources.imap.message_info import as_named
from services.fetcher.sources.port import EML_DIR, POP3_PLACE
from shared.settings.box import Box

MAILBOX = "mailbox"
"""An IMAP or POP3 account: a box has one at most."""


@dataclass(frozen=True, slots=True)
class BoxSource:
    """A source of a box.

    Attributes:
        box: The box.
        kind: `mailbox` or `emlDir`.
        places: What is read of it: folders, `POP3`, or `emlDir`.
    """

    box: Box
    kind: str
    places: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name the source for leases, logs and `/ready`: a directory has its kind in its name."""
        return self.box.name if self.kind == MAILBOX else f"{self.box.name} {self.kind}"

    @property
    def two_steps(self) -> bool:
        """Whether its mail leaves once it is recorded; a file leaves as soon as it is taken."""
        return self.kind == MAILBOX and self.box.dispose_after == "recorded"

    def rests_at(self, moment: datetime) -> bool:
        """Return whether it may not be connected to at `moment`; a directory always may (I-4)."""
        return self.kind == MAILBOX and self.box.paused_at(moment)


def sources_of(box: Box) -> list[BoxSource]:
    """List what a box is read from: its mailbox, its directory, or both."""
    sources = []
    if box.imap_url or box.pop3_url:
        sources.append(BoxSource(box, MAILBOX, mailbox_places(box)))
    if box.eml_dir:
        sources.append(BoxSource(box, EML_DIR, (EML_DIR,)))
    return sources


def mailbox_places(box: Box) -> tuple[str, ...]:
    """Return the names under which the places of a box's mailbox are remembered."""
    return tuple(map(as_named, box.imap_folders)) if box.imap_url else (POP3_PLACE,)
