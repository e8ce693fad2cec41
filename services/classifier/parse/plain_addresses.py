"""Address lists as nearly all programs write them, read by one pattern. Pure, linear.

Names without marks, in quotes or in encoded words, then an address of ASCII letters in brackets, or
one alone; commas between. Whatever else is in a field, the whole field is for `addresses.py`.
"""

import re

from services.classifier.parse.address_words import ENCODED_WORD

_NAME = rf'"[^"\\]*+"|[^"(),;:<>=\[\]\\@]++|{ENCODED_WORD}(?>(?:[ \t]++{ENCODED_WORD})*)'
_ADDRESS = r"[A-Za-z0-9_+.-]++@[A-Za-z0-9-]++(?>(?:\.[A-Za-z0-9-]++)*)"
_MAILBOX = re.compile(
    rf"[ \t]*+(?:(?>(?:(?P<name>{_NAME})[ \t]*+)?)<(?P<closed>{_ADDRESS})>|(?P<bare>{_ADDRESS}))"
    r"[ \t]*+(?:(?P<more>,)|\Z)"
)


def plain_addresses(value: str) -> list[tuple[str, str]] | None:
    """Return name and address of each mailbox, as written; None if one is not plain."""
    if "(" in value:
        return None
    found: list[tuple[str, str]] = []
    position = 0
    while mailbox := _MAILBOX.match(value, position):
        found.append(((mailbox["name"] or "").strip(), mailbox["closed"] or mailbox["bare"]))
        if not mailbox["more"]:
            return found
        position = mailbox.end()
    return None
