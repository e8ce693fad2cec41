"""Sorts the leaves of a mail: what is its readable text, and what are files (A-3, A-4)."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.classifier.parse import limits
from services.classifier.parse.charsets import clean, decode_text
from services.classifier.parse.file_names import safe_name, unique_names
from services.classifier.parse.headers import decode_field, read_headers
from services.classifier.parse.html import html_to_text
from services.classifier.parse.scanner import Part
from services.classifier.parse.transfer import decoded_prefix, transfer_encoding
from services.classifier.parse.wrapped import unwrapped
from shared.backup.parts import decode_transfer, measured
from shared.contracts.content import PartRef

_BODY = re.compile(rb"\r?\n\r?\n")
_LOOKED_AT_BYTES = 4096
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]|\A(?:%PDF-|\{\\rtf|PK\x03)")
_HTML = re.compile(rb"\s*<(?:!doctype html|html|head|body)[\s>]", re.IGNORECASE)
_SUBJECT_WITHIN = 16 * 1024
_SUBJECT_CHARACTERS = 100
_NO_PATH = str.maketrans("/\\", "__")
_READABLE = ("text/plain", "text/html")


@dataclass(frozen=True, slots=True)
class Body:
    """What the leaves hold.

    Attributes:
        text: All readable text.
        text_is_html: Some of it comes from HTML.
        html: The HTML as it came, or None.
        attachments: The files.
        sha256: Digest of all leaves as decoded: another path of the same mail may have changed
            line ends, boundaries or transfer encodings.
    """

    text: str
    text_is_html: bool
    html: str | None
    attachments: tuple[PartRef, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class _Readable:
    """A leaf that is to be read."""

    part: Part
    text: str
    is_html: bool
    sha256: str


def read_body(
    raw: bytes, leaves: Iterable[Part], backup_key: str, hint: str | None, defects: list[str]
) -> Body:
    """Read every leaf of `raw` once; `hint` is a charset that one of them declares."""
    readable: list[_Readable] = []
    files: list[PartRef] = []
    inline: set[str] = set()
    digest = hashlib.sha256()
    for source, part in _opened(raw, leaves, defects):
        if _is_readable(part, defects):
            readable.append(_read(source, part, hint, defects))
            digest.update(readable[-1].sha256.encode())
        elif part.end > part.start or _file_name(part, defects):
            file = _file(raw, part, backup_key, defects)
            digest.update(file.sha256.encode())
            if not _repeats(part, file, inline):
                files.append(file)
    html = next((one.text for one in readable if one.is_html), None)
    chosen = list(_chosen(readable, defects))
    text = "\n\n".join(text for text, _ in chosen if text)
    if len(text) > limits.TEXT_CHARACTERS:
        defects.append("text beyond the limit")
        text = text[: limits.TEXT_CHARACTERS]
    is_html = any(is_html for _, is_html in chosen)
    return Body(text, is_html, html, _distinct(files), digest.hexdigest())


def _opened(raw: bytes, leaves: Iterable[Part], defects: list[str]) -> Iterator[tuple[bytes, Part]]:
    """Every leaf with the bytes that it is a range of; of a wrapped multipart its texts before."""
    for part in leaves:
        if inner := unwrapped(raw, part, defects):
            source, parts = inner
            yield from ((source, one) for one in parts if _is_readable(one, defects))
        elif part.untyped:
            _tell_type(raw, part)
        yield raw, part


def _is_readable(part: Part, defects: list[str]) -> bool:
    """Plain or HTML text without a file name, that is not sent as a file."""
    if part.content_type not in _READABLE or _file_name(part, defects):
        return False
    return part.headers.word("content-disposition") != "attachment"


def _tell_type(raw: bytes, part: Part) -> None:
    """Whether a part whose type nobody knows is text: by its first bytes."""
    begin = decoded_prefix(raw, part, _LOOKED_AT_BYTES)
    if _BINARY.search(begin) is None:
        part.content_type = "text/html" if _HTML.match(begin) else "text/plain"


def _read(raw: bytes, part: Part, hint: str | None, defects: list[str]) -> _Readable:
    # Four bytes of base64 or UTF-8 give at least one character of what is kept.
    end = min(part.end, part.start + 4 * limits.HTML_CHARACTERS)
    charset = part.headers.parameter("charset", "content-type", defects)
    decoded = decode_transfer(raw[part.start : end], transfer_encoding(part.headers))
    text = clean(decode_text(decoded, charset, defects, hint))
    digest = hashlib.sha256(decoded.translate(None, b"\r")).hexdigest()
    return _Readable(part, text, part.content_type == "text/html", digest)


def _chosen(readable: list[_Readable], defects: list[str]) -> Iterator[tuple[str, bool]]:
    """Texts in order; of the leaves of one alternative the plain ones, unless they are blank."""
    with_plain = {
        one.part.alternative for one in readable if not one.is_html and one.text.strip()
    } - {None}
    html_left = limits.HTML_CHARACTERS
    for one in readable:
        if not one.is_html:
            if one.text.strip():
                yield one.text, False
        elif one.part.alternative not in with_plain and html_left > 0:
            yield html_to_text(one.text, defects), True
            html_left -= len(one.text)
            if html_left <= 0:
                defects.append("HTML beyond the limit")


def _file_name(part: Part, defects: list[str]) -> str | None:
    return part.headers.parameter(
        "filename", "content-disposition", defects
    ) or part.headers.parameter("name", "content-type", defects)


def _name(raw: bytes, part: Part, defects: list[str]) -> str | None:
    """The name given; for an attached mail without one its subject, as mail programs show it."""
    name = _file_name(part, defects)
    if name or part.content_type != "message/rfc822" or not _is_plain(part):
        return name
    section = raw[part.start : min(part.end, part.start + _SUBJECT_WITHIN)]
    subject = read_headers(_BODY.split(section, maxsplit=1)[0], []).first("subject")
    # A path separator in a subject separates no path.
    words = decode_field(subject or b"", []).translate(_NO_PATH)
    return f"{words[:_SUBJECT_CHARACTERS].strip()}.eml" if words.strip() else None


def _is_plain(part: Part) -> bool:
    return transfer_encoding(part.headers) == "identity"


def _file(raw: bytes, part: Part, backup_key: str, defects: list[str]) -> PartRef:
    encoding = transfer_encoding(part.headers)
    # A view: the bytes of a large file are not copied before they are decoded.
    size, sha256 = measured(memoryview(raw)[part.start : part.end], encoding)
    return PartRef(
        backup_key=backup_key,
        start=part.start,
        end=part.end,
        encoding=encoding,
        name=safe_name(_name(raw, part, defects), part.content_type),
        content_type=part.content_type,
        size=size,
        sha256=sha256,
    )


def _repeats(part: Part, file: PartRef, inline: set[str]) -> bool:
    """Whether a picture inside the text came before, as in signatures; `inline` remembers (A-4)."""
    disposition = part.headers.word("content-disposition")
    inside = part.headers.first("content-id") is not None or disposition == "inline"
    if disposition == "attachment" or not (inside and file.content_type.startswith("image/")):
        return False
    known = file.sha256 in inline
    inline.add(file.sha256)
    return known


def _distinct(files: Sequence[PartRef]) -> tuple[PartRef, ...]:
    """Files under distinct names."""
    names = unique_names(file.name for file in files)
    return tuple(
        file if file.name == name else file.model_copy(update={"name": name})
        for file, name in zip(files, names, strict=True)
    )
