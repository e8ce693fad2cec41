"""Who wrote a mail that somebody has forwarded: below its separator, or attached (R-11). Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from services.classifier.parse import limits
from services.classifier.parse.addresses import read_addresses
from services.classifier.parse.leaf import Leaf
from services.classifier.parse.quote_blocks import begins_block, is_field, sender_field
from services.classifier.parse.returned import header_of, returned_of

_MOST = 5
"""Forwarded so often: from colleague to colleague."""


def attached_senders(leaves: Iterable[Leaf]) -> tuple[str, ...]:
    """Return senders of the first attached mails, in order."""
    attached = (leaf for leaf in leaves if leaf.part.content_type == "message/rfc822")
    headers = map(header_of, islice(attached, _MOST))
    return tuple(sender for one in headers if (sender := returned_of(one).sender))


def forwarded_senders(text: str) -> tuple[str, ...]:
    """Return senders of the header blocks in `text`, the outermost first.

    A block that names no address ends the search: nobody knows whose mail comes below it.
    """
    lines = text[: limits.QUOTE_SEARCH_CHARACTERS].split("\n")
    found: list[str] = []
    for sender in islice(_senders(lines), _MOST):
        if not sender:
            break
        found.append(sender)
    return tuple(dict.fromkeys(found))


def _senders(lines: Sequence[str]) -> Iterator[str]:
    """Yield the sender's address of each block; empty where it names none."""
    number = 0
    while number < len(lines):
        if not begins_block(lines, number):
            number += 1
            continue
        place = sender_field(lines, number)
        if place is None:
            number += 1
            continue
        number, value = place
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if "@" not in value and not is_field(below):
            # A long name, and its address in the next line.
            value = f"{value} {below.strip('> *')}"
        addresses = read_addresses(value.replace("[", "<").replace("]", ">"), 1, [])
        yield addresses[0].email if addresses else ""
        number += 1
