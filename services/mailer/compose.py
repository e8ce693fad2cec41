"""Makes the bytes of a mail that we send (behaviours M-1, M-3, I-9). Pure.

Nothing here trusts a value: headers are one line each, addresses are addresses, and only what is
a Message-ID is referred to.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from services.mailer.outbox_mail import OutboxMail
from services.mailer.rendering import Rendered
from shared.contracts.line import one_line
from shared.contracts.said import Said, said
from shared.domain.addresses import domain_of, is_valid_address
from shared.domain.own_mail import LOOP_HEADER, OwnMail
from shared.errors import PermanentError

MOST_ORIGINAL_BYTES = 20_000_000
"""A larger original is not attached: few servers would take it."""

ANSWERS = ("ticket", "answer")
"""Templates of what answers a mail."""

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,200}>")
_MOST_REFERENCES = 20
_LONGEST_LINE = 998


class NotSendableError(PermanentError):
    """This mail can never be sent as it is."""


class OriginalGoneError(NotSendableError):
    """The mail that it forwards is not there: only a person can put it back."""

    def __init__(self, why: Said, outbox_id: UUID) -> None:
        """Say why, and how the mail is sent once the original is there again."""
        super().__init__(
            said(
                "what it forwards is gone: {why}; put it back, then crmservice mail retry "
                "{outbox_id}",
                why=why,
                outbox_id=outbox_id,
            )
        )


@dataclass(frozen=True, slots=True)
class SendsAs:
    """Who a box sends as.

    Attributes:
        box: The box's address.
        name: Shown beside it.
        notices: Who notices come from; None: the box.
    """

    box: str
    name: str = ""
    notices: str | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail that is ready to be sent.

    Attributes:
        message_id: The same each time this mail is composed.
        envelope_from: Who bounces go to; empty: nobody.
        recipient: Who gets it.
        data: Its bytes.
    """

    message_id: str
    envelope_from: str
    recipient: str
    data: bytes


def compose(  # noqa: PLR0913, PLR0917 - a mail is all of this
    mail: OutboxMail,
    rendered: Rendered,
    sender: SendsAs,
    own_mail: OwnMail,
    now: datetime,
    originals: Sequence[bytes] = (),
) -> Composed:
    """Return the mail, signed as ours.

    Raises:
        NotSendableError: The recipient's or the sender's address is no address.
    """
    for address in (mail.recipient, sender.box):
        if not is_valid_address(address):
            raise NotSendableError(
                said("the recipient's or the box's address is no e-mail address")
            )
    message_id = message_id_of(mail, sender, own_mail)
    message = _message(mail, rendered, sender, now)
    message[LOOP_HEADER] = own_mail.loop_header(message_id)
    for original in originals:
        if message.get_content_type() != "multipart/mixed":
            message.make_mixed()
        message.attach(_original(original))
    head = b"".join(_identification(message_id, mail.answers_to))
    envelope_from = "" if mail.is_automatic else sender.box
    return Composed(message_id, envelope_from, mail.recipient, head + message.as_bytes())


def message_id_of(mail: OutboxMail, sender: SendsAs, own_mail: OwnMail) -> str:
    """Return the mail's Message-ID, which nobody else can make."""
    return own_mail.message_id(mail.outbox_id, domain_of(sender.box))


def _message(mail: OutboxMail, rendered: Rendered, sender: SendsAs, now: datetime) -> EmailMessage:
    # Letters of any script are allowed where an address has them.
    plain = (mail.recipient + sender.box + (sender.notices or "")).isascii()
    message = EmailMessage(policy.SMTP if plain else policy.SMTPUTF8)
    message["From"] = _from(mail, sender)
    message["To"] = HeaderAddress(addr_spec=mail.recipient)
    message["Subject"] = one_line(rendered.subject)
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-replied" if mail.template in ANSWERS else "auto-generated"
    if mail.is_automatic:
        message["Precedence"] = "bulk"
        # Exchange asks this before it answers that somebody is out of office.
        message["X-Auto-Response-Suppress"] = "All"
    message.set_content(_encodable(rendered.text), cte="base64")
    if rendered.html is not None:
        message.add_alternative(_encodable(rendered.html), subtype="html", cte="base64")
    return message


def _from(mail: OutboxMail, sender: SendsAs) -> HeaderAddress:
    if mail.is_notice:
        return HeaderAddress(addr_spec=sender.notices or sender.box)
    return HeaderAddress(one_line(sender.name), addr_spec=sender.box)


def _encodable(text: str) -> str:
    """Return `text` without halves of characters, which no encoding has."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _identification(message_id: str, answers_to: Iterable[str]) -> Iterable[bytes]:
    """Yield the headers with Message-IDs as lines: Python's would encode the long ones."""
    yield f"Message-ID: {message_id}\r\n".encode("ascii")
    known = [one for one in answers_to if _MESSAGE_ID.fullmatch(one)][:_MOST_REFERENCES]
    if known:
        yield f"In-Reply-To: {known[0]}\r\n".encode("ascii")
        yield "References: {}\r\n".format("\r\n ".join(reversed(known))).encode("ascii")


def _original(raw: bytes) -> EmailMessage:
    """Return the mail as a part: as a message where its bytes allow that, else as a file."""
    part = EmailMessage(policy.SMTP)
    if _goes_as_it_is(raw):
        part["Content-Type"] = "message/rfc822"
        part["Content-Disposition"] = 'attachment; filename="mail.eml"'
        part.set_payload(raw.decode("ascii"))
    else:
        part.set_content(raw, "application", "octet-stream", filename="mail.eml")
    # The whole mail says it once.
    del part["MIME-Version"]
    return part


def _goes_as_it_is(raw: bytes) -> bool:
    """Whether any server passes the bytes on unchanged (RFC 2046, section 5.2.1)."""
    lines = raw.split(b"\r\n")
    return raw.isascii() and not any(
        len(line) > _LONGEST_LINE or b"\n" in line or b"\r" in line or b"\0" in line
        for line in lines
    )
