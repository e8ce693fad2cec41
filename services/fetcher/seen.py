"""What a box's fetcher remembers of the mail it took.

It spares mail that stays in the box (`disposition` `seen`, a box that refuses deletion) from being
fetched in every round, and knows when a place was first opened (I-11).
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path

from services.fetcher.memory import Memory
from shared.settings.box import Box


class Seen:
    """The memory of one box. A *place* is a folder of it, or the whole POP3 box.

    Every method may raise `TransientError`: the file cannot be used, or was damaged.

    Attributes:
        memory: The file, for what else is remembered of the box.
    """

    def __init__(self, file: Path, *, heals: bool = True) -> None:
        """Open or make `file`; see `Memory`.

        Raises:
            TransientError: It cannot be used.
        """
        self.memory = Memory(file, heals=heals)

    def opened_at(self, place: str) -> datetime | None:
        """Return when `place` was first read; None if it never was."""
        found = self.memory.rows("SELECT at FROM opened WHERE place = ?", [place])
        return datetime.fromisoformat(found[0][0]) if found else None

    def open(self, place: str, now: datetime) -> None:
        """Remember that `place` is read from `now` on; an earlier moment stays."""
        self.memory.change(
            "INSERT OR IGNORE INTO opened VALUES (?, ?)", [place, now.astimezone(UTC).isoformat()]
        )

    def known(self, place: str) -> frozenset[str]:
        """Return the identities in `place` that were taken already."""
        found = self.memory.rows("SELECT identity FROM seen WHERE place = ?", [place])
        return frozenset(identity for (identity,) in found)

    def remember(self, place: str, identities: Iterable[str]) -> None:
        """Remember mails that the next stage has."""
        self.memory.change_all(
            "INSERT OR IGNORE INTO seen VALUES (?, ?)", [(place, each) for each in identities]
        )

    def forget(self, place: str, identities: Iterable[str]) -> None:
        """Forget mails that are to be fetched after all."""
        self.memory.change_all(
            "DELETE FROM seen WHERE place = ? AND identity = ?",
            [(place, each) for each in identities],
        )

    def keep_only(self, place: str, there: Collection[str]) -> None:
        """Forget what is not `there` any more."""
        gone = [(place, each) for each in self.known(place).difference(there)]
        if gone:
            self.memory.change_all("DELETE FROM seen WHERE place = ? AND identity = ?", gone)

    def note_round(self, place: str, now: datetime, waiting: int) -> None:
        """Note that `place` was read at `now`, and how many mails waited there (O-4)."""
        self.memory.change(
            "INSERT OR REPLACE INTO round VALUES (?, ?, ?)",
            [place, now.astimezone(UTC).isoformat(), waiting],
        )

    def rounds(self) -> dict[str, tuple[datetime, int]]:
        """Return when each place was last read, and how many mails waited there then."""
        found = self.memory.rows("SELECT place, at, waiting FROM round ORDER BY place")
        return {place: (datetime.fromisoformat(at), waiting) for place, at, waiting in found}

    def note_left(self, place: str, waiting: int) -> None:
        """Note how many of the mails that waited in `place` are left (O-4)."""
        self.memory.change("UPDATE round SET waiting = ? WHERE place = ?", [waiting, place])

    def note_taken(self, place: str, mails: int) -> None:
        """Note how many of the mails that waited in `place` do not wait any more (O-4)."""
        self.memory.change(
            "UPDATE round SET waiting = max(waiting - ?, 0) WHERE place = ?", [mails, place]
        )

    def close(self) -> None:
        """Let go of the file."""
        self.memory.close()


SEEN = "seen"
"""Folder of the data folder with the memory of each box."""


def seen_file(data: Path, box: Box) -> Path:
    """Tell where the memory of `box` lies below the data folder."""
    return data / SEEN / f"{box.email}.db"
