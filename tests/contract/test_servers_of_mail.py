"""The servers of the test run do what their fixtures promise, so that tests may build on them."""

import poplib
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msal
import pika
import pytest
import requests
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, LoginError
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker, ProbableAccessDeniedError

from tests.servers.dovecot import Dovecot, MailBoxAccount
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ
from tests.servers.token_server import TokenServer, refusal


@contextmanager
def _channel(url: str, context: ssl.SSLContext | None = None) -> Iterator[BlockingChannel]:
    parameters = pika.URLParameters(url)
    if context:
        parameters.ssl_options = pika.SSLOptions(context, parameters.host)
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel


def _declare(channel: BlockingChannel) -> None:
    channel.queue_declare("mail", durable=True, arguments={"x-queue-type": "quorum"})


def _waiting(channel: BlockingChannel) -> int:
    count: int = channel.queue_declare("mail", passive=True).method.message_count
    return count


@pytest.mark.parametrize("end", [RabbitMQ.kill, RabbitMQ.stop])
def test_what_rabbitmq_has_confirmed_outlives_its_end(
    rabbitmq: RabbitMQ, end: Callable[[RabbitMQ], None]
) -> None:
    """House: a killed or stopped node keeps what it has confirmed, in a queue of any age."""
    with rabbitmq.vhost() as url:
        with _channel(url) as channel:
            _declare(channel)
            channel.basic_publish("", "mail", b"x", mandatory=True)
        end(rabbitmq)
        rabbitmq.start()

        with _channel(url) as channel:
            wait_until(lambda: _waiting(channel) == 1, "the message")


def test_virtual_hosts_do_not_share_queues(rabbitmq: RabbitMQ) -> None:
    """House: a test sees no queue of another test."""
    with rabbitmq.vhost() as one, rabbitmq.vhost() as other:
        with _channel(one) as channel:
            _declare(channel)

        with _channel(other) as channel, pytest.raises(ChannelClosedByBroker, match="404"):
            _waiting(channel)


def test_rabbitmq_speaks_tls_with_a_certificate_that_can_be_verified(rabbitmq: RabbitMQ) -> None:
    """House: with its authority the node is trusted, with the system's it is not."""
    with rabbitmq.vhost() as url:
        address = rabbitmq.url(url.rpartition("/")[2], tls=True)
        with _channel(address, ssl.create_default_context(cafile=rabbitmq.ca_file)) as channel:
            _declare(channel)

        with (
            pytest.raises(ssl.SSLCertVerificationError),
            _channel(address, ssl.create_default_context()),
        ):
            pass


def test_users_of_rabbitmq_have_the_rights_that_were_given(rabbitmq: RabbitMQ) -> None:
    """House: a user may look at the one queue, and neither declare nor enter elsewhere."""
    with rabbitmq.vhost() as url, rabbitmq.vhost() as elsewhere:
        vhost = url.rpartition("/")[2]
        address = rabbitmq.add_user("reader", "s/cret", vhost=vhost, read="^mail$")
        with _channel(url) as channel:
            _declare(channel)

        with _channel(address) as channel:
            assert _waiting(channel) == 0
        with _channel(address) as channel, pytest.raises(ChannelClosedByBroker, match="403"):
            channel.queue_declare("mine")
        with (
            pytest.raises(ProbableAccessDeniedError),
            _channel(address.replace(vhost, elsewhere.rpartition("/")[2])),
        ):
            pass


MAIL = b"Subject: Hello\r\n\r\nText\r\n"


def _trust(server: Dovecot) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file)


@contextmanager
def _imap(server: Dovecot) -> Iterator[IMAPClient]:
    client = IMAPClient(
        "localhost", server.imaps_port, ssl=True, ssl_context=_trust(server), timeout=10
    )
    try:
        yield client
    finally:
        client.shutdown()


@contextmanager
def _imap_of(server: Dovecot, box: MailBoxAccount) -> Iterator[IMAPClient]:
    with _imap(server) as client:
        client.login(box.name, box.password)
        yield client


def test_mails_are_numbered_as_they_are_delivered(dovecot: Dovecot) -> None:
    """House: a delivered mail lies in its folder, byte for byte, and folders are told of."""
    box = dovecot.add_box("numbered@firma.cz", 'pass: "word"')
    mails = [f"Subject: {number}\r\n\r\n".encode() for number in range(30)]
    for mail in mails:
        dovecot.deliver(box, mail)
    dovecot.deliver(box, MAIL, "Zprávy")

    with _imap_of(dovecot, box) as client:
        client.select_folder("INBOX")
        got = client.fetch(client.search(), ["BODY.PEEK[]"])
        client.select_folder("Zprávy")
        client.delete_messages(client.search())

    assert [mail[b"BODY[]"] for mail in got.values()] == mails
    assert (dovecot.messages(box), dovecot.messages(box, "Zprávy")) == (30, 1)
    assert dovecot.messages(box, "other") == 0


def test_imap_can_turn_to_tls(dovecot: Dovecot) -> None:
    """House: STARTTLS works with our authority, and fails with the system's."""
    box = dovecot.add_box("starttls@firma.cz", "pass")
    client = IMAPClient("localhost", dovecot.imap_port, ssl=False, timeout=10)
    client.starttls(_trust(dovecot))
    client.login(box.name, box.password)
    client.logout()

    client = IMAPClient("localhost", dovecot.imap_port, ssl=False, timeout=10)
    with pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(ssl.create_default_context())


