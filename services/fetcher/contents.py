"""Mail that stays in its box under a new name is known by its content (faults F-51, F-54).

A server may give all mail new names, some do at each login. The mail id holds the name, so every
mail would be backed up and recorded again in each round.
"""

from collections.abc import Collection, Iterable

from services.fetcher.memory import Memory


class Contents:
    """Digests of the mail that was taken and stayed; every method may raise `TransientError`."""

    def __init__(self, memory: Memory) -> None:
        """Take the box's memory."""
        self._memory = memory

    def remember(self, place: str, named: Iterable[tuple[str, str]]) -> None:
        """Remember pairs of digest (SHA-256, hexadecimal) and the mail's present name."""
        self._memory.change_all(
            "INSERT OR REPLACE INTO content VALUES (?, ?, ?)",
            [(place, sha256, name) for sha256, name in named],
        )

    def name_of(self, place: str, sha256: str) -> str | None:
        """Return under which name this content was taken last; None if it never was."""
        found = self._memory.rows(
            "SELECT identity FROM content WHERE place = ? AND sha256 = ?", [place, sha256]
        )
        return str(found[0][0]) if found else None

    def keep_only(self, place: str, there: Collection[str]) -> None:
        """Forget content whose name is not `there`, after the whole place was looked through."""
        names = self._memory.rows("SELECT identity FROM content WHERE place = ?", [place])
        gone = {name for (name,) in names}.difference(there)
        if gone:
            self._memory.change_all(
                "DELETE FROM content WHERE place = ? AND identity = ?",
                [(place, name) for name in gone],
            )

    def changes(self, place: str, validity: int) -> tuple[int, int]:
        """Return how often the UIDVALIDITY of `place` has changed: by now, and by the last look."""
        found = self._memory.rows("SELECT validity, changes FROM validity WHERE place = ?", [place])
        last, before = found[0] if found else (validity, 0)
        changes = before + (last != validity)
        self._memory.change(
            "INSERT OR REPLACE INTO validity VALUES (?, ?, ?)", [place, validity, changes]
        )
        return int(changes), int(before)
