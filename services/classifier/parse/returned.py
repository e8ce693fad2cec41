"""What came back: the header of the original mail, attached or quoted in a bounce's text."""

import re
from collections.abc import Iterable, Iterator

from services.classifier.parse.addresses import read_addresses
from services.classifier.parse.bounced_addresses import is_possible
from services.classifier.parse.charsets import decode_text
from services.classifier.parse.headers import Headers, read_headers
from services.classifier.parse.leaf import Leaf
from services.classifier.parse.message_ids import message_id
from services.classifier.parse.parsed_mail import Returned

ORIGINAL_TYPES = frozenset(
    (
        *("message/rfc822", "message/global", "message/partial"),
        *("text/rfc822-headers", "message/rfc822-headers", "text/rfc822", "message/global-headers"),
    )
)
"""Media types in which the original, or its header, comes back (RFC 3462, RFC 6533)."""

_HEADER_BYTES = 64 * 1024
_RECIPIENTS = 100
_BLANK = re.compile(rb"\n[ \t]*\r?\n")
_PREFIX = re.compile(r"(?:> ?|\| ?| {2,8}|\t)")
_TELLING = re.compile(
    r"(?:> ?|\| ?|[ \t]{1,8})?"
    r"(?:return-path|received|from|message-id|date|to|subject|mime-version|x-[a-z-]{2,30})[ \t]*:",
    re.IGNORECASE,
)
_FIELD = re.compile(r"[!-9;-~]{1,60}[ \t]*:")
_LINES = 400


def read_returned(leaves: Iterable[Leaf], text: str) -> Returned:
    """Return From, Message-ID and To of the mail that came back; what is unknown is empty."""
    original = original_header(leaves)
    if original:
        return returned_of(original)
    for block in _blocks(text):
        headers = read_headers(block.encode("utf-8", "replace"), [])
        if headers.first("from") and _tells(headers):
            return returned_of(headers)
    return Returned()


def original_header(leaves: Iterable[Leaf]) -> Headers | None:
    """Header of the first attached original, or None."""
    original = next((leaf for leaf in leaves if leaf.part.content_type in ORIGINAL_TYPES), None)
    return header_of(original) if original else None


def header_of(leaf: Leaf) -> Headers:
    """Header of the mail that is this leaf."""
    return _header(leaf.beginning(_HEADER_BYTES))


def _tells(headers: Headers) -> bool:
    return any(headers.first(name) for name in ("message-id", "to", "subject"))


def _header(original: bytes) -> Headers:
    original = original.lstrip()
    found = _BLANK.search(original)
    return read_headers(original[: found.start()] if found else original, [])


def returned_of(headers: Headers) -> Returned:
    """Return what is known of a mail with these header fields."""
    sender = _addresses(headers, "from", 1)
    original = message_id(headers.first("message-id"))
    return Returned(sender[0] if sender else None, original, _addresses(headers, "to"))


def _addresses(headers: Headers, name: str, limit: int = _RECIPIENTS) -> tuple[str, ...]:
    value = (headers.first(name) or b"")[:_HEADER_BYTES]
    found = read_addresses(decode_text(value, None, []), limit, [])
    return tuple(dict.fromkeys(one.email for one in found if is_possible(one.email)))


def _blocks(text: str) -> Iterator[str]:
    """Header blocks quoted in a text; a margin that each line has is taken off."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        if not _TELLING.match(lines[number]):
            number += 1
            continue
        margin = _PREFIX.match(lines[number])
        block = _block(lines[number : number + _LINES], margin[0] if margin else "")
        if len(block) > 1:
            yield "\n".join(block)
        number += max(len(block), 1)


def _block(lines: list[str], margin: str) -> list[str]:
    block: list[str] = []
    for line in lines:
        bare = line.removeprefix(margin) if margin else line
        if not (_FIELD.match(bare) or (bare[:1] in (" ", "\t") and bare.strip())):
            break
        block.append(bare[:2000])
    return block
