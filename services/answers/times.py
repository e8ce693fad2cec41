"""Times for programs."""

from datetime import UTC, datetime


def utc(moment: datetime) -> str:
    """Write a moment as `2026-11-10T08:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
