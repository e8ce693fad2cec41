"""Which of two states of an event is the later one (RFC 5546 section 2.1.5; V2-1, V2-2c). Pure.

SEQUENCE decides, then DTSTAMP. Neither may shut later mail out: a DTSTAMP from the future counts as
a day after its mail came, and a SEQUENCE far from the other, or too large for a time, counts
nothing, because some systems write the time there: then DTSTAMP alone decides.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_AHEAD = timedelta(days=1)
"""How far ahead of us an organiser's clock and zone may be."""

_JUMP = 1000
"""More changes than anybody makes to one event between two mails."""

_NO_COUNT = 2**31 - 1
"""Stands for a SEQUENCE that is no count: far from all that are."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EventOrder:
    """Where a state stands among those of its event.

    Attributes:
        sequence, stamp: SEQUENCE and DTSTAMP, as far as they count.
    """

    sequence: int
    stamp: datetime | None

    def is_later_than(self, other: "EventOrder") -> bool:
        """Return whether this state is the later one; of two equal ones neither is."""
        mine, theirs = self.stamp or _LONG_AGO, other.stamp or _LONG_AGO
        if abs(self.sequence - other.sequence) > _JUMP:
            return (mine, self.sequence) > (theirs, other.sequence)
        return (self.sequence, mine) > (other.sequence, theirs)


def order_of(sequence: int, stamp: datetime | None, arrived: datetime) -> EventOrder:
    """Return the order of a state that came at `arrived`."""
    latest = arrived + _AHEAD
    counted = sequence if sequence <= latest.timestamp() else _NO_COUNT
    return EventOrder(counted, min(stamp, latest) if stamp else None)
