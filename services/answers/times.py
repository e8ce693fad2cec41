"""Times for programs, which faces can say to people."""

from datetime import UTC, datetime
from typing import Self


class Instant(str):
    """A moment as programs read it, `2026-11-10T08:00:00Z`; people get it in their zone (O-10).

    Attributes:
        at: The moment itself, aware.
    """

    __slots__ = ("at",)
    at: datetime

    def __new__(cls, at: datetime) -> Self:
        """Write `at` in UTC."""
        made = super().__new__(cls, at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        made.at = at
        return made


def utc(moment: datetime) -> Instant:
    """Write a moment as `2026-11-10T08:00:00Z`."""
    return Instant(moment)
