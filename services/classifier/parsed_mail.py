"""What parsing gives: a mail as plain data. Nothing here is trusted, nothing is missing."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.content import PartRef


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a header field.

    Attributes:
        email: The addr-spec in lower case, without comments: `jan@firma.cz`. May be invalid.
        name: The display name, decoded. Never used for matching (behaviour R-b).
    """

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    r"""A mail as the rules may see it.

    Attributes:
        senders: Every address of every From field, in order: the rules want exactly one.
        from_fields: How many From fields there are.
        to, cc: Recipients in header order, at most 1,000 together.
        subject: Decoded, white space folded, without control characters.
        date: The Date header in UTC; None without a valid one.
        message_id: With its angle brackets, or None.
        text: All readable text of the body, HTML turned into text, lines ended by `\n`.
        text_is_html: The text comes from HTML.
        html: The HTML body as it came, decoded; None without one.
        attachments: Files of the mail, signature pictures once.
        auto_submitted: RFC 3834, and the older marks of automatic mail.
        body_sha256: Digest of the body, part by part as decoded.
        size: Bytes of the raw mail.
        defects: What was wrong or beyond a cap, one short sentence each.
    """

    senders: tuple[Address, ...]
    from_fields: int
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    date: datetime | None
    message_id: str | None
    text: str
    text_is_html: bool
    html: str | None
    attachments: tuple[PartRef, ...]
    auto_submitted: bool
    body_sha256: str
    size: int
    defects: tuple[str, ...]
