"""The demo's mail server: takes every mail on this machine alone, and passes none on."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_HERE = "127.0.0.1"


@dataclass
class PostOffice:
    """Mails that were sent, for whoever comes for them.

    Attributes:
        address: Where it listens, as `smtpServer` says it.
    """

    address: str
    _taken: list[EmailMessage] = field(default_factory=list)

    def collect(self) -> list[EmailMessage]:
        """Return what has come since the last time, in order."""
        taken, self._taken = self._taken, []
        return taken

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        raw = envelope.original_content or b""
        self._taken.append(message_from_bytes(raw, policy=default))
        return "250 OK"


@contextmanager
def a_post_office() -> Iterator[PostOffice]:
    """One that listens on a free port for the length of the block."""
    with socket.socket() as free:
        free.bind((_HERE, 0))
        port = free.getsockname()[1]
    office = PostOffice(f"{_HERE}:{port}")
    server = Controller(office, hostname=_HERE, port=port)
    server.start()
    try:
        yield office
    finally:
        server.stop()
