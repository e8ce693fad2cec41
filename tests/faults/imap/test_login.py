"""What an IMAP server does wrong at the login, and who may not pass for the server."""

import base64
import logging
import ssl
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from services.fetcher.sources.imap import session as imap_session
from services.fetcher.sources.imap.source import Imap
from services.fetcher.sources.port import SourceMail
from shared.errors import CredentialsRefusedError, TransientError
from shared.settings.value_types import Disposition, ServerAddress
from tests.servers.certificates import Authority
from tests.servers.processes import free_port
from tests.servers.rounds import MAIL, PASSWORD, Tokens, take_all
from tests.servers.scripted import HANG_UP, ScriptedImap, Talk

NOT_CONNECTED = "{tag} BAD User is authenticated but not connected."

Make = Callable[..., Imap]


def raws(mails: list[SourceMail]) -> list[bytes | None]:
    """What was fetched."""
    return [mail.raw for mail in mails]


# Logging in


def test_a_token_that_has_expired_is_renewed(server: ScriptedImap, make: Make) -> None:
    """F-56: the connection is made anew with a new token, within the round or the next."""
    tokens = Tokens()
    source = make(tokens)
    server.answers["UID SEARCH"] = [NOT_CONNECTED]
    with pytest.raises(TransientError, match="dropped the login"):
        take_all(source)
    server.answers["AUTHENTICATE"] = ["{tag} NO AUTHENTICATE failed."]

    assert raws(take_all(source)) == [MAIL]
    assert tokens.renewed == 1


@pytest.mark.parametrize("command", ["LIST", "SELECT"])
def test_a_mailbox_that_stays_closed_is_a_missing_right(
    server: ScriptedImap, make: Make, command: str
) -> None:
    """F-56, I-2: not connected with a new token either: the right to the mailbox is missing."""
    server.answers[command] = NOT_CONNECTED
    tokens = Tokens()

    with pytest.raises(CredentialsRefusedError, match="full access") as raised:
        take_all(make(tokens))

    assert tokens.renewed == 1
    assert "s3cret" not in str(raised.value)


def test_a_refused_token_ends_the_conversation_of_xoauth2(server: ScriptedImap, make: Make) -> None:
    """I-2, F-61: the server's reason is answered with an empty line; no secret in the sentence."""

    def refuse(talk: Talk) -> None:
        talk.say("+ ")
        server.heard.append(talk.line())
        talk.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
        server.heard.append(talk.line())
        talk.say("{tag} NO AUTHENTICATE failed.")

    server.answers["AUTHENTICATE"] = refuse

    with pytest.raises(CredentialsRefusedError, match="AccessAsApp") as raised:
        take_all(make(Tokens(), pop3_name="shared@firma.cz"))

    said = server.heard[server.heard.index("AUTHENTICATE XOAUTH2") + 1 :][:2]
    assert base64.b64decode(said[0]) == (
        b"user=shared@firma.cz\x01auth=Bearer s3cret-token-0\x01\x01"
    )
    assert said[1] == ""
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("challenge", ["+ ", "+ not base64!"])
def test_endless_challenges_end(server: ScriptedImap, make: Make, challenge: str) -> None:
    """H-30: a server that only ever asks is left."""

    def ask(talk: Talk) -> None:
        talk.say(challenge)
        while talk.line():
            talk.say(challenge)
        talk.say(challenge)
        while not server.ended.is_set() and talk.line() is not None:
            talk.say(challenge)

    server.answers["AUTHENTICATE"] = ask

    with pytest.raises(TransientError, match="broke off"):
        take_all(make())


@pytest.mark.parametrize("echo", [PASSWORD, "[AUTHENTICATIONFAILED] no"])
def test_a_refused_password_is_named_and_never_shown(
    server: ScriptedImap, make: Make, echo: str
) -> None:
    """F-61: the sentence says what to check, even where a server repeats the password."""
    server.answers["AUTHENTICATE"] = "{tag} NO " + echo

    with pytest.raises(CredentialsRefusedError, match="check pop3Name and pop3Password") as raised:
        take_all(make())

    assert PASSWORD not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("answer", ["{tag} NO [UNAVAILABLE] later", "* BYE shutting down", HANG_UP])
