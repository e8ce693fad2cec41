"""Commands for the events of a mail's calendar parts (behaviours V2-1 to V2-3). Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from typing import NamedTuple

from services.classifier.bounds import OTHER_COMMANDS
from services.classifier.chain import command_id
from services.classifier.event_states import STATES, last_states
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import distrusted
from services.classifier.parse.parsed_mail import CalendarEvent
from services.classifier.reading.mail import Mail
from shared.contracts.commands import ApplyEvent
from shared.contracts.events import EventState, Invited, Trust
from shared.domain.directory import User

RECORDED_METHODS = (*STATES, "REPLY")
"""COUNTER, REFRESH and DECLINECOUNTER (RFC 5546 section 3.2) change nothing by themselves."""


class InvitationCommands(NamedTuple):
    """What is to be recorded.

    Attributes:
        events: Each state once.
        commands: One for each event and each user whom it concerns.
        left_out: Some commands more would be beyond the bounds.
    """

    events: tuple[EventState, ...]
    commands: tuple[ApplyEvent, ...]
    left_out: bool


def recorded(mail: Mail, facts: Facts, first: int) -> InvitationCommands:
    """Record the calendar parts of `mail`; `first` is the place of its first event."""
    events = last_states(mail.parsed.events, mail.received_at)
    users = len(facts.user_recipients(mail)) + len(facts.forwarding_users(mail))
    most = facts.bounds(mail).commands - users - OTHER_COMMANDS
    wanted = (
        _apply(event, first + place, user, mail)
        for place, event in enumerate(events)
        for user in _concerned(event, mail, facts)
    )
    commands = tuple(islice(wanted, most))
    states = tuple(_state(event, mail, facts) for event in events) if commands else ()
    return InvitationCommands(states, commands, left_out=next(wanted, None) is not None)


def _concerned(event: CalendarEvent, mail: Mail, facts: Facts) -> Iterator[User]:
    """Yield recipients who are users; of an answer also the user who gives it."""
    recipients = (*facts.user_recipients(mail), *facts.forwarding_users(mail))
    yield from recipients
    if event.method == "REPLY":
        seen = {user.ref.id for user in recipients}
        users = (facts.directory.users.get(attendee.address) for attendee in event.attendees)
        yield from (user for user in users if user and user.ref.id not in seen)


def _apply(event: CalendarEvent, place: int, user: User, mail: Mail) -> ApplyEvent:
    name = "\0".join(
        map(str, (user.ref.id, event.method, event.uid, event.recurrence_id, event.organizer))
    )
    if event.method == "REPLY":
        # Several people may answer in one mail, to the same occurrence.
        name = "\0".join((name, *(attendee.address for attendee in event.attendees)))
    return ApplyEvent(command_id=command_id(mail, "R-5", name), user=user.ref, event=place)


def _state(event: CalendarEvent, mail: Mail, facts: Facts) -> EventState:
    return EventState(
        uid=event.uid,
        recurrence_id=event.recurrence_id,
        method=event.method,
        sequence=event.sequence,
        stamp=event.stamp,
        start=_when(event.start, facts),
        end=_when(event.end, facts),
        all_day=event.all_day,
        location=event.location,
        summary=event.summary,
        organizer=event.organizer,
        attendees=tuple(Invited(address=a.address, answer=a.answer) for a in event.attendees),
        rule=event.rule,
        sender=mail.sender or "",
        trust="refused" if distrusted(mail, facts) else _trust(mail),
    )


def _trust(mail: Mail) -> Trust:
    return "proven" if mail.proof.state == "proven" else "unproven"


def _when(moment: datetime | date | None, facts: Facts) -> str | None:
    """Return UTC, or a date where all-day; a floating time counts in the box's zone."""
    if moment is None or not isinstance(moment, datetime):
        return moment.isoformat() if moment else None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=facts.context.box.time_zone)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
