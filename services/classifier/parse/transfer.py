"""Content transfer encodings of parts: the one table, and the decoded beginning of a leaf."""

from services.classifier.parse.headers import Headers
from services.classifier.parse.scanner import Part
from shared.backup.parts import decode_transfer
from shared.contracts.content import TransferEncoding

_ENCODINGS: dict[str, TransferEncoding] = {
    "base64": "base64",
    "base-64": "base64",
    "x-base64": "base64",
    "quoted-printable": "quoted-printable",
    "quotedprintable": "quoted-printable",
    "x-uuencode": "uuencode",
    "uuencode": "uuencode",
    "x-uue": "uuencode",
    "uue": "uuencode",
}
_PLAIN = frozenset({"", "7bit", "8bit", "binary"})


def transfer_encoding(headers: Headers) -> TransferEncoding:
    """Return how the body of a part with these headers is encoded; else `identity`."""
    return _ENCODINGS.get(headers.word("content-transfer-encoding"), "identity")


def unknown_encoding(headers: Headers) -> str:
    """Return the word for the encoding if nobody here knows it; else an empty string."""
    word = headers.word("content-transfer-encoding")
    return "" if word in _PLAIN or word in _ENCODINGS else word


def decoded_prefix(raw: bytes, part: Part, limit: int) -> bytes:
    """Return at most the first `limit` encoded bytes of a leaf, decoded."""
    encoded = raw[part.start : min(part.end, part.start + limit)]
    return decode_transfer(encoded, transfer_encoding(part.headers))
