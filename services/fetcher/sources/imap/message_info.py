"""What is decided about messages of an IMAP folder, without talking to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from shared.contracts.origin import MailOrigin

KEPT, COPIED = "kept", "copied"
"""End the notes of a message that stays in the box for good (H-30), and of one that was copied to
where `move:` wants it and could not be removed."""

_WHOLE_SEARCH = 1_000_000
"""So many UIDs are asked for at once: their line stays below what is taken as one."""

_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder as it was when it was selected.

    Attributes:
        uid_next: No message has this UID or a higher one.
        read_only: Nothing can be deleted, moved or marked.
    """

    folder: str
    uid_validity: int
    uid_next: int
    messages: int
    read_only: bool


@dataclass(frozen=True, slots=True)
class MessageInfo:
    """What a server says of a message; together it says whether it is still the same (F-52).

    Attributes:
        size: RFC822.SIZE; Exchange only estimates it.
        arrived: INTERNALDATE, in UTC; None where it cannot be read.
    """

    uid: int
    size: int
    arrived: datetime | None

    @property
    def digest(self) -> str:
        """Size and time in one word."""
        return f"{self.size}@{int(self.arrived.timestamp()) if self.arrived else '-'}"


@dataclass(frozen=True, slots=True)
class TakenNote:
    """What is remembered of a message that was taken: what it was, and how far it is.

    Attributes:
        kept: Whether it stays where it is for good.
        copied: Whether it only has to be removed.
    """

    uid_validity: int
    uid: int
    digest: str
    kept: bool = False
    copied: bool = False

    @property
    def name(self) -> str:
        """The message's name within its folder."""
        return name_of(self.uid_validity, self.uid)

    def __str__(self) -> str:
        """As it is in the fetcher's memory."""
        end = f" {KEPT}" * self.kept + f" {COPIED}" * self.copied
        return f"{self.name} {self.digest}{end}"


def note_from(text: str) -> TakenNote | None:
    """Read a note; None for one that is none."""
    name, _, rest = text.partition(" ")
    validity, _, uid = name.partition("/")
    if not (validity.isdecimal() and uid.isdecimal()):
        return None
    digest, *states = rest.split(" ")
    return TakenNote(int(validity), int(uid), digest, KEPT in states, COPIED in states)


def name_of(uid_validity: int, uid: int) -> str:
    """Return a message's name within its folder."""
    return f"{uid_validity}/{uid}"


def identity_of(opened: Opened, uid: int) -> str:
    """Return the source's name of a message (I-5): nothing else ever has it."""
    return f"{opened.folder}/{opened.uid_validity}/{uid}"


def parts_of(identity: str) -> tuple[str, int, int]:
    """Folder, UIDVALIDITY and UID of an identity."""
    folder, validity, uid = identity.rsplit("/", 2)
    return folder, int(validity), int(uid)


def folder_of(source: str) -> str | None:
    """Return the folder that a mail of the journal came from, as `imap:INBOX/7/3`, if any."""
    kind, _, identity = source.partition(":")
    return (
        identity.rsplit("/", 2)[0] if kind == MailOrigin.IMAP and identity.count("/") > 1 else None
    )


def searches(opened: Opened) -> Iterator[str]:
    """Yield ranges of UIDs that together hold all, each with an answer that can be taken."""
    step = _WHOLE_SEARCH if opened.messages > _WHOLE_SEARCH else max(opened.uid_next, 1)
    starts = range(1, max(opened.uid_next, 2), step)
    for start in starts:
        yield f"{start}:{'*' if start == starts[-1] else start + step - 1}"


def search_since(day: date) -> str:
    """Return the search for what arrived on `day` or later, by the server's calendar."""
    return f"SINCE {day.day}-{_MONTHS[3 * day.month - 3 : 3 * day.month]}-{day.year}"


def is_from(start: date, facts: MessageInfo, zone: tzinfo) -> bool:
    """Return whether a message arrived on `start` or later, by the box's calendar (I-11)."""
    return facts.arrived is None or facts.arrived.astimezone(zone).date() >= start


def is_old(facts: MessageInfo, opened_at: datetime | None) -> bool:
    """Return whether a message was there before its folder was first opened; None: that is now.

    A server tells whole seconds: what arrived in the second of the opening is new.
    """
    if opened_at is None:
        return True
    return facts.arrived is not None and facts.arrived < opened_at.replace(microsecond=0)


def as_named(folder: str) -> str:
    """Return a folder's one name: INBOX is the same in any letter case (RFC 9051, section 5.1)."""
    return "INBOX" if folder.upper() == "INBOX" else folder


def in_utc(arrived: object) -> datetime | None:
    """Return an INTERNALDATE that a calendar has, in UTC."""
    if not isinstance(arrived, datetime):
        return None
    try:
        return (arrived if arrived.tzinfo else arrived.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
