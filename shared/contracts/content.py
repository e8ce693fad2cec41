"""What a mail says, as far as records are made from it (behaviour A-3, A-4)."""

import re
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime

from shared.contracts.base import Contract
from shared.contracts.events import EventState
from shared.contracts.line import Line
from shared.contracts.primitives import BACKUP_KEY_FORM, SHA256_FORM, ByteCount, FileName
from shared.contracts.said import Said
from shared.contracts.sentence import Sentence, sentence_of

TransferEncoding = Literal["identity", "base64", "quoted-printable", "uuencode"]


class Inside(Contract):
    """A file inside another file of a mail, as in `winmail.dat`: where in its decoded bytes.

    Attributes:
        start, end: Byte range, end excluded.
        encoding: How the bytes of that range are encoded.
    """

    start: ByteCount
    end: ByteCount
    encoding: TransferEncoding


class PartRef(Contract):
    """A file inside a backed up mail: where its bytes are and how to decode them.

    The writer seeks, decodes and stores it without parsing the mail.

    Attributes:
        backup_key: The backup that holds it, relative to the data folder.
        start, end: Byte range of the encoded body in the backup, end excluded.
        encoding: The content transfer encoding (RFC 2045 section 6).
        name: Sanitised file name, never a path; unique within the mail.
        content_type: Media type in lower case, as `image/png`.
        size, sha256: Of the decoded bytes.
        inside: Where the file is, if what the range holds is a package that has it inside.

    A message checks the parts that it carries: `SentContent`.
    """

    backup_key: str
    start: ByteCount
    end: ByteCount
    encoding: TransferEncoding
    name: FileName
    content_type: str
    size: ByteCount
    sha256: str
    inside: Inside | None = None


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


def _sent(content: MailContent) -> MailContent:
    for part in content.attachments:
        if not re.fullmatch(BACKUP_KEY_FORM, part.backup_key):
            raise ValueError("a part's backup_key is none of a backup")
        if not re.fullmatch(SHA256_FORM, part.sha256):
            raise ValueError("a part's sha256 is no digest")
        if part.end < part.start:
            raise ValueError("a part ends before its start")
    return content


SentContent = Annotated[MailContent, AfterValidator(_sent)]
"""Content in a message: whoever sent it, its parts lie in backups and nowhere else."""


class FoundToken(Contract):
    """An assignment token of a mail, whether or not it was used (behaviour T-1).

    Attributes:
        number: Of which record.
        words: What follows it on its line, folded.
        place: Where it is: subject, text or quoted text.
        own: What of it were a user's own words: record, type, scope (S-4); None: an earlier version
            did not ask.
    """

    kind: Line
    number: Line
    words: Line
    place: Line
    own: tuple[Line, ...] | None = None


class TraceLine(Contract):
    """One line of the explanation: a rule that was asked, or a note of what it decided.

    Attributes:
        id: Identifier of the behaviour, as `R-7` or `T-3`.
        rule: Name of the rule or of the thing noted.
        hit: Whether it applied.
        reason: One sentence for a person, in English.
        sentence: The same for other languages; an earlier version told none.
    """

    id: Line
    rule: Line
    hit: bool
    reason: Line
    sentence: Sentence | None = None


def trace_line(identifier: str, rule: str, *, hit: bool, reason: Said) -> TraceLine:
    """Make a line of the trace from what was said."""
    make = _line if reason.values else _line_of_constant
    return make(identifier, rule, hit, reason)


def _line(identifier: str, rule: str, hit: bool, reason: Said) -> TraceLine:  # noqa: FBT001 - a place to be cached by
    sentence = sentence_of(reason)
    return TraceLine(id=identifier, rule=rule, hit=hit, reason=reason, sentence=sentence)


_line_of_constant = lru_cache(maxsize=1000)(_line)
"""Most rules say the same of most mails: such a line is made and checked once."""
