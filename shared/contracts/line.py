"""One printable line: what arrives by message ends up in logs, headers and on terminals. Pure."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

_UNSAFE = {"Cc", "Zl", "Zp", "Cs"}
"""Controls with ESC and line feed, separators of lines and paragraphs, halves of characters."""

_BIDIRECTIONAL = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""They reorder what a person reads."""

_REPLACEMENT = "\ufffd"


def one_line(text: str) -> str:
    """Return `text` as one line: white space is a blank, what cannot be shown is U+FFFD."""
    if text.isprintable():
        return text
    return "".join(_shown(each) for each in text)


def _shown(character: str) -> str:
    if character in _BIDIRECTIONAL or unicodedata.category(character) in _UNSAFE:
        return " " if character.isspace() else _REPLACEMENT
    return character


Line = Annotated[str, AfterValidator(one_line)]
"""A text that is made one line when it is read or made."""
