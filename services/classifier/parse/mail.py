"""The parser's one entry: any bytes give a `ParsedMail`, with a list of what was wrong."""

from dataclasses import replace

from services.classifier.parse import limits
from services.classifier.parse.addresses import read_addresses
from services.classifier.parse.body import read_body
from services.classifier.parse.calendars import read_events
from services.classifier.parse.charset_names import codec_of
from services.classifier.parse.dates import read_date
from services.classifier.parse.forwarded import attached_senders
from services.classifier.parse.headers import Headers, automatic, decode_field, field_text
from services.classifier.parse.leaves import leaves_of
from services.classifier.parse.message_ids import message_id
from services.classifier.parse.parsed_mail import Address, ParsedMail
from services.classifier.parse.reports import Reporting, read_reports
from services.classifier.parse.scanner import Scan, scan_mail
from services.classifier.parse.xml_parts import xml_documents

_SUBJECT_CHARACTERS = 10_000
_SAY_NOTHING = (None, "ascii", "utf-8")
_AUTOMATIC_FIELDS = (
    "auto-submitted",
    "precedence",
    "x-autoreply",
    "x-autorespond",
    "x-auto-response-suppress",
)


def parse_mail(raw: bytes, backup_key: str) -> ParsedMail:
    """Parse `raw`, whose backup has the key `backup_key`. Pure, total, linear."""
    size = len(raw)
    if b"\n" not in raw and b"\r" in raw:
        # Line ends of one old system; the length, and so every byte range, stays.
        raw = raw.replace(b"\r", b"\n")
    scan = scan_mail(raw)
    defects = scan.defects
    headers = scan.headers
    hint = _declared_charset(scan)
    to = _recipients(headers, "to", limits.RECIPIENTS, hint, defects)
    cc = _recipients(headers, "cc", limits.RECIPIENTS - len(to), hint, defects)
    leaves = list(leaves_of(raw, scan.leaves, defects))
    body = read_body(leaves, backup_key, hint, defects)
    reports = read_reports(Reporting(raw, scan, leaves, body.text), defects)
    events = read_events(leaves, defects)
    return ParsedMail(
        senders=_senders(headers, hint, defects),
        from_fields=len(headers.all("from")),
        to=to,
        cc=cc,
        subject=decode_field(headers.first("subject") or b"", defects, hint)[:_SUBJECT_CHARACTERS],
        date=read_date(headers.all("date"), defects),
        message_id=message_id(headers.first("message-id")),
        text=body.text,
        text_is_html=body.text_is_html,
        html=body.html,
        attachments=body.attachments,
        auto_submitted=_automatic(headers, defects),
        body_sha256=body.sha256,
        size=size,
        defects=tuple(dict.fromkeys(defects)),
        headers=headers,
        reports=reports,
        events=events,
        # What a report returns, nobody has forwarded.
        attached_senders=() if reports.source else attached_senders(leaves),
        xml_documents=xml_documents(raw, scan.leaves),
    )


def _declared_charset(scan: Scan) -> str | None:
    """Return what a part says of its text: the best hint for a field that says nothing."""
    for part in scan.leaves:
        charset = part.headers.parameter("charset", "content-type", [])
        if charset and codec_of(charset) not in _SAY_NOTHING:
            return charset
    return None


def _senders(headers: Headers, hint: str | None, defects: list[str]) -> tuple[Address, ...]:
    """Return the addresses of From; odd where others may read another From field."""
    found = _recipients(headers, "from", limits.RECIPIENTS, hint, defects)
    return tuple(replace(one, odd=True) if headers.ambiguous else one for one in found)


def _recipients(
    headers: Headers, name: str, limit: int, hint: str | None, defects: list[str]
) -> tuple[Address, ...]:
    """Return addresses of every field with this name, in order."""
    found: list[Address] = []
    for value in headers.all(name):
        text = field_text(value, defects, hint)
        found += read_addresses(text, limit - len(found), defects)
    return tuple(found)


def _automatic(headers: Headers, defects: list[str]) -> bool:
    return automatic(
        {
            name: decode_field(value, defects)
            for name in _AUTOMATIC_FIELDS
            if (value := headers.first(name)) is not None
        }
    )
