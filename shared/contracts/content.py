"""What a mail says, as far as records are made from it (behaviour A-3, A-4)."""

from typing import Literal

from pydantic import AwareDatetime, Field

from shared.contracts.base import Contract
from shared.contracts.events import EventState

TransferEncoding = Literal["identity", "base64", "quoted-printable", "uuencode"]


class PartRef(Contract):
    """A file inside a backed up mail: where its bytes are and how to decode them.

    The writer seeks, decodes and stores it without parsing the mail.

    Attributes:
        backup_key: The backup that holds it, relative to the backup's root.
        start, end: Byte range of the encoded body in the backup, end excluded.
        encoding: The content transfer encoding (RFC 2045 section 6).
        name: Sanitised file name, never a path; unique within the mail.
        content_type: Media type in lower case, as `image/png`.
        size, sha256: Of the decoded bytes.
    """

    backup_key: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    encoding: TransferEncoding
    name: str
    content_type: str
    size: int = Field(ge=0)
    sha256: str


class MailContent(Contract):
    """The part of a mail that is the same in every record made from it (ch. 15.10).

    Attributes:
        events: Those that the mail's commands refer to by their place here.
    """

    subject: str
    text: str
    html: str | None = None
    sent_at: AwareDatetime
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    message_id: str | None
    attachments: tuple[PartRef, ...] = ()
    events: tuple[EventState, ...] = ()


class TraceLine(Contract):
    """One line of the explanation: a rule that was asked, or a note of what it decided.

    Attributes:
        id: Identifier of the behaviour, as `R-7` or `T-3`.
        rule: Name of the rule or of the thing noted.
        hit: Whether it applied.
        reason: One sentence for a person.
    """

    id: str
    rule: str
    hit: bool
    reason: str
