"""Text of outsiders on a terminal: shown, and never obeyed (behaviour H-7). Pure.

File names, names of a mail server's messages and reasons may hold anything.
"""

import re

_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What moves the cursor, changes colours or turns the direction of writing, in one byte or more."""

_STYLE = re.compile(r"(\x1b\[[0-9;]*m)")
_SHOWN = "\ufffd"


def visible(text: str) -> str:
    """Return `text` with a mark for each character that would do something; lines and tabs stay."""
    return _COMMANDS.sub(_SHOWN, text)


def visible_with_styles(text: str) -> str:
    """Return the same for text that was written with styles of our own, which stay."""
    if "\x1b" not in text:
        return visible(text)
    pieces = _STYLE.split(text)
    return "".join(one if _STYLE.fullmatch(one) else visible(one) for one in pieces)


def visible_json(line: str) -> str:
    """Return a line of JSON in which such characters are escaped, so that it says the same."""
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
