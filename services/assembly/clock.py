"""The time of day where a box is."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.settings.box import Box


def local_clock(box: Box) -> Callable[[], datetime]:
    """Return a clock that tells the time in the box's zone."""
    return lambda: datetime.now(UTC).astimezone(box.time_zone)
