"""The mailbox of a box, opened when it is first used."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.fetcher.failed import FailedMail
from services.fetcher.sources.mailbox import Mailbox
from services.fetcher.sources.port import SourceReport
from shared.errors import ConfigurationError, CredentialsRefusedError, TransientError
from shared.settings.value_types import ServerAddress
from tests.builders import a_box
from tests.servers.certificates import Authority
from tests.servers.scripted import Message, ScriptedImap

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MAIL = b"Subject: one\r\n\r\nHello.\r\n"
THROTTLED = "{tag} NO Request is throttled. Suggested Backoff Time: 299961 milliseconds"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Proves the server."""
    return Authority(tmp_path)


@pytest.fixture
def server(authority: Authority) -> Any:
    """A server with one mail."""
    server = ScriptedImap(tls=authority.server_context("localhost"))
    server.inbox.messages[3] = Message(MAIL)
    yield server
    server.stop()


def a_mailbox(server: ScriptedImap, folder: Path, clock: Clock, **settings: Any) -> Mailbox:
    """A mailbox whose memory lies in `folder`; a second one is a restart."""
    given: dict[str, Any] = {
        "imap_url": ServerAddress(host="localhost", port=server.port),
        "pop3_password": SecretStr("pw"),
        "ca_file": folder / "ca.pem",
    }
    return Mailbox(a_box(**given | settings), folder / "seen.db", clock, FailedMail(folder))


def taken(mailbox: Mailbox) -> list[bytes | None]:
    """A whole round."""
    raws = []
    with closing(mailbox):
        for batch in mailbox.batches():
            mailbox.acknowledge(batch)
            raws += [mail.raw for mail in batch]
    return raws


def test_certificates_that_come_later_are_used_then(
    server: ScriptedImap, tmp_path: Path, authority: Authority
) -> None:
    """I-2, F-74: on a share that is mounted late: told, and tried again by the same process."""
    late = tmp_path / "mounted" / "ca.pem"
    mailbox = a_mailbox(server, tmp_path, Clock(), ca_file=late)
    with pytest.raises(ConfigurationError, match="caFile"):
        taken(mailbox)

    late.parent.mkdir()
    late.write_bytes(authority.ca_file.read_bytes())

    assert taken(mailbox) == [MAIL]


def test_the_apps_file_may_come_later(tmp_path: Path, server: ScriptedImap) -> None:
    """I-2, F-74: the same for MicrosoftOAuth.json."""
    root = tmp_path / "erp"
    mailbox = a_mailbox(
        server, tmp_path, Clock(), pop3_oauth=True, root_path=str(root), ca_file=None
    )
    with pytest.raises(ConfigurationError, match="MicrosoftOAuth"):
        taken(mailbox)

    (root / "Config").mkdir(parents=True)
    app = {"client_id": "c", "tenant_id": "t", "client_secret": "s"}
    app["token_uri"] = "https://localhost:1/o/oauth2/v2.0/token"
    (root / "Config" / "MicrosoftOAuth.json").write_text(json.dumps({"web": app}), "utf-8")

    with pytest.raises(TransientError):
        taken(mailbox)


def test_a_memory_that_cannot_be_opened_is_tried_again(
    server: ScriptedImap, tmp_path: Path, authority: Authority
) -> None:
    """F-74: nothing is connected before; afterwards nothing is in the way."""
    (tmp_path / "seen.db").mkdir()
    mailbox = a_mailbox(server, tmp_path, Clock(), ca_file=authority.ca_file)
    with pytest.raises(TransientError, match="CRMSERVICE_DATA"):
        taken(mailbox)
    assert server.sessions == 0

    (tmp_path / "seen.db").rmdir()

    assert taken(mailbox) == [MAIL]
    assert mailbox.report() == SourceReport(NOON, waiting=0, held=0)
    mailbox.close()


def test_a_damaged_memory_stops_nothing(
    server: ScriptedImap, tmp_path: Path, authority: Authority
) -> None:
    """I-5: it is set aside; the mail is taken."""
    (tmp_path / "seen.db").write_bytes(b"nonsense of more than a few bytes" * 99)

    assert taken(a_mailbox(server, tmp_path, Clock(), ca_file=authority.ca_file)) == [MAIL]
    assert (tmp_path / "seen.db.damaged").is_file()


@pytest.mark.parametrize("command", ["AUTHENTICATE", "UID FETCH", "UID EXPUNGE"])
def test_a_restart_does_not_knock_where_the_server_asked_to_wait(
    server: ScriptedImap, tmp_path: Path, authority: Authority, command: str
) -> None:
    """F-57: the time that it asked for is remembered, whatever was asked for then."""
    clock = Clock()
    server.answers[command] = [THROTTLED]
    with pytest.raises(TransientError, match="throttling"):
        taken(a_mailbox(server, tmp_path, clock, ca_file=authority.ca_file))
    clock.now += timedelta(seconds=200)
    sessions = server.sessions

    with pytest.raises(TransientError, match="throttling") as raised:
        taken(a_mailbox(server, tmp_path, clock, ca_file=authority.ca_file))

    assert server.sessions == sessions
    assert 99 < (raised.value.retry_after_seconds or 0) < 100
    clock.now += timedelta(seconds=100)
    taken(a_mailbox(server, tmp_path, clock, ca_file=authority.ca_file))
    assert server.inbox.messages == {}


def test_a_restart_does_not_knock_at_once_after_a_refused_login(
    server: ScriptedImap, tmp_path: Path, authority: Authority
) -> None:
    """F-61: nor does a box that is restarted again and again lock its account."""
    clock = Clock()
    server.answers["AUTHENTICATE"] = "{tag} NO [AUTHENTICATIONFAILED] wrong"
    with pytest.raises(CredentialsRefusedError):
        taken(a_mailbox(server, tmp_path, clock, ca_file=authority.ca_file))

    for _ in range(5):
        clock.now += timedelta(seconds=5)
        with pytest.raises(CredentialsRefusedError, match="nobody asks again"):
            taken(a_mailbox(server, tmp_path, clock, ca_file=authority.ca_file))

    assert server.sessions == 1
    clock.now += timedelta(seconds=20)
    server.answers.clear()
    assert taken(a_mailbox(server, tmp_path, clock, ca_file=authority.ca_file)) == [MAIL]
