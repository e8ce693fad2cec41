"""What a box is read from, before anything is opened: the one place that knows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.fetcher.sources.imap.message_info import as_named
from services.fetcher.sources.port import EML_DIR_PLACE, POP3_PLACE
from shared.settings.box import Box


class SourceKind(StrEnum):
    """What a box can be read from; mypy names each `match` that forgets one."""

    MAILBOX = "mailbox"
    """An IMAP or POP3 account: a box has one at most."""

    EML_DIR = "emlDir"


@dataclass(frozen=True, slots=True)
class BoxSource:
    """A source of a box.

    Attributes:
        box: The box.
        kind: What it is.
        places: What is read of it: folders, `POP3`, or `emlDir`.
    """

    box: Box
    kind: SourceKind
    places: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name the source for leases, logs and `/ready`: all but mailboxes with their kind."""
        mailbox = self.kind is SourceKind.MAILBOX
        return self.box.name if mailbox else f"{self.box.name} {self.kind}"

    @property
    def two_steps(self) -> bool:
        """Whether its mail leaves once it is recorded; a file leaves as soon as it is taken."""
        match self.kind:
            case SourceKind.MAILBOX:
                return self.box.dispose_after == "recorded"
            case SourceKind.EML_DIR:
                return False

    def rests_at(self, moment: datetime) -> bool:
        """Return whether it may not be connected to at `moment`; a directory always may (I-4)."""
        match self.kind:
            case SourceKind.MAILBOX:
                return self.box.paused_at(moment)
            case SourceKind.EML_DIR:
                return False


def sources_of(box: Box) -> list[BoxSource]:
    """List what a box is read from: its mailbox, its directory, or both."""
    places = {kind: _places(box, kind) for kind in SourceKind}
    return [BoxSource(box, kind, found) for kind, found in places.items() if found]


def mailbox_places(box: Box) -> tuple[str, ...]:
    """Return the names under which the places of a box's mailbox are remembered."""
    return tuple(map(as_named, box.imap_folders)) if box.imap_url else (POP3_PLACE,)


def _places(box: Box, kind: SourceKind) -> tuple[str, ...]:
    """Return what is read of a source of this kind; empty if the box has none."""
    match kind:
        case SourceKind.MAILBOX:
            return mailbox_places(box) if box.imap_url or box.pop3_url else ()
        case SourceKind.EML_DIR:
            return (EML_DIR_PLACE,) if box.eml_dir else ()
