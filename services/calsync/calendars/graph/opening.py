"""Opens Microsoft Graph, whose client is installed only where the calendar is used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.calsync.calendars.accounts import AccountDirectory
from services.calsync.calendars.graph.access import GraphAccess
from services.calsync.calendars.port import EventCalendar
from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError
from shared.oauth.tokens import TokenSource


@dataclass(frozen=True, slots=True)
class GraphSide:
    """Microsoft Graph as the calendar service needs it."""

    calendar: EventCalendar
    directory: AccountDirectory


@contextmanager
def open_graph(
    access: GraphAccess, tokens: TokenSource, html_to_text: Callable[[str], str]
) -> Iterator[GraphSide]:
    """Open Graph until the end of the block; nothing is sent yet.

    Args:
        access: Where it is.
        tokens: Returns tokens for the scope of `access`.
        html_to_text: Makes what a reader sees of the HTML of an event.

    Raises:
        ConfigurationError: Its client is not installed, or the certificates cannot be used.
    """
    try:
        # Here, because only the calendar needs it, and it is large.
        from services.calsync.calendars.graph.calendar import GraphCalendar  # noqa: PLC0415
        from services.calsync.calendars.graph.directory import GraphDirectory  # noqa: PLC0415
        from services.calsync.calendars.graph.wire import GraphWire  # noqa: PLC0415
    except ModuleNotFoundError as error:
        remedy = said(
            "Install it with pip install --require-hashes -r requirements/calendar.txt, or "
            "set calendar to false."
        )
        what = said(
            "Microsoft's client msgraph-sdk is not installed ({name} is missing)", name=error.name
        )
        raise ConfigurationError([ConfigProblem("calendar", what, remedy)]) from None
    with GraphWire(access, tokens) as wire:
        yield GraphSide(GraphCalendar(wire, access.zone, html_to_text), GraphDirectory(wire))