def test_a_waiting_client_is_told_of_a_delivery(dovecot: Dovecot) -> None:
    """House: IDLE sees a mail that is delivered behind its back."""
    box = dovecot.add_box("idle@firma.cz", "pass")
    with _imap_of(dovecot, box) as client:
        client.select_folder("INBOX")
        client.idle()
        dovecot.deliver(box, MAIL)

        assert (1, b"EXISTS") in client.idle_check(timeout=10)


@pytest.mark.parametrize("secure", [True, False])
def test_pop3_gives_and_deletes(dovecot: Dovecot, *, secure: bool) -> None:
    """House: POP3 works over TLS and after STLS, and what it deletes is gone."""
    box = dovecot.add_box(f"pop3-{secure}@firma.cz", "pass")
    dovecot.deliver(box, MAIL)
    if secure:
        client: poplib.POP3 = poplib.POP3_SSL(
            "localhost", dovecot.pop3s_port, timeout=10, context=_trust(dovecot)
        )
    else:
        client = poplib.POP3("localhost", dovecot.pop3_port, timeout=10)
        client.stls(_trust(dovecot))
    client.user(box.name)
    client.pass_(box.password)

    assert b"\r\n".join(client.retr(1)[1]) == MAIL.removesuffix(b"\r\n")
    client.dele(1)
    client.quit()
    assert dovecot.messages(box) == 0


def test_a_killed_dovecot_cuts_its_connections_and_keeps_its_mail(dovecot: Dovecot) -> None:
    """House: clients notice the end at once, and find everything after the start."""
    box = dovecot.add_box("killed@firma.cz", "pass")
    dovecot.deliver(box, MAIL)
    with _imap_of(dovecot, box) as client:
        dovecot.kill()
        with pytest.raises((IMAPClientAbortError, OSError)):
            client.noop()
    dovecot.start()

    with _imap_of(dovecot, box) as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 1


def test_a_dovecot_without_idle_does_not_tell_of_it() -> None:
    """House: capabilities can be left out, the others stay."""
    server = Dovecot(without=["IDLE"])
    server.start()
    try:
        with _imap_of(server, server.add_box("box", "pass")) as client:
            assert not client.has_capability("IDLE")
            assert client.has_capability("MOVE")
    finally:
        server.remove()


def _application(server: TokenServer, secret: str) -> msal.ConfidentialClientApplication:
    session = requests.Session()
    session.trust_env, session.verify = False, str(server.ca_file)
    return msal.ConfidentialClientApplication(
        server.client_id,
        client_credential=secret,
        authority=server.authority(),
        instance_discovery=False,
        http_client=session,
    )


def _ask(server: TokenServer, secret: str | None = None) -> dict[str, object]:
    application = _application(server, secret or server.client_secret)
    answer: dict[str, object] = application.acquire_token_for_client(["https://mail/.default"])
    application.http_client.close()
    return answer


def test_tokens_open_the_mailbox_they_are_for(dovecot: Dovecot, token_server: TokenServer) -> None:
    """House: XOAUTH2 and OAUTHBEARER take a token for its own box, until it is revoked."""
    box = dovecot.add_box("tokens@firma.cz", "pass")
    token_server.username = box.name
    token_server.expires_in = 600
    given = _ask(token_server)

    assert (given["expires_in"], token_server.asked[-1].form["scope"]) == (
        600,
        "https://mail/.default",
    )
    with _imap(dovecot) as client:
        client.oauth2_login(box.name, given["access_token"])
    with _imap(dovecot) as client:
        client.oauthbearer_login(box.name, given["access_token"])
    with _imap(dovecot) as client, pytest.raises(LoginError):
        client.oauth2_login("somebody.else@firma.cz", given["access_token"])
    token_server.revoke_all()
    with _imap(dovecot) as client, pytest.raises(LoginError):
        client.oauth2_login(box.name, given["access_token"])


def test_tokens_open_mailboxes_by_pop3(dovecot: Dovecot, token_server: TokenServer) -> None:
    """House: XOAUTH2 works in POP3 as well."""
    box = dovecot.add_box("tokens-pop3@firma.cz", "pass")
    token = token_server.give(box.name)
    client = poplib.POP3_SSL("localhost", dovecot.pop3s_port, timeout=10, context=_trust(dovecot))
    said = b64encode(f"user={box.name}\1auth=Bearer {token}\1\1".encode()).decode()

    # poplib has no method for it.
    answer: bytes = client._shortcmd(f"AUTH XOAUTH2 {said}")  # type: ignore[attr-defined]
    assert answer.startswith(b"+OK")
    client.quit()


def test_wrong_and_expired_secrets_are_told_apart(token_server: TokenServer) -> None:
    """House: MSAL sees the error codes of Microsoft, and what a test has put in its way."""
    codes = [_ask(token_server, secret)["error_codes"] for secret in ("wrong", "expired-secret")]
    token_server.answer_next(refusal("temporarily_unavailable", 90033, "wait", 400))

    assert codes == [[7000215], [7000222]]
    assert _ask(token_server)["error"] == "temporarily_unavailable"
    assert "access_token" in _ask(token_server)


def test_a_stopped_token_server_takes_no_connections(token_server: TokenServer) -> None:
    """House: it is away while it is stopped, and knows its tokens afterwards."""
    token = token_server.give("box")
    token_server.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(token_server.introspection_url, timeout=10)
    token_server.start()

    answer = requests.post(token_server.introspection_url, {"token": token}, timeout=10)
    assert answer.json() == {"active": True, "username": "box"}
