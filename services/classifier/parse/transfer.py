"""The decoded beginning of a leaf, for readers of reports."""

from services.classifier.parse.scanner import Part
from shared.backup.parts import decode_transfer
from shared.contracts.content import TransferEncoding

_ENCODINGS: dict[str, TransferEncoding] = {
    "base64": "base64",
    "quoted-printable": "quoted-printable",
}


def decoded_prefix(raw: bytes, part: Part, limit: int) -> bytes:
    """At most the first `limit` encoded bytes of a leaf, decoded."""
    encoding = _ENCODINGS.get(part.headers.word("content-transfer-encoding"), "identity")
    return decode_transfer(raw[part.start : min(part.end, part.start + limit)], encoding)
