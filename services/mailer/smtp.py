"""Sending by SMTP (RFC 5321): the home of smtplib (behaviours M-1, M-2).

What an answer means is decided here: a refusal that lasts (5xx), one that may pass (4xx), or a
server that is unreachable. A connection that is lost after DATA may have delivered the mail; it
is sent again under the same Message-ID.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import SecretStr

from services.mailer.compose import Composed
from shared.connection_trouble import connection_trouble
from shared.contracts.line import one_line
from shared.contracts.said import Said, said
from shared.errors import CredentialsRefusedError, PermanentError, TransientError
from shared.oauth.tokens import TokenSource

SMTP_SECONDS = 120.0
"""The longest a connection or one answer may take."""

PORTS = {"tls": 465, "starttls": 587, "none": 25}
"""Where a server is if its address names no port, by `smtpTls`."""

_SAID_LENGTH = 200
_LASTS = 500
_GOES_AWAY = 421
_GOOD = (250, 251, 252)


class MailRefusedError(PermanentError):
    """The server refused this mail for good."""


class MailPostponedError(TransientError):
    """The server refused this mail for now; others may pass."""


class MailSession(Protocol):
    """A connection over which mail goes out."""

    def send(self, mail: Composed) -> None:
        """Return when the server has taken the mail.

        Raises:
            MailRefusedError: It refused it for good.
            MailPostponedError: It refused it for now.
            TransientError: It is unreachable; whether it has the mail may be unknown.
        """


@dataclass(frozen=True, slots=True)
class Login:
    """How a box logs in at its server.

    Attributes:
        name: The login name; None: no login.
        password: For a login by password.
        tokens: For a login by XOAUTH2.
    """

    name: str | None = None
    password: SecretStr | None = None
    tokens: TokenSource | None = None


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """The server that a box sends by.

    Attributes:
        host, port: Where it is; its certificate must name `host`.
        tls: How the connection is secured.
        context: Verifies the certificate.
        login: How to log in.
        seconds: The longest a connection or one answer may take.
    """

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    context: ssl.SSLContext
    login: Login = Login()
    seconds: float = SMTP_SECONDS

    def __str__(self) -> str:
        """For sentences."""
        return f"the mail server {self.host}:{self.port}"

    @contextmanager
    def session(self) -> Iterator["SmtpSession"]:
        """Open a connection that is secured and logged in, for the length of the block.

        Raises:
            TransientError: The server is unreachable, or its certificate does not fit.
            CredentialsRefusedError: It refused the login.
        """
        with self._translated():
            client = self._connected()
        try:
            with self._translated():
                if self.tls == "starttls":
                    self._start_tls(client)
                client.ehlo_or_helo_if_needed()
                self._log_in(client)
            yield SmtpSession(self, client)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()

    def _connected(self) -> smtplib.SMTP:
        if self.tls == "tls":
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.seconds, context=self.context
            )
        return smtplib.SMTP(self.host, self.port, timeout=self.seconds)

    def _start_tls(self, client: smtplib.SMTP) -> None:
        """Secure the connection; a server that cannot is not sent anything (M-1)."""
        try:
            client.starttls(context=self.context)
        except smtplib.SMTPNotSupportedError:
            raise TransientError(
                said(
                    "{server} offers no STARTTLS, so nothing was sent: set smtpTls to tls, or "
                    "check what is between it and this machine",
                    server=self,
                )
            ) from None

    def _log_in(self, client: smtplib.SMTP) -> None:
        login = self.login
        if login.name is None:
            return
        try:
            if login.tokens is not None:
                self._by_token(client, login.name, login.tokens)
            elif login.password is not None:
                client.login(login.name, login.password.get_secret_value())
        except smtplib.SMTPNotSupportedError:
            raise CredentialsRefusedError(
                said(
                    "{server} offers no login: remove smtpName, or name the port for sending",
                    server=self,
                )
            ) from None
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < _LASTS:
                raise TransientError(
                    said(
                        "{server} cannot log in now: {smtp_code}",
                        server=self,
                        smtp_code=error.smtp_code,
                    )
                ) from None
            raise CredentialsRefusedError(
                said(
                    "{server} refused the login ({smtp_code}): check smtpName and smtpPassword, or "
                    "with smtpOAuth that the app has SMTP.SendAsApp and may send as this mailbox",
                    server=self,
                    smtp_code=error.smtp_code,
                )
            ) from None

    @staticmethod
    def _by_token(client: smtplib.SMTP, name: str, tokens: TokenSource) -> None:
        """Log in by XOAUTH2; a refused token may have expired, so a new one is tried, once."""
        for last in (False, True):
            answer = f"user={name}\x01auth=Bearer {tokens.token().get_secret_value()}\x01\x01"
            try:
                # A server that refuses asks once more, and waits for an empty answer.
                client.auth("XOAUTH2", lambda challenge=None, a=answer: "" if challenge else a)
            except smtplib.SMTPAuthenticationError:
                if last:
                    raise
                tokens.renew()
            else:
                return

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLError as error:
            raise TransientError(
                said(
                    "TLS with {server} failed ({reason}), nothing was sent: check its certificate, "
                    "smtpTls, the clock of this machine, and caFile",
                    server=self,
                    reason=connection_trouble(error),
                )
            ) from None
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise TransientError(
                said(
                    "{server} cannot be reached ({reason}): check smtpServer, smtpTls, network, "
                    "DNS and firewall",
                    server=self,
                    reason=connection_trouble(error),
                )
            ) from None


@dataclass(frozen=True, slots=True)
class SmtpSession:
    """One connection; implements `MailSession`."""

    server: SmtpServer
    client: smtplib.SMTP

    def send(self, mail: Composed) -> None:
        """Send one mail to its recipient.

        Raises:
            MailRefusedError: The server refused it for good.
            MailPostponedError: It refused it for now.
            TransientError: It is unreachable; whether it has the mail may be unknown.
        """
        options = self._options(mail)
        with self._lost():
            self._expect(self.client.mail(mail.envelope_from, options), said("the sender"))
            self._expect(self.client.rcpt(mail.recipient), said("the recipient"))
            try:
                answer = self.client.data(mail.data)
            except smtplib.SMTPDataError as error:
                answer = (error.smtp_code, _as_bytes(error.smtp_error))
            self._expect(answer, said("the mail"))

    def _options(self, mail: Composed) -> list[str]:
        options = []
        if not (mail.envelope_from + mail.recipient).isascii():
            if not self.client.has_extn("smtputf8"):
                raise MailRefusedError(
                    said("{server} takes no address with letters like these", server=self.server)
                )
            options.append("SMTPUTF8")
        if self.client.has_extn("size"):
            options.append(f"size={len(mail.data)}")
        return options

    def _expect(self, answer: tuple[int, bytes], what: Said) -> None:
        code, text = answer
        if code in _GOOD:
            return
        refusal = said(
            "{server} refused {what}: {answer}",
            server=self.server,
            what=what,
            answer=" ".join((str(code), _printable(text))),
        )
        if code == _GOES_AWAY or code < 0:
            raise TransientError(refusal)
        self._reset()
        raise (MailRefusedError if code >= _LASTS else MailPostponedError)(refusal)

    def _reset(self) -> None:
        """Forget the mail that was refused, so that the next one begins anew."""
        code, _ = self.client.rset()
        if code not in _GOOD:
            raise TransientError(
                said("{server} does not go on after a refusal", server=self.server)
            )

    @contextmanager
    def _lost(self) -> Iterator[None]:
        try:
            yield
        except (smtplib.SMTPException, OSError) as error:
            raise TransientError(
                said(
                    "the connection to {server} was lost ({name})",
                    server=self.server,
                    name=type(error).__name__,
                )
            ) from None


def _as_bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode("utf-8", "replace")


def _printable(text: bytes) -> str:
    return one_line(text.decode("utf-8", "replace"))[:_SAID_LENGTH]
