"""Ids of events: opaque, case-sensitive, in a form that survives a move and one that does not.

Of two events made one after the other the ids differ in case alone.
"""

import base64
import binascii
from datetime import date
from string import ascii_uppercase

_LETTERS = 6
_BASE = len(ascii_uppercase)
_ANCHOR = "AAAAAR"


def stem(mailbox: str, number: int) -> str:
    """Return the part of an id that an event of a mailbox keeps for ever."""
    rest, letters = divmod(number, 2)[0], ""
    for _ in range(_LETTERS):
        rest, place = divmod(rest, _BASE)
        letters = ascii_uppercase[place] + letters
    code = letters.lower() if number % 2 else letters
    return f"{mailbox.replace('-', '')}{_ANCHOR}{code}"


def immutable(whose: str) -> str:
    """Return the id that survives a move to another calendar."""
    return f"AAkALgAA{whose}="


def mutable(whose: str, moves: int) -> str:
    """Return the id that lasts until the next move."""
    return f"AAMkADA{ascii_uppercase[moves % _BASE]}{whose}="


def occurrence(master: str, day: date) -> str:
    """Return the id of an occurrence: its series and its date, so a moved one has another."""
    return f"{master[:-1]}_{base64.urlsafe_b64encode(day.isoformat().encode()).decode()}"


def parts(name: str) -> tuple[str, date | None]:
    """Return the id of an event or series, and the date if an occurrence is meant."""
    master, found, day = name.rpartition("_")
    if not found:
        return name, None
    try:
        return f"{master}=", date.fromisoformat(base64.urlsafe_b64decode(day).decode("ascii"))
    except (binascii.Error, ValueError):
        return name, None
