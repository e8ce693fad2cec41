"""Scripted POP3 servers, and sources that read them."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.fetcher.seen import Seen
from services.fetcher.sources.pop3 import session as pop3_session
from services.fetcher.sources.pop3.source import Pop3
from shared.settings.value_types import ServerAddress
from tests.builders import a_box
from tests.servers.rounds import MAIL, PASSWORD, Clock, Tokens
from tests.servers.scripted_pop3 import ScriptedPop3

Make = Callable[..., Pop3]


@pytest.fixture
def server() -> Iterator[ScriptedPop3]:
    """A server with one mail."""
    server = ScriptedPop3({"u1": MAIL})
    yield server
    server.stop()


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    """What the fetcher remembers."""
    with closing(Seen(tmp_path / "seen.db")) as seen:
        yield seen


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock()


@pytest.fixture
def make(
    server: ScriptedPop3, seen: Seen, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Make]:
    """Sources of the server, on the port that begins without TLS; a second one is a restart."""
    monkeypatch.setattr(pop3_session, "PLAIN_PORT", server.port)
    made: list[Pop3] = []

    def one(tokens: Tokens | None = None, **settings: Any) -> Pop3:
        given: dict[str, Any] = {
            "pop3_url": ServerAddress(host="localhost", port=server.port),
            "pop3_password": SecretStr(PASSWORD),
            "allow_plaintext": True,
        }
        made.append(Pop3(a_box(**given | settings), seen, clock, tokens))
        return made[-1]

    yield one
    for each in made:
        each.close()
