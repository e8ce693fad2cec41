"""Lists of events, read to their end."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kiota_abstractions.request_information import RequestInformation

from services.calsync.calendars.graph import requests
from services.calsync.calendars.graph.answers import (
    CalendarPage,
    EventPage,
    GraphCalendarInfo,
    GraphEvent,
)
from services.calsync.calendars.graph.pages import pages
from services.calsync.calendars.graph.wire import GraphWire
from services.calsync.calendars.port import ItemGoneError, Whereabouts


async def one(wire: GraphWire, mailbox: str, event_id: str) -> GraphEvent:
    """Return an event.

    Raises:
        ItemGoneError: It does not exist.
    """
    return await wire.send(mailbox, requests.one(wire.user(mailbox), event_id), GraphEvent)


async def with_master(
    wire: GraphWire, mailbox: str, event: GraphEvent
) -> tuple[GraphEvent, GraphEvent | None]:
    """Return an event and, of an occurrence, its series."""
    if not event.of_series:
        return event, None
    return event, await one(wire, mailbox, event.series_master_id or "")


async def between(
    wire: GraphWire, mailbox: str, begin: datetime, end: datetime, select: list[str] | None = None
) -> list[GraphEvent]:
    """Return what the default calendar shows in a time."""
    user = wire.user(mailbox)
    return await _all(
        wire, mailbox, requests.view(user, begin, end, select), user.calendar.calendar_view
    )


async def instances(
    wire: GraphWire, mailbox: str, master_id: str, begin: datetime, end: datetime
) -> list[GraphEvent]:
    """Return the occurrences of a series in a time."""
    user = wire.user(mailbox)
    builder = user.events.by_event_id(master_id).instances
    return await _all(wire, mailbox, requests.instances(user, master_id, begin, end), builder)


async def matching(wire: GraphWire, mailbox: str, wanted: str) -> list[GraphEvent]:
    """Return the events that a filter lets through, of the default calendar or else of all.

    The list of a user's events is documented as that of the mailbox, and shows the default
    calendar alone; so the other calendars are asked, too, where it shows nothing.
    """
    builder = wire.user(mailbox).events
    found = await _all(wire, mailbox, requests.search(builder, wanted), builder)
    if found:
        return found
    others = [each for each in await _calendars(wire, mailbox) if not each.is_default_calendar]
    lists = [wire.user(mailbox).calendars.by_calendar_id(each.id).events for each in others]
    asked = (_all(wire, mailbox, requests.search(one, wanted), one) for one in lists)
    return [event for events in await asyncio.gather(*asked) for event in events]


async def masters_of(
    wire: GraphWire, mailbox: str, events: Sequence[GraphEvent]
) -> dict[str, GraphEvent]:
    """Return the series of all occurrences among the events; one that is gone is left out."""
    names = sorted({each.series_master_id or "" for each in events if each.of_series})
    found = await asyncio.gather(*(_or_none(wire, mailbox, name) for name in names))
    return {event.id: event for event in found if event is not None}


async def whereabouts(wire: GraphWire, mailbox: str, event_id: str) -> Whereabouts:
    """Return where an event is that the default calendar does not show at its time."""
    builder = wire.user(mailbox).events.by_event_id(event_id).calendar
    try:
        found = await wire.send(mailbox, builder.to_get_request_information(), GraphCalendarInfo)
    except ItemGoneError:
        return "nowhere"
    return "nowhere" if found.is_default_calendar is not False else "elsewhere"


async def _or_none(wire: GraphWire, mailbox: str, event_id: str) -> GraphEvent | None:
    try:
        return await one(wire, mailbox, event_id)
    except ItemGoneError:
        return None


async def _calendars(wire: GraphWire, mailbox: str) -> list[GraphCalendarInfo]:
    builder = wire.user(mailbox).calendars
    found: list[GraphCalendarInfo] = []
    async for page in pages(
        wire,
        mailbox,
        builder.to_get_request_information(),
        lambda link: builder.with_url(link).to_get_request_information(),
        CalendarPage,
    ):
        found += page.value
    return found


async def _all(
    wire: GraphWire,
    mailbox: str,
    first: RequestInformation,
    builder: Any,  # noqa: ANN401 - of several builders
) -> list[GraphEvent]:
    def follow(link: str) -> RequestInformation:
        request: RequestInformation = builder.with_url(link).to_get_request_information()
        return request

    found: list[GraphEvent] = []
    async for page in pages(wire, mailbox, first, follow, EventPage):
        found += page.value
    return found
