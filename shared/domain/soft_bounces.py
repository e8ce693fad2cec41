"""When soft bounces of an address mark it (behaviour B-3): what classifier and writer agree on."""

from collections.abc import Iterable
from datetime import date, timedelta

DAYS_THAT_MARK = 3
WITHIN = timedelta(days=30)


def enough_soft_bounces(earlier: Iterable[date], new: date) -> bool:
    """Whether `new` completes three different days within 30 days, in whatever order they come."""
    days = sorted({day for day in earlier if abs(day - new) < WITHIN} | {new})
    return any(
        days[start + DAYS_THAT_MARK - 1] - days[start] < WITHIN
        for start in range(len(days) - DAYS_THAT_MARK + 1)
    )