def test_a_login_that_could_not_be_judged_is_no_refusal(
    server: ScriptedImap, make: Make, answer: str
) -> None:
    """F-61: only a server that says no to the password gives the alarm of a wrong one."""
    server.answers["AUTHENTICATE"] = answer

    with pytest.raises(TransientError):
        take_all(make())


def test_a_server_without_plain_gets_a_quoted_login(server: ScriptedImap, make: Make) -> None:
    """I-2: LOGIN with name and password quoted; nothing in them is a command."""
    server.capabilities = ""

    take_all(make(pop3_name='crm "x" y', pop3_password=SecretStr('p"w\\')))

    assert server.commands("LOGIN") == ['LOGIN "crm \\"x\\" y" "p\\"w\\\\"']


def test_a_password_beyond_ascii_goes_by_plain_or_not_at_all(
    server: ScriptedImap, make: Make
) -> None:
    """I-2: UTF-8 by PLAIN; a server that only has LOGIN takes ASCII, and it is said."""
    password = SecretStr("heslo-žluté")
    take_all(make(pop3_password=password))
    said = server.heard[server.heard.index("AUTHENTICATE PLAIN") + 1]
    assert base64.b64decode(said).decode().endswith("\0heslo-žluté")
    server.capabilities = ""

    with pytest.raises(CredentialsRefusedError, match="ASCII") as raised:
        take_all(make(pop3_password=password))

    assert "žluté" not in str(raised.value)
    assert server.commands("LOGIN") == []


@pytest.mark.parametrize("capabilities", ["LOGINDISABLED", "LOGINDISABLED AUTH=XOAUTH2"])
def test_a_server_that_takes_no_passwords_is_told(
    server: ScriptedImap, make: Make, capabilities: str
) -> None:
    """I-2: as Exchange Online: pop3OAuth is what to look at; nothing was sent."""
    server.capabilities = capabilities

    with pytest.raises(CredentialsRefusedError, match="pop3OAuth"):
        take_all(make())

    assert server.commands("LOGIN") == []


