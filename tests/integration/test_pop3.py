"""The POP3 source on a real Dovecot, with TLS and with tokens of a token server."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from services.fetcher.seen import Seen
from services.fetcher.sources.first_look import MOST_AT_ONCE, WaitsForStartError
from services.fetcher.sources.pop3 import session as pop3_session
from services.fetcher.sources.pop3.source import Pop3
from services.fetcher.sources.port import LARGE_BYTES
from shared.errors import CredentialsRefusedError, TransientError
from shared.oauth.tokens import client_credentials
from shared.settings.value_types import Disposition, ServerAddress
from tests.builders import a_box
from tests.servers.dovecot import Dovecot, MailBoxAccount
from tests.servers.token_server import TokenServer

MAIL = b"Received: from a by b; Mon, 02 Nov 2026 09:00:00 +0100\r\nSubject: one\r\n\r\nHello.\r\n"
LONG = b"Subject: long\r\n\r\n" + b"x" * 100_000 + b"\r\n.\r\n..\r\n.end\r\n"
LARGE = b"Subject: large\r\n\r\n" + b".123456789abcdef\r\n" * 180_000

Make = Callable[..., Pop3]


@pytest.fixture
def account(dovecot: Dovecot) -> MailBoxAccount:
    """A new mailbox."""
    dovecot.start()
    return dovecot.add_box(f"box{secrets.token_hex(4)}", "right-password")


@pytest.fixture
def make(
    dovecot: Dovecot, account: MailBoxAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Make]:
    """Sources of the mailbox."""
    monkeypatch.setattr(pop3_session, "PLAIN_PORT", dovecot.pop3_port)
    made: list[Pop3] = []

    with closing(Seen(tmp_path / "seen.db")) as seen:

        def one(port: int = dovecot.pop3s_port, **settings: Any) -> Pop3:
            given: dict[str, Any] = {
                "pop3_url": ServerAddress(host="localhost", port=port),
                "pop3_name": account.name,
                "pop3_password": SecretStr(account.password),
                "ca_file": dovecot.ca_file,
                "root_path": str(tmp_path),
            }
            box = a_box(**given | settings)
            tokens = client_credentials(box) if box.pop3_oauth else None
            made.append(Pop3(box, seen, lambda: datetime.now(UTC), tokens))
            return made[-1]

        yield one
        for each in made:
            each.close()


@pytest.fixture
def by_token(
    make: Make, account: MailBoxAccount, dovecot: Dovecot, token_server: TokenServer, tmp_path: Path
) -> Callable[[], Pop3]:
    """A source that logs in by OAuth with the app of the token server."""
    token_server.username = account.name
    both = tmp_path / "both.pem"
    both.write_bytes(dovecot.ca_file.read_bytes() + token_server.ca_file.read_bytes())
    return lambda: make(pop3_oauth=True, pop3_password=None, ca_file=both)


def write_app(root: Path, server: TokenServer, secret: str) -> None:
    """The app's file, as the ERP has it."""
    web = {
        "client_id": server.client_id,
        "tenant_id": "tenant",
        "auth_uri": f"https://{server.host}/organizations/oauth2/v2.0/authorize",
        "token_uri": f"https://{server.host}/organizations/oauth2/v2.0/token",
        "client_secret": secret,
    }
    (root / "Config").mkdir(exist_ok=True)
    (root / "Config" / "MicrosoftOAuth.json").write_text(json.dumps({"web": web}), "utf-8")


def contents(source: Pop3) -> list[bytes]:
    """Everything that waits, acknowledged batch by batch."""
    found: list[bytes] = []
    for batch in source.batches():
        found += [b"".join(source.slices(mail)) if mail.raw is None else mail.raw for mail in batch]
        source.acknowledge(batch)
    return found


@pytest.mark.parametrize("tls", ["pop3_port", "pop3s_port"])
def test_mail_comes_byte_for_byte_and_leaves_the_box(
    dovecot: Dovecot, account: MailBoxAccount, make: Make, tls: str
) -> None:
    """I-2, I-5, I-6: STLS or TLS from the first byte; long lines, dots, three megabytes."""
    for mail in (MAIL, LONG, LARGE):
        dovecot.deliver(account, mail)
    source = make(getattr(dovecot, tls))

    assert ": 3 mails, TLSv1." in source.probe()
    assert contents(source) == [MAIL, LONG, LARGE]
    assert dovecot.messages(account) == 0
    assert contents(source) == []


