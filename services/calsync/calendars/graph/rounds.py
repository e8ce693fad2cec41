"""A round of delta: all its pages, and what they come to.

Items come in any order, more than once, and again in later rounds; occurrences come bare, and
without their master if the series begins before the window.
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import (
    DeltaRequestBuilder,
)

from services.calsync.calendars.graph import times
from services.calsync.calendars.graph.answers import EventPage, GraphEvent
from services.calsync.calendars.graph.pages import pages
from services.calsync.calendars.graph.trouble import unreadable
from services.calsync.calendars.graph.wire import GraphWire
from services.calsync.calendars.port import CursorLostError, ItemGoneError, Window
from shared.contracts.said import said

_PAGE_ITEMS = "odata.maxpagesize=200"


@dataclass(slots=True)
class Told:
    """What a round has told: events by their ids in their newest state, and ids removed."""

    events: dict[str, GraphEvent] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)

    def take(self, events: Iterable[GraphEvent]) -> None:
        """Add a page; of an event that was told before the state that was modified last counts."""
        for event in events:
            if event.removed is not None:
                self.events.pop(event.id, None)
                self.removed.add(event.id)
            elif not _is_older(event, self.events.get(event.id)):
                self.events[event.id] = event
                self.removed.discard(event.id)


@dataclass(frozen=True, slots=True)
class Round:
    """A round that has come to its end, and the masters of all series in it."""

    told: Told
    masters: dict[str, GraphEvent]
    cursor: str
    complete: bool


async def run_round(wire: GraphWire, mailbox: str, window: Window, cursor: str | None) -> Round:
    """Return all pages since the cursor, or of everything if there is none.

    A cursor is for one window: for another one everything is told anew.

    Raises:
        CursorLostError: The cursor is not known.
        CRMServiceError: As `GraphWire.send`.
    """
    link = _link_in(cursor, window)
    told, delta_link = Told(), None
    first = _follow(wire, mailbox, link) if link else _start(wire, mailbox, window)
    async for page in pages(
        wire, mailbox, first, lambda each: _follow(wire, mailbox, each), EventPage
    ):
        told.take(page.value)
        delta_link = page.delta_link
    if not delta_link:
        raise unreadable(wire.host)
    masters = await _masters(wire, mailbox, told)
    return Round(told, masters, _cursor(delta_link, window), complete=link is None)


def _is_older(event: GraphEvent, known: GraphEvent | None) -> bool:
    if known is None or known.last_modified_date_time is None:
        return False
    modified = event.last_modified_date_time
    return modified is not None and modified < known.last_modified_date_time


def _start(wire: GraphWire, mailbox: str, window: Window) -> RequestInformation:
    parameters = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(
        start_date_time=times.query(window.begin), end_date_time=times.query(window.end)
    )
    builder = wire.user(mailbox).calendar_view.delta
    return builder.to_get_request_information(
        RequestConfiguration(query_parameters=parameters, headers=_headers())
    )


def _follow(wire: GraphWire, mailbox: str, link: str) -> RequestInformation:
    builder = wire.user(mailbox).calendar_view.delta.with_url(link)
    return builder.to_get_request_information(RequestConfiguration(headers=_headers()))


def _headers() -> HeadersCollection:
    return HeadersCollection({"Prefer": _PAGE_ITEMS})


async def _masters(wire: GraphWire, mailbox: str, told: Told) -> dict[str, GraphEvent]:
    """Return the masters of all series; those that were not told are asked for."""
    known = {name: event for name, event in told.events.items() if event.is_master}
    named = {each.series_master_id for each in told.events.values() if each.of_series}
    missing = sorted(name for name in named if name and name not in known)
    found = await asyncio.gather(*(_master(wire, mailbox, name) for name in missing))
    return known | {event.id: event for event in found if event is not None}


async def _master(wire: GraphWire, mailbox: str, name: str) -> GraphEvent | None:
    request = wire.user(mailbox).events.by_event_id(name).to_get_request_information()
    try:
        return await wire.send(mailbox, request, GraphEvent)
    except ItemGoneError:
        return None


def _cursor(link: str, window: Window) -> str:
    return json.dumps({"link": link, "window": _name(window)})


def _link_in(cursor: str | None, window: Window) -> str | None:
    if cursor is None:
        return None
    try:
        known = json.loads(cursor)
        link, of_window = str(known["link"]), known["window"]
    except (ValueError, KeyError, TypeError):
        raise CursorLostError(said("The cursor kept for a mailbox is not one")) from None
    return link if of_window == _name(window) else None


def _name(window: Window) -> str:
    return f"{window.first}/{window.after}/{window.zone.key}"
