"""Several states of one event in one mail are folded before commands are made (V2-1a). Pure.

People attach the old and the new calendar file together, and programs send REQUEST and CANCEL in
one mail. The last state, by SEQUENCE, then DTSTAMP, decides for an event or one occurrence of it;
of two that are equal a cancellation, else the first. What attendees answer is theirs: there the
last answer of each attendee counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from services.classifier.parse.parsed_mail import CalendarEvent
from shared.domain.event_order import order_of

STATES = ("REQUEST", "PUBLISH", "ADD", "CANCEL")
"""Methods that tell the state of an event; a REPLY tells an answer to it."""

Occurrence = tuple[str, str | None, str | None]
"""UID, RECURRENCE-ID and organiser: with another organiser it is another event (V2-2a)."""


def last_states(events: Iterable[CalendarEvent], arrived: datetime) -> tuple[CalendarEvent, ...]:
    """Return the events and answers that count, each once, in the order of their first coming."""
    states: dict[Occurrence, CalendarEvent] = {}
    answers: dict[tuple[Occurrence, str], CalendarEvent] = {}
    for event in events:
        occurrence = (event.uid, event.recurrence_id, event.organizer)
        if event.method in STATES:
            states[occurrence] = _later(states.get(occurrence), event, arrived)
        elif event.method == "REPLY":
            for attendee in event.attendees:
                key = (occurrence, attendee.address)
                answers[key] = _later(answers.get(key), event, arrived)
    return (*states.values(), *_replies(answers))


def _replies(answers: Mapping[tuple[Occurrence, str], CalendarEvent]) -> Iterator[CalendarEvent]:
    """Yield each answer with those of its attendees for whom none is later."""
    told: defaultdict[CalendarEvent, set[str]] = defaultdict(set)
    for (_, address), event in answers.items():
        told[event].add(address)
    for event, addresses in told.items():
        attendees = tuple(one for one in event.attendees if one.address in addresses)
        yield replace(event, attendees=attendees)


def _later(known: CalendarEvent | None, event: CalendarEvent, arrived: datetime) -> CalendarEvent:
    if known is None:
        return event
    old, new = (order_of(one.sequence, one.stamp, arrived) for one in (known, event))
    if new.is_later_than(old):
        return event
    ends = event.method == "CANCEL" != known.method
    return event if ends and not old.is_later_than(new) else known
