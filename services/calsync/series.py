"""Which link an occurrence belongs to (K-3). Pure.

Occurrences are matched by their series and their original start. Where a series was moved as a
whole no original start is left: then the nth goes to the nth, so that what hangs on the activities
stays. An event that changes its kind keeps the activity that fits by start, else the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.calsync.calendars.port import CalendarItem, ItemTime, Window
from services.calsync.link import CalendarLink
from services.calsync.zones import inside, moment_of

Pair = tuple[CalendarLink, CalendarItem]

_SHIFTS = (0, 1, -1, 2, -2)
"""How far the first occurrence in the window may be another one after a move."""


@dataclass(frozen=True, slots=True)
class SeriesMatch:
    """What became of the links of one event or series.

    Attributes:
        pairs: Links with what they are now.
        gone: Links whose occurrence is gone.
        new: Occurrences without a link.
    """

    pairs: tuple[Pair, ...]
    gone: tuple[CalendarLink, ...]
    new: tuple[CalendarItem, ...]


def match_occurrences(
    links: Sequence[CalendarLink], items: Sequence[CalendarItem], window: Window
) -> SeriesMatch:
    """Match the links of a series with all its occurrences in the window."""
    by_start = {_start(item.original_start, window): item for item in items}
    pairs = [
        (link, by_start.pop(key))
        for link in links
        if (key := _start(link.original_start, window)) in by_start
    ]
    matched = {link.item_id for link, _ in pairs}
    # An occurrence that has left the window is not deleted.
    rest = [link for link in links if link.item_id not in matched and _was_inside(link, window)]
    new = sorted(by_start.values(), key=lambda item: _start(item.original_start, window))
    if len(pairs) < len(rest):
        moved = _nth_to_nth(rest, new, window)
        pairs += moved
        taken = {link.item_id for link, _ in moved}
        rest = [link for link in rest if link.item_id not in taken]
        used = {item.id for _, item in moved}
        new = [item for item in new if item.id not in used]
    return SeriesMatch(tuple(pairs), tuple(rest), tuple(new))


def match_another_kind(
    links: Sequence[CalendarLink], items: Sequence[CalendarItem], window: Window
) -> SeriesMatch:
    """Match the links of an event that has become a series, or of a series that became an event."""
    if not links or not items:
        return SeriesMatch((), tuple(links), tuple(items))
    in_order = sorted(items, key=lambda item: moment_of(item.content.start, window.zone))
    first, *_ = sorted(links, key=lambda link: _last_start(link, window))
    fitting = [
        (link, item)
        for link in links
        for item in in_order
        if _last_start(link, window) == moment_of(item.content.start, window.zone)
    ]
    kept = fitting[0] if fitting else (first, in_order[0])
    gone = tuple(link for link in links if link.item_id != kept[0].item_id)
    return SeriesMatch((kept,), gone, tuple(item for item in in_order if item.id != kept[1].id))


def _nth_to_nth(
    links: Sequence[CalendarLink], items: Sequence[CalendarItem], window: Window
) -> list[Pair]:
    """Pair in order, with the shift at the window's edge by which the times lie nearest."""
    in_order = sorted(links, key=lambda link: _start(link.original_start, window))

    def pairs(shift: int) -> list[Pair]:
        return [
            (link, items[number + shift])
            for number, link in enumerate(in_order)
            if 0 <= number + shift < len(items)
        ]

    def distance(shift: int) -> tuple[timedelta, int]:
        apart = [
            abs(_start(link.original_start, window) - _start(item.original_start, window))
            for link, item in pairs(shift)
        ]
        missing = min(len(in_order), len(items)) - len(apart)
        return (sum(apart, timedelta()) / len(apart) if apart else timedelta.max, missing)

    return pairs(min(_SHIFTS, key=distance))


def _start(start: ItemTime | None, window: Window) -> datetime:
    return moment_of(start, window.zone) if start else window.begin


def _last_start(link: CalendarLink, window: Window) -> datetime:
    return moment_of(link.calendar.start, window.zone) if link.calendar else window.begin


def _was_inside(link: CalendarLink, window: Window) -> bool:
    return link.calendar is None or inside(link.calendar, window)
