"""The connection below IMAP: every answer is bounded in time and in bytes (faults F-59, H-30).

imaplib believes whatever a server announces and waits for as long as a byte comes now and then.
Here a server that sends too much, or too slowly, is one that is unreachable.
"""

import imaplib
import socket
import ssl
import time
from collections.abc import Sequence

from services.fetcher.sources.login import CONNECT_SECONDS

MAX_LINE_BYTES = 16 * 1024 * 1024
"""A search in a folder of a million messages answers in one line."""

MAX_ANSWER_BYTES = 48 * 1024 * 1024
"""Of one command: a batch of 8 MB, with room for sizes that a server had only estimated."""

PATIENCE_SECONDS = 60.0
"""What an answer may take, beside the time that its bytes need on a very slow line."""

SLOWEST_BYTES_A_SECOND = 8 * 1024

_RECEIVE_BYTES = 64 * 1024


class ImapWire(imaplib.IMAP4):
    """IMAP over TLS from the first byte, or over plain TCP that only serves for STARTTLS."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        """Connect and read the greeting."""
        self._context = context
        self._received = bytearray()
        self._received_from: socket.socket | None = None
        self._begin()
        super().__init__(host, port, CONNECT_SECONDS)

    def send(self, data: bytes) -> None:  # type: ignore[override]  # typeshed wants a buffer
        """Send; what the server answers is counted from here on."""
        self._begin()
        super().send(data)

    def readline(self) -> bytes:
        """Return a line with its end; nothing where the connection has ended."""
        self._fresh()
        looked_at = 0
        while (end := self._received.find(b"\n", looked_at)) < 0:
            looked_at = len(self._received)
            if looked_at > MAX_LINE_BYTES:
                raise self.abort(f"sent a line of more than {MAX_LINE_BYTES} bytes")
            if not self._receive():
                return self._take(looked_at)
        line = self._take(end + 1)
        if line[:6].upper() == b"* BYE " and self.state != "LOGOUT":
            # Nothing follows, whatever imaplib waits for; only here stands why (F-57).
            raise self.abort(line[6:].decode("utf-8", "replace").strip())
        return line

    def read(self, size: int) -> bytes:
        """Return a literal; fewer bytes where the connection has ended."""
        if size > MAX_ANSWER_BYTES:
            raise self.abort(f"announced {size} bytes where {MAX_ANSWER_BYTES} are the most")
        while len(self._received) < size and self._receive():
            pass
        return self._take(size)

    def line_within(self, seconds: float) -> bytes | None:
        """Return the next line, or None if none comes within `seconds`."""
        self._begin()
        self.sock.settimeout(seconds)
        try:
            return self.readline()
        except TimeoutError:
            return None
        finally:
            self.sock.settimeout(CONNECT_SECONDS)

    def listed(self) -> Sequence[object]:
        """Return the lines of LIST, as they came; a line with a literal is a pair of bytes."""
        kind, answer = self.list('""', '"*"')
        if kind != "OK":
            raise self.error(_text_of(answer))
        return [line for line in answer if line]

    def has_announced(self) -> bool:
        """Return whether the server told of new mail since it was last asked."""
        return bool(self.untagged_responses.pop("EXISTS", None))

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = socket.create_connection((self.host, self.port), timeout)
        # A command that leaves in two pieces would wait 40 ms for its second one.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context is None:
            return plain
        try:
            return self._context.wrap_socket(plain, server_hostname=self.host)
        except ValueError:
            plain.close()
            raise

    def _begin(self) -> None:
        self._began = time.monotonic()
        self._counted = 0

    def _fresh(self) -> None:
        """Forget what came before TLS: anybody may have sent it."""
        if self._received_from is not self.sock:
            self._received.clear()
            self._received_from = self.sock

    def _receive(self) -> bool:
        piece = self.sock.recv(_RECEIVE_BYTES)
        self._received += piece
        self._counted += len(piece)
        if self._counted > MAX_ANSWER_BYTES:
            raise self.abort(f"sent more than {MAX_ANSWER_BYTES} bytes for one command")
        allowed = PATIENCE_SECONDS + self._counted / SLOWEST_BYTES_A_SECOND
        if time.monotonic() - self._began > allowed:
            raise self.abort(f"needs more than {allowed:.0f} seconds for one answer")
        return bool(piece)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken


def _text_of(answer: Sequence[object]) -> str:
    last = answer[-1] if answer else b""
    return last.decode("utf-8", "replace") if isinstance(last, bytes) else str(last)
