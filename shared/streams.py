"""What an open text stream can take."""

import codecs
from typing import TextIO


def is_utf8(stream: TextIO) -> bool:
    """Return whether `stream` takes every character as UTF-8.

    Of JSON this decides what is escaped: what an encoding lacks is written in Python's way
    (`backslashreplace`), which is no JSON.
    """
    try:
        return codecs.lookup(stream.encoding or "").name == "utf-8"
    except LookupError:
        return False
