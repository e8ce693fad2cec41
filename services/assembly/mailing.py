"""Puts the mailer together: each box's server, sender and templates (behaviours M-1, M-4)."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.assembly.clock import local_clock
from services.fetcher.sources.login import tls_context
from services.mailer.compose import SendsAs
from services.mailer.outlet import MailOutlet
from services.mailer.rendering import Templates
from services.mailer.smtp import PORTS, Login, SmtpServer
from shared.contracts.said import said
from shared.domain.own_mail import OwnMail
from shared.errors import ConfigProblem, ConfigurationError
from shared.oauth.tokens import client_credentials
from shared.settings.box import Box
from shared.settings.environment import Environment


def sends_mail(boxes: Sequence[Box]) -> bool:
    """Whether any box has a server to send by."""
    return any(box.smtp_server for box in boxes)


def smtp_of(box: Box) -> SmtpServer | None:
    """Return the server that a box sends by; None where it names none.

    Raises:
        ConfigurationError: `caFile` or the app's file cannot be used.
    """
    if box.smtp_server is None:
        return None
    port = box.smtp_server.port or PORTS[box.smtp_tls]
    return SmtpServer(box.smtp_server.host, port, box.smtp_tls, tls_context(box), _login(box))


def _login(box: Box) -> Login:
    if box.smtp_oauth:
        return Login(box.smtp_name or box.email, tokens=client_credentials(box))
    return Login(box.smtp_name, box.smtp_password)


def outlet_of(box: Box) -> MailOutlet:
    """Return what the mail of a box goes out by.

    Raises:
        ConfigurationError: `caFile` or the app's file cannot be used.
    """
    server = smtp_of(box)
    return MailOutlet(
        box.name,
        SendsAs(box.email, box.from_name or "", box.error_from),
        Templates(box.mail_language, box.templates_dir),
        box.mails_per_hour,
        server.session if server else None,
    )


def signer_of(own_mail: OwnMail | None, environment: Environment) -> OwnMail:
    """Return what signs our mail.

    Raises:
        ConfigurationError: There is no secret yet.
    """
    if own_mail is None:
        where = str(environment.data / "secret")
        raise ConfigurationError(
            [
                ConfigProblem(
                    where,
                    said("is missing, so no mail can be signed"),
                    said("run crmservice init-db"),
                )
            ]
        )
    return own_mail


def clock_of(boxes: Sequence[Box]) -> Callable[[], datetime]:
    """Return the time where the first box is, which notices tell."""
    return local_clock(boxes[0])
