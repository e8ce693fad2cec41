"""Why connections fail, in our words."""

import socket
import ssl
from threading import Thread

import pytest

from shared.connection_trouble import connection_trouble
from shared.language.language import language


def _of_tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] in words of a version (_ssl.c:1006)")
    error.reason = reason
    return error


def _of_certificate(code: int, message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed (_ssl.c:1006)")
    error.verify_code, error.verify_message = code, message
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError("_ssl.c:989: The handshake operation timed out"), "no answer in time"),
        (OSError(110, "Connection timed out"), "no answer in time"),
        (OSError(111, "Connection refused"), "nothing listens there"),
        (OSError(104, "Connection reset by peer"), "it closed the connection"),
        (OSError(113, "No route to host"), "no way leads to it"),
        (socket.gaierror(-2, "Name or service not known"), "its name is not known"),
        (ssl.SSLEOFError(8, "EOF occurred (_ssl.c:1006)"), "it closed the connection"),
        (_of_tls("WRONG_VERSION_NUMBER"), "what it answers is not TLS"),
        (_of_tls("TLSV1_ALERT_PROTOCOL_VERSION"), "it offers no version of TLS from 1.2 on"),
        (_of_tls("SOMETHING_RARE"), "SOMETHING_RARE"),
        (_of_certificate(10, "certificate has expired"), "it has expired"),
        (_of_certificate(62, "Hostname mismatch, not valid for 'x'."), "it is for another name"),
        (_of_certificate(99, "something rare"), "something rare"),
        (OSError(5, "Input/output error"), "Input/output error"),
    ],
)
def test_what_the_system_calls_it_is_said_in_our_words(error: Exception, words: str) -> None:
    """F-59, F-60: no line of OpenSSL's source; what is rare keeps its name."""
    assert connection_trouble(error) == words


def test_a_server_that_never_begins_with_tls_is_told_in_czech_too() -> None:
    """F-59, O-11: a real handshake that gets no answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname(), 0.05)
        context = ssl.create_default_context()
        with client, pytest.raises(OSError, match="timed out") as raised:
            context.wrap_socket(client, server_hostname="localhost")

    trouble = connection_trouble(raised.value)

    assert trouble == "no answer in time"
    assert language("cs").tell(trouble) == "žádná odpověď včas"


def test_plain_text_where_tls_should_begin_is_told() -> None:
    """F-60: whatever this version of OpenSSL calls it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            taken, _ = server.accept()
            with taken:
                taken.sendall(b"* OK IMAP4rev1 ready, and a line that is long enough\r\n")
                taken.recv(1000)

        Thread(target=greet, daemon=True).start()
        client = socket.create_connection(server.getsockname(), 10)
        context = ssl.create_default_context()
        with client, pytest.raises(ssl.SSLError) as raised:
            context.wrap_socket(client, server_hostname="localhost")

    assert connection_trouble(raised.value) == "what it answers is not TLS"
