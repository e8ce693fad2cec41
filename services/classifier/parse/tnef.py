"""Files inside `winmail.dat` (MS-OXTNEF): each is a range of its bytes. Pure, linear.

Outlook packs a mail so for receivers that it takes for its own kind. Only the walk over attributes
is known here, not their hundreds of meanings; what is inside an embedded mail stays closed.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from services.classifier.parse.charsets import decode_text

_SIGNATURE = b"\x78\x9f\x3e\x22"
_FIRST = 6
_ATTRIBUTE = struct.Struct("<BHHI")
_CHECKSUM_BYTES = 2
_RENDERING, _TITLE, _DATA, _PROPERTIES, _CODE_PAGE = 0x9002, 0x8010, 0x800F, 0x9005, 0x9007
_MOST = 200
_NAME_CHARACTERS = 255
_LONG_NAME = re.compile(rb"([\x1e\x1f])\x00\x07\x37\x01\x00\x00\x00(.{4})", re.DOTALL)
"""PR_ATTACH_LONG_FILENAME in one of its two types, and the bytes that its value has."""

_UNICODE = b"\x1f"
_DEFAULT = "cp1250"


@dataclass(slots=True)
class PackedFile:
    """A file in the package.

    Attributes:
        name: As its sender called it; empty if the package does not say.
        start, end: Its bytes.
    """

    name: str = ""
    start: int = 0
    end: int = 0


def packed_files(package: bytes) -> list[PackedFile]:
    """Return the files inside a package, in order; of a torn one those that are whole."""
    if not package.startswith(_SIGNATURE):
        return []
    files: list[PackedFile] = []
    codec = _DEFAULT
    for attribute, start, end in _attributes(package):
        if attribute == _CODE_PAGE:
            codec = f"cp{int.from_bytes(package[start : start + 4], 'little')}"
        elif attribute == _RENDERING:
            files.append(PackedFile())
        elif files:
            _note(files[-1], attribute, package, start, end, codec)
    return [one for one in files if one.end > one.start][:_MOST]


def _note(  # noqa: PLR0913, PLR0917 - an attribute is a number and a place
    file: PackedFile, attribute: int, package: bytes, start: int, end: int, codec: str
) -> None:
    if attribute == _DATA:
        file.start, file.end = start, end
    elif attribute == _TITLE and not file.name:
        file.name = _text(package[start:end], codec)
    elif attribute == _PROPERTIES:
        file.name = _long_name(package, start, end, codec) or file.name


def _attributes(package: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield number and place of each attribute that is whole."""
    place = _FIRST
    while place + _ATTRIBUTE.size <= len(package):
        _, attribute, _, length = _ATTRIBUTE.unpack_from(package, place)
        start = place + _ATTRIBUTE.size
        place = start + length + _CHECKSUM_BYTES
        if place > len(package):
            return
        yield attribute, start, start + length


def _long_name(package: bytes, start: int, end: int, codec: str) -> str:
    found = _LONG_NAME.search(package, start, end)
    if found is None:
        return ""
    size = min(int.from_bytes(found[2], "little"), 2 * _NAME_CHARACTERS, end - found.end())
    value = package[found.end() : found.end() + size]
    return _text(value, "utf-16-le" if found[1] == _UNICODE else codec)


def _text(value: bytes, codec: str) -> str:
    return decode_text(value[: 2 * _NAME_CHARACTERS], codec, []).partition("\0")[0]
