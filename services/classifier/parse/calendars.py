"""Calendar parts of a mail (RFC 5545, RFC 5546; behaviours R-5, V2-1 to V2-3)."""

from collections.abc import Iterable, Iterator

from services.classifier.parse.calendar_lines import (
    PART_BYTES,
    Budget,
    Component,
    calendar_text,
    read_components,
)
from services.classifier.parse.file_names import given_name
from services.classifier.parse.leaf import Leaf
from services.classifier.parse.parsed_mail import CalendarEvent

EVENTS = 200
"""Events of one mail; an invitation has one, and one more for each changed occurrence."""

_TYPES = ("text/calendar", "application/ics")
_ENCODED_BYTES = 4 * PART_BYTES
"""Quoted-printable takes three bytes for one, and some line ends."""


def read_events(leaves: Iterable[Leaf], defects: list[str]) -> tuple[CalendarEvent, ...]:
    """Return events of the calendar parts among `leaves` that have a METHOD.

    The same calendar is often sent twice, inside the text and as a file: what says the same counts
    once. Which of several states of one event counts is not decided here.

    Args:
        leaves: Of the mail, and of packages in it.
        defects: Gets what was wrong or beyond a cap.
    """
    budget = Budget()
    events: dict[CalendarEvent, None] = {}
    for leaf in leaves:
        if not _is_calendar(leaf):
            continue
        for event in _of_leaf(leaf, budget, defects):
            if len(events) == EVENTS:
                defects.append("calendar events beyond the limit")
                return tuple(events)
            events[event] = None
    return tuple(events)


def read_calendar(
    data: bytes, charset: str | None, method: str | None, budget: Budget, defects: list[str]
) -> Iterator[CalendarEvent]:
    """Yield events of the calendars in `data`.

    Args:
        data: A calendar part, decoded from its transfer encoding.
        charset: Of the part; None for UTF-8.
        method: For calendars without one of their own; None to leave those out.
        budget: What the mail's calendars may still use.
        defects: Gets what was wrong or beyond a cap.
    """
    # Here, because icalendar is heavy, and few mails have a calendar.
    from services.classifier.parse.calendar_events import read_event, token  # noqa: PLC0415
    from services.classifier.parse.calendar_zones import Zones  # noqa: PLC0415

    outermost = read_components(calendar_text(data, charset, budget, defects), budget, defects)
    for calendar in _calendars(outermost):
        own = calendar.first("METHOD")
        said = token(own.value if own else None) or token(method)
        if said is None:
            defects.append("a calendar without a METHOD")
            continue
        version = calendar.first("VERSION")
        if version and version.value.strip() == "1.0":
            defects.append("a calendar of version 1.0")
        zones = Zones([one for one in calendar.children if one.name == "VTIMEZONE"])
        for component in (one for one in calendar.children if one.name == "VEVENT"):
            event = read_event(component, said, zones, defects)
            if event:
                yield event


def _is_calendar(leaf: Leaf) -> bool:
    # What is wrong with the name was said when the files were read.
    name = leaf.name or given_name(leaf.part.headers, []) or ""
    return leaf.part.content_type in _TYPES or name.strip().lower().endswith(".ics")


def _of_leaf(leaf: Leaf, budget: Budget, defects: list[str]) -> Iterator[CalendarEvent]:
    if budget.size <= 0:
        defects.append("calendars beyond the limit")
        return
    data = leaf.beginning(_ENCODED_BYTES)
    charset = leaf.part.headers.parameter("charset", "content-type", defects)
    method = leaf.part.headers.parameter("method", "content-type", defects)
    yield from read_calendar(data, charset, method, budget, defects)


def _calendars(outermost: Component) -> Iterator[Component]:
    """Yield calendars one beside another; events without a calendar around them count as one."""
    yield from (one for one in outermost.children if one.name == "VCALENDAR")
    if any(one.name == "VEVENT" for one in outermost.children):
        yield outermost