def test_the_library_logs_neither_mail_nor_login(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """O-2: not even at the lowest level, which the library fills with all that is said."""
    with caplog.at_level(logging.DEBUG):
        take_all(make())

    login = base64.b64encode(f"\0crm@firma.cz\0{PASSWORD}".encode()).decode()
    for word in ("Hello", PASSWORD, login):
        assert word not in caplog.text


# Nobody but the server


def test_a_certificate_that_proves_nothing_is_refused(server: ScriptedImap, make: Make) -> None:
    """F-60, INV-11: without its authority the server is nobody; nothing was sent."""
    with pytest.raises(TransientError, match=r"certificate.*nothing was sent.*caFile"):
        take_all(make(ca_file=None))

    assert server.heard == []


@pytest.mark.parametrize("name", ["127.0.0.1", "elsewhere.example"])
def test_a_certificate_for_another_host_is_refused(
    server: ScriptedImap, make: Make, authority: Authority, name: str
) -> None:
    """F-60, INV-11: the name in imapUrl is the one that must be proven."""
    server.tls = authority.server_context(name)

    with pytest.raises(TransientError, match="certificate"):
        take_all(make())

    assert server.heard == []


def test_plain_text_where_tls_is_expected_is_refused(server: ScriptedImap, make: Make) -> None:
    """F-60, I-2: TLS from the first byte on every port but 143."""
    server.tls = None

    with pytest.raises(TransientError, match="speaks no TLS"):
        take_all(make(allow_plaintext=True))


def test_an_unreachable_server_is_named(make: Make) -> None:
    """F-59: nothing listens: the sentence says where and what to check."""
    port = free_port()

    with pytest.raises(TransientError, match=rf"localhost:{port} cannot be reached.*imapUrl"):
        take_all(make(imap_url=ServerAddress(host="localhost", port=port)))


@pytest.mark.parametrize("host", ["does-not-exist.invalid", ".", "a" * 70 + ".cz"])
def test_a_host_that_is_none_is_named(make: Make, host: str) -> None:
    """F-59: a name nobody has, or nobody can have."""
    with pytest.raises(TransientError, match="cannot be reached"):
        take_all(make(imap_url=ServerAddress(host=host, port=993)))


@pytest.fixture
def upgraded(
    server: ScriptedImap, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> ScriptedImap:
    """A server that begins without TLS, as port 143 does."""
    server.tls, server.starttls = None, tls
    monkeypatch.setattr(imap_session, "STARTTLS_PORT", server.port)
    return server


def test_port_143_begins_with_starttls(upgraded: ScriptedImap, make: Make) -> None:
    """I-2: TLS before the login."""
    assert raws(take_all(make())) == [MAIL]

    heard = upgraded.heard
    assert heard.index("STARTTLS") < heard.index("AUTHENTICATE PLAIN")


def test_a_server_without_starttls_gets_no_password(upgraded: ScriptedImap, make: Make) -> None:
    """F-60, INV-11: stripped from the capabilities: refused, even with allowPlaintext."""
    upgraded.starttls = None

    with pytest.raises(TransientError, match=r"no STARTTLS.*nothing was sent"):
        take_all(make(allow_plaintext=True))

    assert set(upgraded.heard) == {"CAPABILITY"}


@pytest.mark.parametrize(
    ("answer", "greeting"),
    [
        ("{tag} NO not now", "* OK ready"),
        ("{tag} OK begin", "* OK ready"),
        (HANG_UP, "* OK ready"),
        (None, "* PREAUTH welcome"),
    ],
)
def test_a_refused_starttls_gets_no_password(
    upgraded: ScriptedImap, make: Make, answer: str | None, greeting: str
) -> None:
    """F-60, INV-11: refused, begun without TLS, or made needless by PREAUTH: nothing was sent."""
    upgraded.greeting = greeting
    if answer:
        upgraded.answers["STARTTLS"] = answer
    upgraded.answers["CAPABILITY"] = ["* CAPABILITY IMAP4rev1 STARTTLS\n{tag} OK"]
    if answer and answer.endswith("begin"):
        # What comes instead of TLS.
        upgraded.answers["STARTTLS"] = answer + "\n* OK no TLS at all"

    with pytest.raises(TransientError, match="nothing was sent"):
        take_all(make())

    assert not {each.split(" ")[0] for each in upgraded.heard} - {"CAPABILITY", "STARTTLS", "\x16"}


def test_a_login_that_was_not_asked_for_is_refused(server: ScriptedImap, make: Make) -> None:
    """F-60, INV-11: PREAUTH behind TLS: whose mailbox that is, nobody knows."""
    server.greeting = "* PREAUTH welcome"

    with pytest.raises(TransientError, match="logged in already"):
        take_all(make())

    assert set(server.heard) == {"CAPABILITY"}


def test_what_was_said_before_tls_is_forgotten(upgraded: ScriptedImap, make: Make) -> None:
    """F-60: answers slipped in before TLS are not believed after it."""

    def slip_in(talk: Talk) -> None:
        tag = talk.tag
        number = int(tag[4:]) + 1
        forged = f"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n{tag[:4]}{number} OK done\r\n"
        talk.say('* LIST () "/" "Forged"')
        talk.send(f"{tag} OK begin\r\n{forged}".encode())
        talk.server.answers.clear()
        talk.secure()

    upgraded.answers["STARTTLS"] = [slip_in]

    with pytest.raises(TransientError, match='no folder "Forged"'):
        take_all(make(disposition=Disposition(action="move", folder="Forged")))
    assert raws(take_all(make())) == [MAIL]
