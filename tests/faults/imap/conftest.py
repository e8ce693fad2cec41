"""Scripted IMAP servers, and sources that read them."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.fetcher.seen import Seen
from services.fetcher.sources.imap import session as imap_session
from services.fetcher.sources.imap import wire as imap_wire
from services.fetcher.sources.imap.source import Imap
from shared.settings.value_types import ServerAddress
from tests.builders import a_box
from tests.servers.certificates import Authority
from tests.servers.rounds import MAIL, PASSWORD, Clock, Tokens
from tests.servers.scripted import Folder, Message, ScriptedImap

Make = Callable[..., Imap]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Proves the servers of these tests."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tls(authority: Authority) -> ssl.SSLContext:
    """Of the server that the sources expect."""
    return authority.server_context("localhost")


@pytest.fixture
def server(tls: ssl.SSLContext) -> Iterator[ScriptedImap]:
    """A server with one mail."""
    server = ScriptedImap({"INBOX": Folder({3: Message(MAIL)})}, tls=tls)
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
def make(server: ScriptedImap, seen: Seen, authority: Authority, clock: Clock) -> Iterator[Make]:
    """Sources of the server."""
    made: list[Imap] = []

    def one(tokens: Tokens | None = None, **settings: Any) -> Imap:
        given = {
            "imap_url": ServerAddress(host="localhost", port=server.port),
            "pop3_password": SecretStr(PASSWORD),
            "ca_file": authority.ca_file,
        }
        made.append(Imap(a_box(**(given | settings)), seen, clock, tokens))
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read may take half a second only."""
    for module in (imap_wire, imap_session):
        monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
