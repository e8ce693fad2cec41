"""Journal reports of Exchange: the envelope of a mail, with the mail attached (behaviour I-14).

The body of a report names sender, Message-ID and everybody whom the mail was sent to, one a line,
those in Bcc, too (MS-XJRNL). Pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from services.classifier.parse import limits
from services.classifier.parse.addresses import read_addresses
from services.classifier.parse.charsets import decode_text
from services.classifier.parse.mail import parse_mail
from services.classifier.parse.message_ids import message_id
from services.classifier.parse.parsed_mail import ParsedMail
from services.classifier.parse.scanner import Part, scan_mail
from services.classifier.parse.transfer import decoded_prefix, transfer_encoding

_MARK = "x-ms-journal-report"
_ENVELOPE_BYTES = 1024 * 1024
_ENCRYPTED = "application/x-microsoft-rpmsg-message"
_FIELD = re.compile(r"^(to|cc|bcc|recipient|message-id):[ \t]*(.*)$", re.IGNORECASE)
_MOVED = re.compile(r",[ \t]*(expanded|forwarded):[ \t]*(.*)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class JournalReport:
    """What a journal report tells.

    Attributes:
        recipients: Everybody whom the mail was sent to, each once, in order; of a mail that the
            server has sent on, also who it was for.
        original: The mail; None where it cannot be read.
        originals: How many mails are attached.
    """

    recipients: tuple[str, ...]
    original: ParsedMail | None
    originals: int


def is_journal_report(parsed: ParsedMail) -> bool:
    """Whether a mail says that it is a report, as anybody may."""
    return parsed.headers.first(_MARK) is not None


def read_journal_report(raw: bytes, backup_key: str) -> JournalReport:
    """Read a report; the files of its original are ranges of the report's bytes."""
    leaves = scan_mail(raw).leaves
    lines = _envelope(raw, leaves)
    attached = [part for part in leaves if part.content_type == "message/rfc822"]
    readable = [part for part in attached if transfer_encoding(part.headers) == "identity"]
    originals = [_original(raw, part, backup_key) for part in readable[:2]]
    return JournalReport(
        tuple(dict.fromkeys(_recipients(lines)))[: limits.RECIPIENTS],
        _chosen(originals, _named(lines)),
        len(attached),
    )


def _envelope(raw: bytes, leaves: Sequence[Part]) -> list[str]:
    body = next((part for part in leaves if part.content_type == "text/plain"), None)
    if body is None:
        return []
    charset = body.headers.parameter("charset", "content-type", [])
    return decode_text(decoded_prefix(raw, body, _ENVELOPE_BYTES), charset, []).splitlines()


def _named(lines: Sequence[str]) -> str | None:
    """Return the Message-ID of the mail that is reported."""
    for line in lines:
        found = _FIELD.match(line)
        if found and found[1].lower() == "message-id":
            return message_id(found[2].encode("utf-8", "replace"))
    return None


def _recipients(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        found = _FIELD.match(line)
        if found is None or found[1].lower() == "message-id":
            continue
        moved = _MOVED.search(found[2])
        address = found[2][: moved.start()] if moved else found[2]
        yield from (one.email for one in read_addresses(address, 1, []))
        if moved and moved[1].lower() == "forwarded":
            yield from (one.email for one in read_addresses(moved[2], 1, []))


def _original(raw: bytes, part: Part, backup_key: str) -> ParsedMail:
    content = raw[part.start : part.end]
    parsed = parse_mail(content, backup_key)
    moved = tuple(
        one.model_copy(update={"start": one.start + part.start, "end": one.end + part.start})
        for one in parsed.attachments
    )
    return replace(
        parsed, attachments=moved, offset=part.start, inner_sha256=sha256(content).hexdigest()
    )


def _chosen(originals: Sequence[ParsedMail], named: str | None) -> ParsedMail | None:
    """Choose what the report names; of an encrypted mail and its readable copy the latter."""
    fitting = [one for one in originals if one.from_fields and named in (None, one.message_id)]
    return next((one for one in fitting if not _is_encrypted(one)), next(iter(fitting), None))


def _is_encrypted(parsed: ParsedMail) -> bool:
    return any(one.content_type == _ENCRYPTED for one in parsed.attachments)
