"""Decoding of a part's bytes by its content transfer encoding (RFC 2045 section 6). Total."""

import binascii
import hashlib
import re
import string
from collections.abc import Iterator

import pybase64

from shared.contracts.content import PartRef, TransferEncoding
from shared.contracts.said import said
from shared.errors import PermanentError

_PIECE_BYTES = 1024 * 1024
_BASE64 = f"{string.ascii_letters}{string.digits}+/=".encode()
_LINE_ENDS = b"\r\n"
_BLANKS = b"\r\n\t "
_LETTERS = re.compile(rb"[^=]+")
"""Between paddings: some parts are two encoded texts, one behind the other."""

_WHOLE_LINE = re.compile(rb"^[A-Za-z0-9+/]{60,}+={0,2}+[ \t]*+\r?$", re.MULTILINE)
_FOREIGN_LINE = re.compile(rb"^[ \t]*+[A-Za-z0-9+/=]*+(?![ \t]*+\r?$)[^\n]", re.MULTILINE)
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_LINE = re.compile(rb"[^\r\n]++")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)


def decode_transfer(encoded: bytes | memoryview, encoding: TransferEncoding) -> bytes:
    """Return the bytes that `encoded` stands for; what cannot be decoded is passed over."""
    match encoding:
        case "identity":
            return bytes(encoded)
        case "base64":
            return _base64(encoded)
        case "quoted-printable":
            return binascii.a2b_qp(encoded)
        case "uuencode":
            return _uuencode(bytes(encoded))


def decode_part(encoded: bytes | memoryview, part: PartRef) -> bytes:
    """Return the bytes of `part`, whose range of the backup is `encoded`.

    Raises:
        PermanentError: The package is shorter than the part says.
    """
    decoded = decode_transfer(encoded, part.encoding)
    if (inside := part.inside) is None:
        return decoded
    if not inside.start <= inside.end <= len(decoded):
        raise PermanentError(
            said(
                "A file of {backup_key} is inside another that is shorter than it was",
                backup_key=part.backup_key,
            )
        )
    return decode_transfer(memoryview(decoded)[inside.start : inside.end], inside.encoding)


def measured(encoded: memoryview, encoding: TransferEncoding) -> tuple[int, str]:
    """Return size and SHA-256 of the bytes that `encoded` stands for.

    Large base64 is decoded piece by piece, so that memory does not hold all of it.
    """
    if encoding == "base64" and len(encoded) > _PIECE_BYTES:
        digest, size = hashlib.sha256(), 0
        try:
            for piece in _base64_pieces(encoded):
                digest.update(piece)
                size += len(piece)
        except binascii.Error:
            # Not as it should be: as a whole what can be read of it is read.
            pass
        else:
            return size, digest.hexdigest()
    decoded = decode_transfer(encoded, encoding)
    return len(decoded), hashlib.sha256(decoded).hexdigest()


def _base64_pieces(encoded: memoryview) -> Iterator[bytes]:
    rest = b""
    for begin in range(0, len(encoded), _PIECE_BYTES):
        piece = rest + bytes(encoded[begin : begin + _PIECE_BYTES]).translate(None, _LINE_ENDS)
        whole = len(piece) // 4 * 4
        rest = piece[whole:]
        yield pybase64.b64decode(piece[:whole], validate=True)
    if rest:
        raise binascii.Error


def _base64(encoded: bytes | memoryview) -> bytes:
    try:
        # Six times as fast as the standard library's: large files are base64 nearly always.
        return pybase64.b64decode(bytes(encoded).translate(None, _BLANKS), validate=True)
    except binascii.Error:
        return b"".join(map(_unpadded, _LETTERS.findall(_without_footer(bytes(encoded)))))


def _without_footer(encoded: bytes) -> bytes:
    """Return the letters of base64 alone: what a mailing list or gateway appended is left out.

    It begins in the first line with other characters behind which no whole line of base64 comes.
    """
    last = 0
    for line in _WHOLE_LINE.finditer(encoded):
        last = line.end()
    foreign = _FOREIGN_LINE.search(encoded, last)
    before = encoded[: foreign.start()] if foreign else encoded
    return (before if before.strip() else encoded).translate(None, _NOT_BASE64)


def _unpadded(letters: bytes) -> bytes:
    """Decode letters without padding; of a torn tail, what is not a whole byte is left out."""
    whole = len(letters) // 4 * 4
    rest = letters[whole:]
    rest = rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""
    return binascii.a2b_base64(letters[:whole] + rest)


def _uuencode(encoded: bytes) -> bytes:
    begin = _UU_BEGIN.search(encoded)
    decoded = bytearray()
    for line in _LINE.finditer(encoded, begin.end() if begin else 0):
        # A line of one character may claim 63 bytes: never more than there can be.
        if line[0].strip() == b"end" or len(decoded) > len(encoded):
            break
        try:
            decoded += binascii.a2b_uu(line[0])
        except binascii.Error:
            continue
    return bytes(decoded)
