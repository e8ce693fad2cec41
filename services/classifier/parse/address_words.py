"""The words of an address list: quoted strings, brackets, separators and what stands between.

One pass from left to right. Marks come in pairs: a quote, a parenthesis or a bracket that has no
partner is passed over like a blank, because everybody forgets one now and then.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple


class Kind(Enum):
    """What a word is."""

    TEXT = auto()
    QUOTED = auto()
    ENCODED = auto()
    BRACKET = auto()
    SEPARATOR = auto()
    GROUP = auto()


class AddressWord(NamedTuple):
    """A word; of a bracket the text is what stands inside."""

    kind: Kind
    text: str


ENCODED_WORD = r"=\?[^?\s]{1,90}+\?[bBqQ]\?(?>(?:[^?=]|\?(?!=)|=(?!\?(?!=)))*)\?="
# Everything matches where it is tried, and never gives back: linear for any input.
_WORD = re.compile(
    rf"""(?P<quoted>"(?>(?:[^"\\]|\\.)*)")
      | (?P<encoded>{ENCODED_WORD})
      | <(?P<closed>[^<>]*+)>
      | <(?P<open>[^<>,;]*+)
      | (?P<mark>[(),;:"<>])
      | (?P<text>(?>(?:\\.|\[[^\[\]<>"]*+\]|[^"(),;:<>=\[]|=(?!\?)|\[)+)|=)
    """,
    re.DOTALL | re.VERBOSE,
)
_PARENTHESIS = re.compile(r'"(?>(?:[^"\\]|\\.)*)"|\\.|[()]', re.DOTALL)


def address_words(value: str) -> Iterator[AddressWord]:
    """Yield the words of a field value, without comments. Total."""
    text = ""
    for kind, word, behind in _pieces(value):
        if kind is Kind.TEXT:
            text += word
        elif kind is Kind.QUOTED and behind == "@":
            # A local part in quotes.
            text += word
        elif kind is Kind.GROUP and "@" in text:
            # No group is called so: the colon belongs to what was forgotten or made up.
            text += " "
        else:
            if text.strip():
                yield AddressWord(Kind.TEXT, text)
            text = ""
            yield AddressWord(kind, word)
    if text.strip():
        yield AddressWord(Kind.TEXT, text)


def _pieces(value: str) -> Iterator[tuple[Kind, str, str]]:
    """Kind and text of each match, and the character behind it; comments are blanks."""
    comments = _comments(value)
    position = 0
    while found := _WORD.match(value, position):
        position = comments.get(found.start(), found.end())
        behind = value[position : position + 1]
        if position != found.end():
            yield Kind.TEXT, " ", behind
        elif found["quoted"] and behind.isalnum():
            # What seems to close a string rather opens one: the first quote has no partner.
            position = found.start() + 1
            yield Kind.TEXT, " ", ""
        else:
            kind = _kind(found)
            is_mark = kind is Kind.TEXT and found["text"] is None
            yield kind, " " if is_mark else _inside(found), behind


def _kind(found: re.Match[str]) -> Kind:
    """Return the kind of a mark; one without a partner is text, which is as good as a blank."""
    if found["quoted"] is not None:
        return Kind.QUOTED
    if found["encoded"] is not None:
        return Kind.ENCODED
    if found["closed"] is not None or found["open"]:
        return Kind.BRACKET
    if found["mark"] in (",", ";"):
        return Kind.SEPARATOR
    return Kind.GROUP if found["mark"] == ":" else Kind.TEXT


def _inside(found: re.Match[str]) -> str:
    closed = found["closed"]
    return closed if closed is not None else found["open"] or found[0]


def _comments(value: str) -> dict[int, int]:
    """Where each outermost comment begins and ends; of parentheses only pairs are comments."""
    if "(" not in value:
        return {}
    opened: list[int] = []
    ends: dict[int, int] = {}
    for mark in _PARENTHESIS.finditer(value):
        if mark[0] == "(":
            opened.append(mark.start())
        elif mark[0] == ")" and opened:
            ends[opened.pop()] = mark.end()
    return ends
