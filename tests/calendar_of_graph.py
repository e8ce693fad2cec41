"""The calendar client over the double of Microsoft Graph, as a service has it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from services.calsync.calendars.graph.access import GraphAccess
from services.calsync.calendars.graph.calendar import GraphCalendar
from services.calsync.calendars.graph.directory import GraphDirectory
from services.calsync.calendars.graph.wire import GraphWire
from services.calsync.calendars.port import Participant, Window
from services.classifier.parse.html import html_to_text
from shared.oauth.tokens import ClientCredentials, client_credentials
from tests.builders import a_box
from tests.servers.graph.mailbox import GraphMailbox
from tests.servers.graph.server import GraphServer

PRAGUE = ZoneInfo("Europe/Prague")
WINDOW = Window(date(2026, 1, 1), date(2027, 1, 1), PRAGUE)


class OfGraph:
    """A calendar and a directory over one wire."""

    def __init__(self, wire: GraphWire) -> None:
        self.wire = wire
        self.calendar = GraphCalendar(wire, PRAGUE, lambda html: html_to_text(html, []))
        self.directory = GraphDirectory(wire)


@contextmanager
def of_graph(
    graph: GraphServer, folder: Path, *, concurrency: int = 4, ca_file: Path | None = None
) -> Iterator[OfGraph]:
    """Open the client with the app's file in `folder`."""
    trusted = ca_file or graph.ca_file
    access = GraphAccess(graph.url, trusted, concurrency, PRAGUE)
    with GraphWire(access, tokens_of(graph, folder, access.scope, trusted)) as wire:
        yield OfGraph(wire)


def tokens_of(
    graph: GraphServer, folder: Path, scope: str, ca_file: Path | None
) -> ClientCredentials:
    """The tokens of the double's app, from its file."""
    web = {
        "client_id": graph.tokens.client_id,
        "tenant_id": "tenant",
        "token_uri": f"{graph.tokens.authority()}/oauth2/v2.0/token",
        "client_secret": graph.tokens.client_secret,
    }
    file = folder / "Config" / "MicrosoftOAuth.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"web": web}), "utf-8")
    return client_credentials(a_box(root_path=str(folder), ca_file=ca_file), scope)


def user_of(mailbox: GraphMailbox) -> Participant:
    """The ERP's user of a mailbox."""
    return Participant(1, mailbox.address.lower(), mailbox.account.id)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)
