"""The technology pause of a box (manual, chapter 7; behaviour I-4). Pure: reads no clock."""

from datetime import datetime, time
from zoneinfo import ZoneInfo


def is_paused(moment: datetime, stop_from: time, stop_to: time, zone: ZoneInfo) -> bool:
    """Tell whether a clock on the wall in `zone` stands inside the pause at `moment`.

    The start belongs to the pause, the end does not. A start later than the end crosses midnight;
    equal times mean no pause. The wall clock decides on the two days it changes as well: times
    that it skips never come, times that it shows twice are inside both times.

    Args:
        moment: Any aware datetime.
        stop_from: Start of the pause, wall time.
        stop_to: End of the pause, wall time.
        zone: The zone of both times.

    Raises:
        ValueError: `moment` is naive, a mistake of the caller.
    """
    if moment.utcoffset() is None:
        raise ValueError("The moment must be an aware datetime.")
    try:
        wall = moment.astimezone(zone).time()
    except OverflowError:
        # Within a day of year 1 or 9999 there may be no local date, and no box to pause either.
        return False
    if stop_from <= stop_to:
        return stop_from <= wall < stop_to
    return wall >= stop_from or wall < stop_to
