"""Patterns with `*`, as `Message-ID: *@erp.firma.cz`, matched in linear time. Pure."""

from dataclasses import dataclass

from shared.domain.folding import fold_line


@dataclass(frozen=True, slots=True)
class FieldPattern:
    """A header field and what its value looks like.

    Attributes:
        name: Of the field, in lower case.
        pattern: Folded; `*` stands for anything.
    """

    name: str
    pattern: str


def field_pattern(text: str) -> FieldPattern:
    """Read `Field: pattern`; a pattern alone is that of the Message-ID."""
    name, colon, pattern = text.partition(":")
    if not colon:
        name, pattern = "message-id", text
    return FieldPattern(name.strip().lower(), fold_line(pattern))


def matches(pattern: str, text: str) -> bool:
    """Return whether `text` as a whole fits `pattern`; both are folded."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(first) or not text.endswith(rest[-1]):
        return False
    position, end = len(first), len(text) - len(rest[-1])
    for piece in rest[:-1]:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return position <= end
