"""Address lists (RFC 5322 section 3.4), read in one pass from left to right. Total and linear.

The standard library's reader recurses and differs between Python releases. The rule that matters
most here: what stands in angle brackets is the address, whatever the name before it looks like.
"""

import re
from collections.abc import Iterator

from services.classifier.parse.charsets import clean_line
from services.classifier.parse.headers import decode_words
from services.classifier.parsed_mail import Address

# Everything matches where it is tried, and never gives back: linear for any input.
_WORD = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|<[^<>]*+>|[(),;:<>]|[^"(),;:<>]++', re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ROUTE = re.compile(r"^@[^:]*:")


def read_addresses(value: str, limit: int, defects: list[str]) -> list[Address]:
    """Up to `limit` addresses of a raw field value, in order; groups give their members."""
    addresses: list[Address] = []
    for mailbox in _mailboxes(value):
        address = _address(mailbox, defects)
        if address is None:
            continue
        if len(addresses) == limit:
            defects.append("recipients beyond the limit")
            break
        addresses.append(address)
    return addresses


def _words(value: str) -> list[str]:
    """Quoted strings, bracketed addresses, separators, and what stands between them."""
    words = _WORD.findall(value)
    if words and words[-1].startswith('"') and not _QUOTED.fullmatch(words[-1]):
        # A quote that nothing closes is no quote: what follows it counts.
        words[-1:] = _WORD.findall(words[-1].replace('"', ""))
    return words


def _mailboxes(value: str) -> Iterator[list[str]]:
    """Words between the separators, without comments and group names."""
    words: list[str] = []
    depth = 0
    bracketed = False
    for word in _words(value):
        if word == "(":
            depth += 1
        elif word == ")":
            depth = max(depth - 1, 0)
        elif depth:
            continue
        elif word in (",", ";"):
            yield words
            words, bracketed = [], False
        elif word == ":" and not bracketed:
            # What came before was a group's name.
            words = []
        else:
            bracketed = bracketed or word.startswith("<")
            words.append(word)
    yield words


def _address(words: list[str], defects: list[str]) -> Address | None:
    bracketed = [word for word in words if word.startswith("<") and word.endswith(">")]
    if bracketed:
        # With several, the last is the address: the others were part of the name.
        name = "".join(word for word in words if word is not bracketed[-1])
        return Address(_bare(bracketed[-1][1:-1]), _name(name, defects))
    text = "".join(words).strip()
    if not text:
        return None
    if text.startswith("<"):
        # The closing bracket was forgotten.
        return Address(_bare(text[1:]))
    return Address(_bare(text))


def _bare(text: str) -> str:
    """The address alone: without blanks around it, route and bidi marks; in lower case."""
    text = clean_line(text)
    if text.startswith("@"):
        text = _ROUTE.sub("", text)
    if '"' not in text:
        text = text.replace(" ", "") if " " in text and text.count("@") == 1 else text
    return text.lower().removeprefix("mailto:")


def _name(text: str, defects: list[str]) -> str:
    text = text.strip()
    if text.startswith('"') and text.endswith('"'):
        text = _ESCAPED.sub(r"\1", text[1:-1])
    return clean_line(decode_words(text, defects) if "=?" in text else text)
