"""`mail test`: whether the servers for outgoing mail take us, and a mail (behaviour E-5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from services.assembly.mailing import outlet_of, signer_of, smtp_of
from services.assembly.secret import own_mail
from services.mailer.compose import compose
from services.mailer.outbox_mail import OutboxMail
from services.mailer.rendering import Rendered
from shared.contracts.said import Said, said
from shared.domain.addresses import comparable
from shared.errors import WrongUseError
from shared.settings.box import Box
from shared.settings.environment import Environment

_TEXT = Rendered(
    "CRMService: test",
    "This mail was sent by crmservice mail test. / Tento e-mail poslal crmservice mail test.\n",
    None,
)


@dataclass(frozen=True, slots=True)
class TrialMail:
    """A mail that a person sends to see whether it arrives."""

    sender: str
    recipient: str


def connect_all(boxes: Sequence[Box]) -> Iterator[Said]:
    """Connect to each box's server and log in; yield a sentence for each that works.

    Raises:
        TransientError: A server is unreachable.
        CredentialsRefusedError: It refused the login.
        ConfigurationError: `caFile` or the app's file cannot be used.
    """
    for box in boxes:
        yield mail_server_answers(box)


def mail_server_answers(box: Box) -> Said:
    """Connect to a box's server and log in; return a sentence about it.

    Raises:
        TransientError: The server is unreachable.
        CredentialsRefusedError: It refused the login.
        ConfigurationError: `caFile` or the app's file cannot be used.
    """
    server = smtp_of(box)
    if server is None:
        return said("{box}: smtpServer is not set, so its mail waits in the outbox", box=box.name)
    with server.session():
        login = said("logged in") if server.login.name else said("reachable, without a login")
    return said("{box}: {server}: {login}", box=box.name, server=server, login=login)


def send_test(boxes: Sequence[Box], environment: Environment, wanted: TrialMail) -> None:
    """Send one mail, past the outbox.

    Raises:
        WrongUseError: No box that sends has the address.
        NotSendableError: The recipient is no address.
        MailRefusedError: The server refused it.
        TransientError: The server is unreachable.
        CredentialsRefusedError: It refused the login.
        ConfigurationError: Settings or secret cannot work.
    """
    address = comparable(wanted.sender)
    box = next((each for each in boxes if each.email == address and each.smtp_server), None)
    if box is None:
        raise WrongUseError(
            said("no box with a smtpServer has the address {sender}", sender=wanted.sender)
        )
    signer, outlet = signer_of(own_mail(environment), environment), outlet_of(box)
    mail = OutboxMail(uuid4(), box.name, wanted.recipient, "test", {})
    composed = compose(mail, _TEXT, outlet.sender, signer, datetime.now(UTC))
    if outlet.connect is not None:
        with outlet.connect() as session:
            session.send(composed)
