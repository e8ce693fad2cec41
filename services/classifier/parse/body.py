"""Sorts the leaves of a mail: what is its readable text, and what are files (A-3, A-4)."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.classifier.parse import limits
from services.classifier.parse.file_names import given_name, safe_name, unique_names
from services.classifier.parse.headers import decode_field, read_headers
from services.classifier.parse.leaf import Leaf
from services.classifier.parse.letter import is_another_form, letter_of
from services.classifier.parse.readable import Readable, chosen_texts, read_part, shown_page
from services.classifier.parse.scanner import Part
from services.classifier.parse.transfer import transfer_encoding
from shared.backup.parts import measured
from shared.contracts.content import PartRef

_BODY = re.compile(rb"\r?\n\r?\n")
_SUBJECT_WITHIN = 16 * 1024
_SUBJECT_CHARACTERS = 100
_NO_PATH = str.maketrans("/\\", "__")
_OPAQUE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Body:
    """What the leaves hold.

    Attributes:
        text: All readable text.
        text_is_html: Some of it comes from HTML.
        html: The HTML, decoded and within its bounds, or None.
        attachments: The files.
        sha256: Digest of all leaves as decoded: another path of the same mail may have changed
            line ends, boundaries or transfer encodings.
    """

    text: str
    text_is_html: bool
    html: str | None
    attachments: tuple[PartRef, ...]
    sha256: str


def read_body(
    leaves: Sequence[Leaf], backup_key: str, hint: str | None, defects: list[str]
) -> Body:
    """Read every leaf once; `hint` is a charset that one of them declares."""
    readable: list[Readable] = []
    files: list[PartRef] = []
    inline: set[str] = set()
    digest = hashlib.sha256()
    letter = letter_of([leaf.part for leaf in leaves], defects)
    to_read = {id(part) for part in letter}
    for leaf in leaves:
        part = leaf.part
        if id(part) in to_read:
            readable.append(read_part(leaf.source, part, hint, defects))
            digest.update(readable[-1].sha256.encode())
        elif leaf.offset is not None and (
            part.end > part.start or given_name(part.headers, defects)
        ):
            file = _file(leaf, backup_key, defects)
            if leaf.package is None:
                # What is inside a package has changed if the package has.
                digest.update(file.sha256.encode())
            if not (is_another_form(part, letter, defects) or _repeats(part, file, inline)):
                files.append(file)
    html = shown_page(readable, defects)
    chosen = list(chosen_texts(readable, defects))
    text = "\n\n".join(text for text, _ in chosen if text)
    if len(text) > limits.TEXT_CHARACTERS:
        defects.append("text beyond the limit")
        text = text[: limits.TEXT_CHARACTERS]
    is_html = any(is_html for _, is_html in chosen)
    return Body(text, is_html, html, _distinct(files), digest.hexdigest())


def _name(raw: bytes, part: Part, defects: list[str]) -> str | None:
    """Return the name given; for an attached mail without one its subject, as programs show it."""
    name = given_name(part.headers, defects)
    if name or part.content_type != "message/rfc822" or not _is_plain(part):
        return name
    section = raw[part.start : min(part.end, part.start + _SUBJECT_WITHIN)]
    subject = read_headers(_BODY.split(section, maxsplit=1)[0], []).first("subject")
    # A path separator in a subject separates no path.
    words = decode_field(subject or b"", []).translate(_NO_PATH)
    return f"{words[:_SUBJECT_CHARACTERS].strip()}.eml" if words.strip() else None


def _is_plain(part: Part) -> bool:
    return transfer_encoding(part.headers) == "identity"


def _file(leaf: Leaf, backup_key: str, defects: list[str]) -> PartRef:
    part, outer = leaf.part, leaf.package or leaf.part
    # A view: the bytes of a large file are not copied before they are decoded.
    encoded = memoryview(leaf.source)[part.start : part.end]
    size, sha256 = measured(encoded, transfer_encoding(part.headers))
    return PartRef(
        backup_key=backup_key,
        start=outer.start,
        end=outer.end,
        encoding=transfer_encoding(outer.headers),
        name=safe_name(leaf.name or _name(leaf.source, part, defects), part.content_type),
        content_type=part.content_type,
        size=size,
        sha256=sha256,
        inside=leaf.inside,
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
    """Return files under distinct names."""
    names = unique_names(file.name for file in files)
    return tuple(
        file if file.name == name else file.model_copy(update={"name": name})
        for file, name in zip(files, names, strict=True)
    )
