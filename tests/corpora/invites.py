"""Scores calendar events: files with METHOD, UID, organiser, attendees and start of each event.

Calendars without a METHOD are read as if their part's header had one: their events are as good
to compare. Events that are expected without a UID are passed over, since none can be read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from services.classifier.parse.calendar_lines import Budget
from services.classifier.parse.calendars import read_calendar
from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import CalendarEvent
from tests.corpora.score import Score

_FALLBACK = "X-NONE"
"""Stands for the METHOD that a calendar file lacks."""

Expected = Mapping[str, Any]


def score(root: Path) -> Score:
    """Compare every property of every event of the kind `invite` under `root`."""
    passed = total = 0
    failures: list[str] = []
    for line in _lines(root):
        for prop, is_right in _compared(root, line):
            total += 1
            passed += is_right
            if not is_right:
                failures.append(f"{line['file']}: {prop}")
    return Score("invites", passed, total, tuple(failures))


def _lines(root: Path) -> Iterator[Expected]:
    with (root / "expected.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            expected = json.loads(line)
            # Answers of Graph are no mail.
            if expected["kind"] == "invite" and expected["expected"]["container"] != "graph-json":
                yield expected


def _compared(root: Path, line: Expected) -> Iterator[tuple[str, bool]]:
    """Each expected property, and whether it was read."""
    expected = line["expected"]
    events = _events((root / line["file"]).read_bytes(), expected["container"])
    for calendar in expected["calendars"]:
        method = calendar["method"] or expected.get("content_type_method") or _FALLBACK
        for component in calendar["components"]:
            if component["component"] != "VEVENT" or component.get("uid") is None:
                continue
            event = _taken(events, component)
            yield "uid", event is not None
            for name, wanted in _wanted(component, method.upper()).items():
                yield name, event is not None and _found(event)[name] == wanted


def _events(raw: bytes, container: str) -> list[CalendarEvent]:
    if container == "ics":
        return list(read_calendar(raw, None, _FALLBACK, Budget(), []))
    return list(parse_mail(raw, "key").events)


def _taken(events: list[CalendarEvent], component: Expected) -> CalendarEvent | None:
    """The event that is meant, taken out of `events`; of several with its UID, by its start."""
    same = [event for event in events if event.uid == component["uid"].strip()]
    same.sort(key=lambda event: _start(event) != _wanted_start(component))
    if same:
        events.remove(same[0])
    return same[0] if same else None


def _wanted(component: Expected, method: str) -> dict[str, object]:
    return {
        "method": method,
        "organizer": (component.get("organizer") or {}).get("address"),
        "attendees": _addresses(attendee["address"] for attendee in component["attendees"]),
        "start": _wanted_start(component),
    }


def _found(event: CalendarEvent) -> dict[str, object]:
    return {
        "method": event.method,
        "organizer": event.organizer,
        "attendees": _addresses(attendee.address for attendee in event.attendees),
        "start": _start(event),
    }


def _addresses(addresses: Iterator[str]) -> Sequence[str]:
    return sorted(set(addresses))


def _wanted_start(component: Expected) -> str | None:
    start = component.get("dtstart")
    return start["value"].removesuffix("Z") if start else None


def _start(event: CalendarEvent) -> str | None:
    """As the file writes it: by the wall clock of its zone."""
    if event.start is None:
        return None
    return event.start.strftime("%Y%m%dT%H%M%S" if isinstance(event.start, datetime) else "%Y%m%d")
