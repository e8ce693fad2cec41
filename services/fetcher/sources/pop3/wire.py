"""One POP3 connection: commands out, lines in (RFC 1939, section 3).

Not `poplib`: it refuses lines above 2048 bytes, which real mails have, gathers whole mails and
lists of any size in memory, and knows no `AUTH` in two steps, which Office 365 asks for. Here every
read is bounded in bytes, and in time by the socket.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

from services.fetcher.sources.login import CONNECT_SECONDS
from services.fetcher.sources.suspects import BrokeOffError
from shared.connection_trouble import connection_trouble, refused_certificate
from shared.contracts.said import Said, said, verbatim
from shared.errors import TransientError

_LINE_BYTES = 8192
"""The protocol allows 512; nobody has a reason to send more."""

_PIECE_BYTES = 65536
_LIST_BYTES = 32 * 1024 * 1024
_LONGEST_WORDS = 200


class NegativeAnswerError(Exception):
    """The server answered `-ERR`; the text is what it said, and may repeat what was sent."""


@dataclass(slots=True)
class Pop3Wire:
    """A connection.

    Attributes:
        label: Which server of which box: begins every error.
        broken: The rest of an answer is still to come, so no command can follow.
    """

    label: str
    _socket: socket.socket
    _file: BinaryIO
    broken: bool = False
    _line_end: bytes = b"\r\n"

    def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Go on inside of TLS; what the server said too early is forgotten (RFC 2595)."""
        with _opening(self.label):
            self._file.close()
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
            self._file = self._socket.makefile("rb")

    def security(self) -> Said:
        """Return the version of TLS, or a warning."""
        version = self._socket.version() if isinstance(self._socket, ssl.SSLSocket) else None
        return verbatim(version) if version else said("plain text")

    def ask(self, command: bytes) -> str:
        """Send a command; the status line of its answer, which begins with `+`.

        Raises:
            NegativeAnswerError: The server answered `-ERR`.
            TransientError: It is unreachable, or speaks something else.
        """
        with self._talking():
            self._socket.sendall(command + b"\r\n")
        return self.answer()

    def answer(self) -> str:
        """Return the next status line; see `ask`."""
        with self._talking():
            line = self._file.readline(_LINE_BYTES)
        if not line.endswith(b"\n"):
            raise self._gone(said("speaks no POP3") if line else said("hung up"))
        # A server that ends its lines in another way does so everywhere.
        self._line_end = b"\r\n" if line.endswith(b"\r\n") else b"\n"
        answer = _printable(line.decode("utf-8", "replace"))
        if answer.startswith("-ERR"):
            raise NegativeAnswerError(answer)
        if not answer.startswith("+"):
            raise self._gone(said("speaks no POP3"))
        return answer

    def content(self) -> Iterator[bytes]:
        """Return the lines of an answer, in pieces of at most 64 KB, byte for byte.

        The end is a dot between two line ends, and nothing that only resembles it: a mail must not
        be able to end itself.
        """
        self.broken = True
        return self._content()

    def _content(self) -> Iterator[bytes]:
        at_line_start, last = True, b""
        with self._talking():
            while piece := self._file.readline(_PIECE_BYTES):
                if at_line_start and piece == b"." + self._line_end:
                    self.broken = False
                    return
                yield piece[1:] if at_line_start and piece.startswith(b".") else piece
                at_line_start = (last + piece).endswith(self._line_end)
                last = piece[-1:]
        raise self._gone(said("hung up in the middle of an answer"))

    def list_lines(self) -> Iterator[str]:
        """Yield the lines of a short answer; an endless one is cut off (H-30)."""
        total = 0
        for line in self.content():
            total += len(line)
            if total > _LIST_BYTES:
                raise TransientError(said("{label} sends a list without end", label=self.label))
            yield line.decode("utf-8", "backslashreplace").rstrip("\r\n")

    def close(self) -> None:
        """Hang up; what was marked for deletion stays. Never raises."""
        self.broken = True
        for end in (self._file.close, self._socket.close):
            with suppress(OSError):
                end()

    @contextmanager
    def _talking(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._gone(
                said("went away ({reason})", reason=connection_trouble(error))
            ) from error

    def _gone(self, how: Said) -> BrokeOffError:
        self.broken = True
        return BrokeOffError(
            said(
                "{label} {how}; what was not taken is still there: check server and network",
                label=self.label,
                how=how,
            )
        )


def connect(label: str, host: str, port: int, context: ssl.SSLContext | None) -> Pop3Wire:
    """Return a connection, inside of TLS from its first byte if there is a `context`.

    Raises:
        TransientError: The server is unreachable, or its certificate is refused.
    """
    with _opening(label):
        made = socket.create_connection((host, port), CONNECT_SECONDS)
        if context:
            made = context.wrap_socket(made, server_hostname=host)
        return Pop3Wire(label, made, made.makefile("rb"))


@contextmanager
def _opening(label: str) -> Iterator[None]:
    """Translate what goes wrong before anything of us was said."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise TransientError(
            said(
                "{label}: its certificate is refused ({reason}), nothing was sent; "
                "check the server's name, its certificate, caFile and the clock of this machine",
                label=label,
                reason=refused_certificate(error),
            )
        ) from error
    except ssl.SSLError as error:
        raise TransientError(
            said(
                "{label}: TLS failed ({reason}), nothing was sent; check that this port speaks "
                "TLS from the first byte (only 110 begins without)",
                label=label,
                reason=connection_trouble(error),
            )
        ) from error
    except (OSError, UnicodeError) as error:
        raise TransientError(
            said(
                "{label} cannot be reached ({reason}); check name, port, network and firewall",
                label=label,
                reason=connection_trouble(error),
            )
        ) from error


def _printable(words: str) -> str:
    return "".join(each for each in words.strip()[:_LONGEST_WORDS] if each.isprintable())
