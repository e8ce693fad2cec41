"""The leaves of a mail: its parts, and what packages among them hold, each with its type."""

import re
from collections.abc import Iterable, Iterator

from services.classifier.parse.leaf import Leaf
from services.classifier.parse.packages import opened
from services.classifier.parse.scanner import Part
from services.classifier.parse.transfer import decoded_prefix, transfer_encoding, unknown_encoding

_LOOKED_AT_BYTES = 4096
_NEVER_TEXT = re.compile(rb"\x00|\A(?:%PDF-|\{\\rtf|PK\x03|GIF8|\x89PNG|\xff\xd8\xff)")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]|" + _NEVER_TEXT.pattern)
_WIDE = ("utf-16", "utf-32", "ucs-")
_HTML = re.compile(rb"\s*<(?:!doctype html|html|head|body)[\s>]", re.IGNORECASE)
_OPAQUE = "application/octet-stream"
_ENCODED_LINE = re.compile(rb"^(?![a-z]{2,10}://)[!-~]{20,}+[ \t]*+\r?$", re.MULTILINE)
"""A long line without a blank, as encodings write them, that is not a link."""


def leaves_of(raw: bytes, parts: Iterable[Part], defects: list[str]) -> Iterator[Leaf]:
    """Yield every part of the mail, typed; what is inside a package before it."""
    for number, part in enumerate(parts, start=1):
        inner = list(opened(raw, part, number, defects))
        for leaf in inner:
            _close_if_encoded(leaf.source, leaf.part)
            yield leaf
        _close_if_encoded(raw, part)
        if not inner and (part.untyped or _is_doubtful(part)):
            _tell_type(raw, part)
        yield Leaf(raw, part)


def _close_if_encoded(raw: bytes, part: Part) -> None:
    """Make a file of a part in an encoding that nobody here decodes (RFC 2045 section 6.4).

    Careless programs write `8-bit`, a charset or anything else there, before what is plain text;
    so a word other than a private one (`x-…`) is believed only if the bytes look encoded.
    """
    word = unknown_encoding(part.headers)
    if word and (word.startswith("x-") or _looks_encoded(raw, part)):
        part.content_type, part.untyped = _OPAQUE, False


def _looks_encoded(raw: bytes, part: Part) -> bool:
    begin = raw[part.start : min(part.end, part.start + _LOOKED_AT_BYTES)]
    encoded = sum(map(len, _ENCODED_LINE.findall(begin)))
    return 2 * encoded > len(begin) or _BINARY.search(begin) is not None


def _is_doubtful(part: Part) -> bool:
    """Whether a part need not be the text that it is said to be: nobody has to encode text so."""
    if part.content_type != "text/plain":
        return False
    if transfer_encoding(part.headers) not in ("base64", "uuencode"):
        return False
    charset = part.headers.parameter("charset", "content-type", []) or ""
    return not charset.lower().startswith(_WIDE)


def _tell_type(raw: bytes, part: Part) -> None:
    """Say by its first bytes what a part is whose type nobody knows, or which is not what it says.

    Text is text even where its type is unreadable, and a file is none even where it says so.
    """
    begin = decoded_prefix(raw, part, _LOOKED_AT_BYTES)
    if (_BINARY if part.untyped else _NEVER_TEXT).search(begin):
        part.content_type = _OPAQUE
    elif part.untyped:
        part.content_type = "text/html" if _HTML.match(begin) else "text/plain"
