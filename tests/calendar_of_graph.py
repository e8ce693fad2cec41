"""The calendar client over the double of Microsoft Graph, as a service has it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from services.calsync.calendars.graph.access import GraphAccess
from services.calsync.calendars.graph.opening import GraphSide, open_graph
from services.calsync.calendars.port import Participant, Window
from services.classifier.parse.html import html_to_text
from shared.oauth.tokens import ClientCredentials, client_credentials
from tests.builders import a_box
from tests.servers.graph.mailbox import GraphMailbox
from tests.servers.graph.server import GraphServer

PRAGUE = ZoneInfo("Europe/Prague")
WINDOW = Window(date(2026, 1, 1), date(2027, 1, 1), PRAGUE)


def plain(html: str) -> str:
    """What a reader sees of HTML, as the classifier has it."""
    return html_to_text(html, [], targets=False)


@contextmanager
def of_graph(
    graph: GraphServer,
    folder: Path,
    *,
    concurrency: int = 4,
    url: str = "",
    ca_file: Path | None = None,
    token_ca_file: Path | None = None,
) -> Iterator[GraphSide]:
    """Open the client with the app's file in `folder`; authorities are those of the double."""
    access = GraphAccess(url or graph.url, ca_file or graph.ca_file, concurrency, PRAGUE)
    tokens = tokens_of(graph, folder, token_ca_file or graph.ca_file)
    with open_graph(access, tokens, plain) as side:
        yield side


def tokens_of(graph: GraphServer, folder: Path, ca_file: Path | None) -> ClientCredentials:
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
    box = a_box(root_path=str(folder), ca_file=ca_file)
    return client_credentials(box, "https://graph.microsoft.com/.default")


def user_of(mailbox: GraphMailbox) -> Participant:
    """The ERP's user of a mailbox."""
    return Participant(1, mailbox.address.lower(), mailbox.account.id)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)
