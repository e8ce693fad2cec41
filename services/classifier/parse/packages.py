"""Parts that hold other parts in a form of their own: what is inside is read, too (A-4).

A file inside is a range of the bytes that the outer part decodes to, so that it can be stored
without being parsed again. The outer part itself stays a file as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.classifier.parse import limits
from services.classifier.parse.file_names import given_name
from services.classifier.parse.headers import Headers
from services.classifier.parse.scanner import Part, scan_mail
from services.classifier.parse.signed import signed_content
from services.classifier.parse.tnef import PackedFile, packed_files
from services.classifier.parse.transfer import transfer_encoding
from services.classifier.parse.wrapped import unwrapped
from shared.backup.parts import decode_transfer
from shared.contracts.content import Inside

_SIGNED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_OPAQUE = "application/octet-stream"
_BYTES_DECODED = 256 * 1024 * 1024
"""Whoever stores a file inside decodes the package again: so many bytes of a mail at most."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part, and where its bytes are.

    Attributes:
        source: The bytes that it is a range of.
        part: What its header says.
        package: The part of the mail whose decoded bytes `source` is a piece of; None for a part
            of the mail itself.
        offset: Where that piece begins; None if it is none, so that no file can be stored of it.
        name: What the package calls it.
    """

    source: bytes
    part: Part
    package: Part | None = None
    offset: int | None = 0
    name: str = ""

    @property
    def inside(self) -> Inside | None:
        """The place in the package."""
        if self.package is None or self.offset is None:
            return None
        encoding = transfer_encoding(self.part.headers)
        start, end = self.offset + self.part.start, self.offset + self.part.end
        return Inside(start=start, end=end, encoding=encoding)


def opened(raw: bytes, part: Part, number: int, defects: list[str]) -> Iterator[Leaf]:
    """Yield what is inside the part with this `number`, if it is a package; not the part itself."""
    if inner := unwrapped(raw, part, defects):
        source, parts = inner
        yield from (Leaf(source, one, part, None) for one in _renumbered(parts, number))
    elif part.content_type in _SIGNED or _is_called(part, ".p7m"):
        yield from _of_signed(_decoded(raw, part), part, number, defects)
    elif part.content_type in _TNEF or _is_called(part, "winmail.dat"):
        package = _decoded(raw, part)
        files = packed_files(package)
        most = max(_BYTES_DECODED // (len(package) + 1), 1)
        yield from (_packed(package, part, file) for file in files[:most])


def _of_signed(message: bytes, part: Part, number: int, defects: list[str]) -> Iterator[Leaf]:
    found = signed_content(message)
    if found is None:
        return
    content, offset = found
    scan = scan_mail(content)
    if scan.headers.first("content-type") is None:
        # A signed file, not a signed mail.
        return
    defects.append("a signed mail, whose signature nobody has verified")
    defects += scan.defects
    most = max(_BYTES_DECODED // (len(message) + 1), 1)
    for place, one in enumerate(_renumbered(scan.leaves, number)):
        yield Leaf(content, one, part, offset if place < most else None)


def _packed(package: bytes, part: Part, file: PackedFile) -> Leaf:
    leaf = Part(Headers(()), _OPAQUE, file.start, file.end)
    return Leaf(package, leaf, part, 0, file.name)


def _renumbered(parts: list[Part], number: int) -> list[Part]:
    """Alternatives of a package are none of the mail's."""
    for one in parts:
        if one.alternative is not None:
            one.alternative = -(number * limits.PARTS + one.alternative)
    return parts


def _decoded(raw: bytes, part: Part) -> bytes:
    return decode_transfer(memoryview(raw)[part.start : part.end], transfer_encoding(part.headers))


def _is_called(part: Part, ending: str) -> bool:
    if part.content_type != _OPAQUE:
        return False
    return (given_name(part.headers, []) or "").lower().endswith(ending)
