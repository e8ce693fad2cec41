"""The content of opaquely signed mail: `smime.p7m` (RFC 8551 section 3.5, RFC 5652). Pure, linear.

Only the content is taken out, nothing is verified: what it says counts for no more than the text
of any other mail. The walk knows the one way to the content and nothing else of ASN.1.
"""

_SEQUENCE, _SET, _OID, _OCTETS, _CHUNKED, _EXPLICIT = 0x30, 0x31, 0x06, 0x04, 0x24, 0xA0
_INTEGER = 0x02
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_INDEFINITE = 0x80
_LONG = 0x7F
_LENGTH_BYTES = 4
_NESTING = 20


def signed_content(message: bytes) -> tuple[bytes, int | None] | None:
    """Return the content of a signed message; None if `message` is none, or encrypted.

    Returns:
        The content, and where it begins in `message` if it is in one piece there.
    """
    try:
        return _content(message)
    except IndexError:
        return None


def _content(message: bytes) -> tuple[bytes, int | None] | None:
    place = _entered(message, 0, _SEQUENCE)
    place = _named(message, place, _SIGNED_DATA)
    place = _entered(message, place, _EXPLICIT)
    place = _entered(message, place, _SEQUENCE)
    place = _passed(message, place, _INTEGER)
    place = _passed(message, place, _SET)
    place = _entered(message, place, _SEQUENCE)
    place = _named(message, place, _DATA)
    place = _entered(message, place, _EXPLICIT)
    tag, begin, length = _head(message, place)
    if tag == _OCTETS and length is not None:
        return message[begin : begin + length], begin
    return (_joined(message, begin, length), None) if tag == _CHUNKED else None


def _joined(message: bytes, place: int, length: int | None) -> bytes:
    """Return the pieces of a value that its writer did not know the length of."""
    end = len(message) if length is None else min(place + length, len(message))
    pieces = []
    while place < end:
        tag, begin, size = _head(message, place)
        if tag != _OCTETS or size is None:
            break
        pieces.append(message[begin : begin + size])
        place = begin + size
    return b"".join(pieces)


def _head(message: bytes, place: int) -> tuple[int, int, int | None]:
    """Return tag, where the value begins, and its length; None where its end is marked instead."""
    first = message[place + 1]
    if first == _INDEFINITE:
        return message[place], place + 2, None
    if first <= _LONG:
        return message[place], place + 2, first
    count = first & _LONG
    if count > _LENGTH_BYTES:
        raise IndexError
    begin = place + 2 + count
    return message[place], begin, int.from_bytes(message[place + 2 : begin], "big")


def _entered(message: bytes, place: int, expected: int) -> int:
    tag, begin, _ = _head(message, place)
    if tag != expected:
        raise IndexError
    return begin


def _named(message: bytes, place: int, identifier: bytes) -> int:
    begin = _entered(message, place, _OID)
    if message[begin : begin + len(identifier)] != identifier:
        raise IndexError
    return begin + len(identifier)


def _passed(message: bytes, place: int, expected: int) -> int:
    """Return what comes behind a value, whose end may be marked."""
    if message[place] != expected:
        raise IndexError
    depth = 0
    while True:
        tag, begin, length = _head(message, place)
        if length is None:
            depth += 1
            place = begin
        else:
            depth -= tag == 0
            place = begin + length
        if depth <= 0:
            return place
        if depth > _NESTING:
            raise IndexError
