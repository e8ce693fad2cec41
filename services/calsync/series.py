"""Which link an occurrence belongs to (K-3). Pure.

Occurrences are matched by their series and their original start. Where a series was moved as a
whole no original start is left: then the nth goes to the nth, so that what hangs on the activities
stays. An event that changes its kind keeps the activity that fits by start, else the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from services.calsync.calendars.port import CalendarItem, ItemTime, Window
from services.calsync.link import CalendarLink
from services.calsync.zones import inside, moment_of

Pair = tuple[CalendarLink, CalendarItem]


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
    kept = [link for link in links if _start(link.original_start, window) in by_start]
    # An occurrence that has left the window is not deleted.
    rest = [link for link in links if link not in kept and _was_inside(link, window)]
    in_order = sorted([*kept, *rest], key=lambda link: _start(link.original_start, window))
    starts = sorted(by_start)
    if rest and _is_moved(in_order, rest, starts, window):
        pairs = _nth_to_nth(in_order, [by_start[one] for one in starts], window)
    else:
        pairs = [(link, by_start[_start(link.original_start, window)]) for link in kept]
    matched = {link.item_id for link, _ in pairs}
    used = {item.id for _, item in pairs}
    return SeriesMatch(
        tuple(pairs),
        tuple(link for link in in_order if link.item_id not in matched),
        tuple(by_start[one] for one in starts if by_start[one].id not in used),
    )


def _is_moved(
    links: Sequence[CalendarLink],
    rest: Sequence[CalendarLink],
    starts: Sequence[datetime],
    window: Window,
) -> bool:
    """Whether the series was moved as a whole: most starts are other ones, or all by a period."""
    if len(rest) * 2 > len(links):
        return bool(starts)
    before = [_start(link.original_start, window) for link in links]
    periods = len(rest)
    forward = before[periods:] == list(starts[: len(starts) - periods])
    backward = before[: len(before) - periods] == list(starts[periods:])
    return len(starts) == len(before) and (forward or backward)


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
    """Pair in order, from the end of the series that the window does not cut."""
    before = [_start(link.original_start, window) for link in links]
    after = [_start(item.original_start, window) for item in items]
    shift = _shift(before, after, window)
    return [
        (link, items[number + shift])
        for number, link in enumerate(links)
        if 0 <= number + shift < len(items)
    ]


def _shift(before: Sequence[datetime], after: Sequence[datetime], window: Window) -> int:
    """Count by how many the first occurrence in the window is another one than before."""
    surplus = len(after) - len(before)
    gaps = [later - earlier for times in (before, after) for earlier, later in pairwise(times)]
    gap = min(gaps, default=timedelta(days=1))
    if surplus == 0 or min(before[0], after[0]) - gap >= window.begin:
        return 0
    if max(before[-1], after[-1]) + gap < window.end:
        return surplus
    # Both ends are cut: the nearer times are more likely.
    return 0 if abs(before[0] - after[0]) <= abs(before[-1] - after[-1]) else surplus


def _start(start: ItemTime | None, window: Window) -> datetime:
    return moment_of(start, window.zone) if start else window.begin


def _last_start(link: CalendarLink, window: Window) -> datetime:
    return moment_of(link.calendar.start, window.zone) if link.calendar else window.begin


def _was_inside(link: CalendarLink, window: Window) -> bool:
    return link.calendar is None or inside(link.calendar, window)
