"""A real SMTP server, aiosmtpd, that tests can make refuse, drop, and fall silent."""

import asyncio
import base64
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.processes import HOST, free_port


@dataclass(frozen=True, slots=True)
class Received:
    """A mail that the server has taken: its envelope, its bytes, and who was logged in."""

    sender: str
    recipient: str
    data: bytes
    user: str | None
    tls: bool


@dataclass  # no slots: aiosmtpd looks at every attribute, which Python 3.11.2 refuses with slots
class SmtpRules:
    """What the server does; a test may change it while it runs.

    Attributes:
        recipients: Answers to RCPT by recipient.
        mails: Answers to DATA, one for each mail, until none is left.
        lose_after_data: How many mails are taken, and the connection closed without an answer.
        password: Of the user `crm`.
        token_is_good: Whether a token opens the mailbox.
        received: Mails so far.
        logins: How often somebody has logged in, or has tried to.
    """

    recipients: dict[str, str] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    lose_after_data: int = 0
    password: str = "right"
    token_is_good: Callable[[str], bool] = lambda _token: False
    received: list[Received] = field(default_factory=list)
    logins: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if answer := self.recipients.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.mails:
            return self.mails.pop(0)
        user = session.auth_data
        self.received.append(
            Received(
                (envelope.mail_from or "").removeprefix("<>"),
                envelope.rcpt_tos[0],
                envelope.original_content or b"",
                str(user) if session.authenticated else None,
                session.ssl is not None,
            )
        )
        if self.lose_after_data:
            self.lose_after_data -= 1
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        self.logins += 1
        said = base64.b64decode(args[1]).decode()
        user, token = (part.partition("=")[2] for part in said.split("\x01")[:2])
        if self.token_is_good(token.removeprefix("Bearer ")):
            return AuthResult(success=True, auth_data=user)
        await server.challenge_auth("eyJzdGF0dXMiOiI0MDAifQ==", encode_to_b64=False)
        return AuthResult(success=False, handled=False)

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        self.logins += 1
        good = isinstance(data, LoginPassword) and data.password.decode() == self.password
        name = data.login.decode() if good else None
        return AuthResult(success=good, handled=False, auth_data=name)


class SmtpTestServer:
    """The server on a port of its own, within this process."""

    def __init__(
        self,
        rules: SmtpRules,
        context: ssl.SSLContext | None = None,
        *,
        implicit: bool = False,
        login: bool = False,
    ) -> None:
        """Take how it is secured: `context` with STARTTLS or `implicit` TLS; None: not at all."""
        self.port = free_port()
        self._options: dict[str, Any] = {
            "hostname": HOST,
            "port": self.port,
            "ssl_context": context if implicit else None,
            "tls_context": None if implicit else context,
            "require_starttls": context is not None and not implicit,
            "authenticator": rules.authenticate,
            "auth_required": login,
            "auth_require_tls": context is not None and not implicit,
        }
        self._rules = rules
        self._controller: Controller | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self._controller = Controller(self._rules, **self._options)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it; its port refuses connections."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None
