"""When a mail came that is a file."""

from datetime import UTC, datetime


def moment_of(timestamp: float) -> datetime:
    """Return a file's time; now, for a time that no calendar has."""
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.now(UTC)
