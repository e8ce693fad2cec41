"""SMTP against a real server: TLS, logins, refusals, lost connections (M-1, M-2)."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from services.mailer.compose import Composed
from services.mailer.smtp import (
    Login,
    MailPostponedError,
    MailRefusedError,
    SmtpServer,
)
from shared.errors import CredentialsRefusedError, TransientError
from tests.servers.certificates import Authority
from tests.servers.smtp import SmtpRules, SmtpTestServer
from tests.servers.token_server import TokenServer

EVA = "eva@firma.cz"
MAIL = Composed("<1.2@firma.cz>", "crm@firma.cz", EVA, b"Subject: a\r\n\r\n.dot\r\n")
CRM = Login("crm", SecretStr("right"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A private authority."""
    return Authority(tmp_path_factory.mktemp("authority"))


def _trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority.ca_file)


def _server(port: int, tls: Any = "none", context: Any = None, **more: Any) -> SmtpServer:
    return SmtpServer("localhost", port, tls, context or ssl.create_default_context(), **more)


@pytest.fixture
def rules() -> SmtpRules:
    """What the plain server does."""
    return SmtpRules()


@pytest.fixture
def plain(rules: SmtpRules) -> Iterator[SmtpServer]:
    """A server without TLS."""
    with SmtpTestServer(rules) as server:
        yield _server(server.port)


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_mail_goes_out_over_tls_after_a_login(
    authority: Authority, rules: SmtpRules, tls: str
) -> None:
    """M-1: TLS from the begin or by STARTTLS; the bytes arrive as they were."""
    context = authority.server_context()
    with (
        SmtpTestServer(rules, context, implicit=tls == "tls", login=tls == "starttls") as server,
        _server(server.port, tls, _trusting(authority), login=CRM).session() as session,
    ):
        session.send(MAIL)

    (received,) = rules.received
    assert received.data == MAIL.data
    assert (received.sender, received.recipient) == (MAIL.envelope_from, EVA)
    assert (received.user, rules.logins) == ("crm", 1)


@pytest.mark.parametrize("tls", ["tls", "starttls"])
@pytest.mark.parametrize("trusted", [True, False])
def test_an_unknown_or_foreign_certificate_is_sent_nothing(
    authority: Authority, rules: SmtpRules, tls: str, *, trusted: bool
) -> None:
    """M-1: the certificate is always verified, its authority and its name."""
    names = ("mx.other.example",) if trusted else ()
    context = authority.server_context(*names)
    trusting = _trusting(authority) if trusted else ssl.create_default_context()
    with (
        SmtpTestServer(rules, context, implicit=tls == "tls") as server,
        pytest.raises(TransientError, match="TLS with the mail server"),
        _server(server.port, tls, trusting, login=CRM).session(),
    ):
        pass

    assert (rules.received, rules.logins) == ([], 0)


def test_a_server_without_starttls_is_sent_no_password(plain: SmtpServer, rules: SmtpRules) -> None:
    """M-1: whoever takes STARTTLS out of the conversation learns nothing."""
    wanting = _server(plain.port, "starttls", login=CRM)

    with pytest.raises(TransientError, match="offers no STARTTLS"), wanting.session():
        pass

    assert rules.logins == 0


def test_a_wrong_password_is_told_without_it(authority: Authority, rules: SmtpRules) -> None:
    """M-1: a refused login is the operator's to mend."""
    wrong = Login("crm", SecretStr("wrong-secret"))
    with (
        SmtpTestServer(rules, authority.server_context(), login=True) as server,
        pytest.raises(CredentialsRefusedError, match="refused the login") as refused,
        _server(server.port, "starttls", _trusting(authority), login=wrong).session(),
    ):
        pass

    assert "wrong-secret" not in str(refused.value)


@dataclass
class _Tokens:
    """Gives tokens of the token server."""

    server: TokenServer
    current: str | None = None

    def token(self) -> SecretStr:
        self.current = self.current or self.server.give()
        return SecretStr(self.current)

    def renew(self) -> None:
        self.current = None


def test_a_token_that_has_expired_is_renewed_once(
    authority: Authority, rules: SmtpRules, token_server: TokenServer
) -> None:
    """M-1: XOAUTH2; a refused token may have expired, a second refusal is the app's."""
    tokens = _Tokens(token_server)
    tokens.token()
    token_server.revoke_all()
    rules.token_is_good = lambda token: token_server.claims_of(token) is not None
    login = Login("crm@firma.cz", tokens=tokens)
    with SmtpTestServer(rules, authority.server_context(), login=True) as server:
        to = _server(server.port, "starttls", _trusting(authority), login=login)
        with to.session() as session:
            session.send(MAIL)
        rules.token_is_good = lambda _token: False
        with pytest.raises(CredentialsRefusedError), to.session():
            pass

    assert [one.user for one in rules.received] == ["crm@firma.cz"]
    assert rules.logins == 4


@pytest.mark.parametrize(
    ("answer", "error"),
    [("550 5.1.1 no such user", MailRefusedError), ("450 4.2.1 try later", MailPostponedError)],
)
@pytest.mark.parametrize("at", ["recipient", "data"])
def test_one_mail_is_refused_and_the_next_goes_out(
    plain: SmtpServer, rules: SmtpRules, answer: str, error: type[Exception], at: str
) -> None:
    """M-2: 5xx is for good, 4xx for now, and neither harms the mails after it."""
    if at == "recipient":
        rules.recipients[EVA] = answer
    else:
        rules.mails.append(answer)
    other = Composed(MAIL.message_id, "", "jan@firma.cz", MAIL.data)

    with plain.session() as session:
        with pytest.raises(error, match=answer[:3]):
            session.send(MAIL)
        session.send(other)

    assert [(one.sender, one.recipient) for one in rules.received] == [("", "jan@firma.cz")]


def test_a_connection_lost_after_data_leaves_it_unknown(
    plain: SmtpServer, rules: SmtpRules
) -> None:
    """M-2: it is neither sent nor refused."""
    rules.lose_after_data = 1

    with pytest.raises(TransientError, match="was lost"), plain.session() as session:
        session.send(MAIL)

    assert len(rules.received) == 1


def test_a_server_that_closes_is_unreachable(plain: SmtpServer, rules: SmtpRules) -> None:
    """M-2: 421 says something of the server, not of the mail."""
    rules.recipients[EVA] = "421 4.3.2 shutting down"

    with (
        pytest.raises(TransientError, match="421") as told,
        plain.session() as session,
    ):
        session.send(MAIL)

    assert not isinstance(told.value, MailPostponedError)


def test_a_server_that_says_nothing_is_unreachable() -> None:
    """M-2: silence has an end."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with (
            pytest.raises(TransientError, match="cannot be reached"),
            _server(port, seconds=0.2).session(),
        ):
            pass


def test_an_address_with_other_letters_goes_where_the_server_takes_it(
    plain: SmtpServer, rules: SmtpRules
) -> None:
    """M-1: SMTPUTF8 is asked for where an address needs it."""
    with plain.session() as session:
        session.send(Composed(MAIL.message_id, "", "žaneta@firma.cz", MAIL.data))

    assert [one.recipient for one in rules.received] == ["žaneta@firma.cz"]