def test_a_probe_foretells_a_first_look_that_would_wait(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """I-11, O-1: `check` says so before anything runs; a box that was read before is not full."""
    for _ in range(MOST_AT_ONCE + 1):
        dovecot.deliver(account, MAIL)
    with pytest.raises(WaitsForStartError, match="501 messages"):
        make().probe()

    source = make()
    source.seen.open("POP3", datetime.now(UTC))

    assert ": 501 mails" in source.probe()


def test_the_servers_own_stamp_is_the_receive_time(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """I-11: of small and of large mail."""
    large = MAIL + b"x" * LARGE_BYTES + b"\r\n"
    dovecot.deliver(account, MAIL)
    dovecot.deliver(account, large)

    batches = make().batches()
    batch = next(batches)

    assert [mail.raw for mail in batch] == [MAIL, None]
    assert {mail.received_at for mail in batch} == {datetime(2026, 11, 2, 8, 0, tzinfo=UTC)}


def test_mail_that_stays_is_taken_once(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """I-8: `seen` leaves the mail in the box."""
    dovecot.deliver(account, MAIL)
    source = make(disposition=Disposition(action="seen"))

    assert contents(source) == [MAIL]
    dovecot.deliver(account, LONG)
    assert contents(source) == [LONG]
    assert dovecot.messages(account) == 2


def test_a_server_that_dies_before_quit_keeps_the_mail(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """F-7: DELE alone deletes nothing; the mail comes again under its old name."""
    dovecot.deliver(account, MAIL)
    source = make()
    batches = source.batches()
    before = next(batches)
    source.acknowledge(before)

    dovecot.kill()
    with pytest.raises(TransientError, match="what was not taken is still there"):
        next(batches)
    dovecot.start()

    assert dovecot.messages(account) == 1
    again = make()
    assert [mail.identity for mail in next(again.batches())] == [before[0].identity]
    assert contents(again) == [MAIL]


def test_a_server_that_is_away_is_told(dovecot: Dovecot, make: Make) -> None:
    """F-50: stopped, and found again."""
    source = make()
    dovecot.kill()
    with pytest.raises(TransientError, match="cannot be reached"):
        contents(source)
    dovecot.start()

    assert contents(source) == []


def test_a_wrong_password_is_refused(make: Make) -> None:
    """F-61: Dovecot's own words."""
    with pytest.raises(CredentialsRefusedError, match="check pop3Name and pop3Password"):
        contents(make(pop3_password=SecretStr("wrong-password")))


def test_an_authority_nobody_knows_is_refused(make: Make, token_server: TokenServer) -> None:
    """F-60: the certificate is of another authority."""
    with pytest.raises(TransientError, match="certificate is refused"):
        contents(make(ca_file=token_server.ca_file))


def test_a_token_opens_the_box(
    dovecot: Dovecot,
    account: MailBoxAccount,
    by_token: Callable[[], Pop3],
    token_server: TokenServer,
    tmp_path: Path,
) -> None:
    """I-2: client credentials, the tenant of the file, XOAUTH2; one token for all sessions."""
    write_app(tmp_path, token_server, token_server.client_secret)
    dovecot.deliver(account, MAIL)
    source = by_token()

    assert contents(source) == [MAIL]
    assert contents(source) == []
    asked = [each for each in token_server.asked if each.path.endswith("/token")]
    assert [(each.path, each.form["scope"]) for each in asked] == [
        ("/tenant/oauth2/v2.0/token", "https://outlook.office365.com/.default")
    ]


def test_a_revoked_token_is_renewed_within_the_round(
    dovecot: Dovecot,
    account: MailBoxAccount,
    by_token: Callable[[], Pop3],
    token_server: TokenServer,
    tmp_path: Path,
) -> None:
    """F-56: a token that was good and is not costs one more login."""
    write_app(tmp_path, token_server, token_server.client_secret)
    source = by_token()
    contents(source)
    token_server.revoke_all()
    dovecot.deliver(account, MAIL)

    assert contents(source) == [MAIL]


def test_an_expired_secret_is_told_and_a_new_one_needs_no_restart(
    by_token: Callable[[], Pop3], token_server: TokenServer, tmp_path: Path
) -> None:
    """F-61: the code, the remedy, never the secret; the file is read again."""
    write_app(tmp_path, token_server, token_server.expired_secret)
    source = by_token()
    with pytest.raises(CredentialsRefusedError, match=r"AADSTS7000222.*has expired") as caught:
        contents(source)
    assert token_server.expired_secret not in str(caught.value)

    write_app(tmp_path, token_server, token_server.client_secret)
    assert contents(source) == []


def test_a_token_server_of_an_unknown_authority_gets_no_secret(
    make: Make, token_server: TokenServer, tmp_path: Path
) -> None:
    """F-60: nothing is sent to a server that cannot prove itself."""
    write_app(tmp_path, token_server, token_server.client_secret)

    with pytest.raises(TransientError, match="nothing was sent"):
        contents(make(pop3_oauth=True, pop3_password=None))

    assert token_server.asked == []


def test_a_token_server_that_is_away_is_waited_for(
    by_token: Callable[[], Pop3], token_server: TokenServer, tmp_path: Path
) -> None:
    """F-73: and asked again in the next round."""
    write_app(tmp_path, token_server, token_server.client_secret)
    source = by_token()
    token_server.stop()
    with pytest.raises(TransientError, match="token server localhost cannot be reached"):
        contents(source)
    token_server.start()

    assert contents(source) == []


def test_one_file_that_the_server_cannot_read_holds_up_no_other(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """F-59: Dovecot ends the session over it: it is named and set aside, all else is read."""
    mails = [b"Subject: %d\r\n\r\nHello.\r\n" % number for number in range(10)]
    for mail in mails[:5]:
        dovecot.deliver(account, mail)
    dovecot.lock_away(account, MAIL, sized=True)
    for mail in mails[5:]:
        dovecot.deliver(account, mail)
    source = make()
    taken: list[bytes | None] = []

    with capture_logs() as logs:
        for _ in range(6):
            with suppress(TransientError):
                for batch in source.batches():
                    source.acknowledge(batch)
                    taken += [mail.raw for mail in batch]

    assert taken == mails
    assert len({log["message"] for log in logs if "cannot be read" in log["event"]}) == 1
    assert dovecot.messages(account) == 1
    dovecot.deliver(account, MAIL)
    assert contents(source) == [MAIL]
