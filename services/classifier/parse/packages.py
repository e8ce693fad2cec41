"""Parts that hold other parts in a form of their own: what is inside is read, too (A-4).

A file inside is a range of the bytes that the outer part decodes to, so that it can be stored
without being parsed again. The outer part itself stays a file as it is.
"""

from collections.abc import Iterable, Iterator

from services.classifier.parse import limits
from services.classifier.parse.file_names import given_name
from services.classifier.parse.headers import Headers
from services.classifier.parse.leaf import Leaf
from services.classifier.parse.scanner import Part, scan_mail
from services.classifier.parse.signed import signed_content
from services.classifier.parse.tnef import PackedFile, packed_files
from services.classifier.parse.transfer import transfer_encoding
from services.classifier.parse.wrapped import unwrapped
from shared.backup.parts import decode_transfer

_SIGNED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_OPAQUE = "application/octet-stream"
_BYTES_DECODED = 256 * 1024 * 1024
"""Whoever stores a file inside decodes the package again: so many bytes of a mail at most."""


def opened(raw: bytes, part: Part, number: int, defects: list[str]) -> Iterator[Leaf]:
    """Yield what is inside the part with this `number`, if it is a package; not the part itself."""
    if inner := unwrapped(raw, part, defects):
        source, parts = inner
        yield from _inside(source, _renumbered(parts, number), part, 0)
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
    yield from _inside(content, _renumbered(scan.leaves, number), part, offset)


def _inside(
    content: bytes, parts: Iterable[Part], package: Part, offset: int | None
) -> Iterator[Leaf]:
    """Yield `parts` of `content`; those are files that cost little to decode all together."""
    most = max(_BYTES_DECODED // (package.end - package.start + 1), 1)
    for place, one in enumerate(parts):
        yield Leaf(content, one, package, offset if place < most else None)


def _packed(package: bytes, part: Part, file: PackedFile) -> Leaf:
    leaf = Part(Headers(()), _OPAQUE, file.start, file.end)
    return Leaf(package, leaf, part, 0, file.name)


def _renumbered(parts: list[Part], number: int) -> list[Part]:
    """Give alternatives of a package new numbers: they are none of the mail's."""
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
