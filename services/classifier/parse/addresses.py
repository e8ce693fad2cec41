"""Address lists (RFC 5322 section 3.4) as people and programs write them. Total and linear.

The standard library's reader recurses and differs between Python releases. The rules that matter
most here: only what has an at sign is an address; what stands in angle brackets is the address,
whatever the name before it looks like; and a mark that nothing closes is no mark. So a display
name's punctuation never makes an address, and never swallows one (behaviour R-b).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.classifier.parse.address_words import AddressWord, Kind, address_words
from services.classifier.parse.charsets import clean_line
from services.classifier.parse.headers import decode_words
from services.classifier.parse.parsed_mail import Address
from services.classifier.parse.plain_addresses import plain_addresses
from shared.domain.addresses import comparable

_AROUND = (
    " \t\r\n\\\"'`,;:()<>{}"
    "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a"
    "\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff\u061c\u180e"
)
"""Never at either end of an address: blanks, quotes, brackets, separators, invisible marks."""

_NAME_WORDS = 100
"""Words of a display name that are kept."""

_ROUTE = re.compile(r"\s*@[^:]*:")
_COMMENT = re.compile(r"\([^()]*\)")
_SCHEME = "mailto:"
_QUOTED_LOCAL = re.compile(r'(?>(?:[^"\\]|\\.)*)("(?>(?:[^"\\]|\\.)*)"@[^\s@]+)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(slots=True)
class _Mailbox:
    """What stands between two separators.

    Attributes:
        bracketed: Addresses in angle brackets.
        bare: Addresses that stand free.
        name: Everything else.
        odd: A bare address came behind a bracketed one, or one in a group's name.
    """

    bracketed: list[Address] = field(default_factory=list)
    bare: list[Address] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    odd: bool = False


def read_addresses(value: str, limit: int, defects: list[str]) -> list[Address]:
    """Read up to `limit` addresses of a raw field, in order; groups give their members.

    Where nothing else in the field is an address, one in quotes or in encoded words is (odd).
    """
    addresses: list[Address] = []
    for address in _addresses(value, defects):
        if len(addresses) == limit:
            defects.append("recipients beyond the limit")
            break
        addresses.append(address)
    return addresses


def _addresses(value: str, defects: list[str]) -> Iterator[Address]:
    if "@" not in value and "=?" not in value:
        return
    if plain := plain_addresses(value):
        for name, email in plain:
            yield Address(email.lower(), _name([name], defects) if name else "")
        return
    words = list(address_words(value))
    found = False
    for address in _listed(words, defects):
        found = True
        yield address
    if not found and (hidden := _hidden(words, defects)):
        for address in _listed(address_words(hidden), defects):
            yield replace(address, odd=True)


def _hidden(words: Iterable[AddressWord], defects: list[str]) -> str:
    """Decode the field's encoded words and open its quoted strings, if that may help."""
    opened = " ".join(word.text for word in words)
    if "=?" in opened:
        opened = decode_words(opened, defects)
    return opened.replace('"', " ") if "@" in opened else ""


def _listed(words: Iterable[AddressWord], defects: list[str]) -> Iterator[Address]:
    """Yield the addresses of a list; a name that a comma cuts belongs to the bracket behind it."""
    name: list[str] = []
    for mailbox in _mailboxes(words):
        if mailbox.bracketed:
            yield from _of_brackets(mailbox, _name([*name, *mailbox.name], defects))
        else:
            yield from (replace(one, odd=True) if mailbox.odd else one for one in mailbox.bare)
        cut = not (mailbox.bracketed or mailbox.bare)
        name = [*name, *mailbox.name][:_NAME_WORDS] if cut else []


def _of_brackets(mailbox: _Mailbox, name: str) -> Iterator[Address]:
    """Yield the last bracket; what else has an at sign beside it is not what a reader expects."""
    *others, last = mailbox.bracketed
    odd = last.odd or mailbox.odd or any(one.email != last.email for one in others)
    yield Address(last.email, name, odd=odd)


def _mailboxes(words: Iterable[AddressWord]) -> Iterator[_Mailbox]:
    mailbox = _Mailbox()
    for word in words:
        if word.kind is Kind.SEPARATOR:
            yield mailbox
            mailbox = _Mailbox()
        elif word.kind is Kind.BRACKET:
            _add_bracket(mailbox, word.text)
        elif word.kind is Kind.TEXT and "@" in word.text:
            found = _bare(word.text)
            mailbox.bare += found
            mailbox.odd = mailbox.odd or bool(found and mailbox.bracketed)
            mailbox.name.append(word.text)
        elif word.kind is Kind.GROUP:
            # What came before was a group's name, or a scheme.
            mailbox.odd = any("@" in one for one in mailbox.name)
            mailbox.name.clear()
        else:
            mailbox.name.append(word.text)
    yield mailbox


def _add_bracket(mailbox: _Mailbox, text: str) -> None:
    found = _bare(text) if "@" in text else []
    if len(found) > 1:
        # Several in one pair of brackets are several.
        mailbox.bare += found
    elif found:
        mailbox.bracketed += found
    else:
        mailbox.name.append(text)


def _bare(text: str) -> list[Address]:
    """Return the addresses in a text without separators: each word with an at sign inside."""
    text = _COMMENT.sub(" ", text)
    route = _ROUTE.match(text)
    text = text[route.end() :] if route else text
    odd = route is not None
    if quoted := _QUOTED_LOCAL.match(text):
        return [_address(quoted[1], odd=odd)]
    found = _with_at_sign(text)
    if not found:
        # Blanks around the at sign, as nobody but old programs writes them.
        found, odd = _with_at_sign("@".join(map(str.strip, text.split("@")))), True
    addresses = (_address(word, odd=odd) for word in found)
    # A control character may be all that stood on one side of the at sign.
    return [one for one in addresses if "@" in one.email[1:-1]]


def _with_at_sign(text: str) -> list[str]:
    return [word for word in text.split() if "@" in word.strip(_AROUND + "@")]


def _address(word: str, *, odd: bool) -> Address:
    """Return one address in lower case; odd if more than marks around it had to be taken away."""
    text = word if word.startswith('"') else _stripped(word)
    cleaned = clean_line(text)
    email = comparable(cleaned)
    return Address(email, odd=odd or cleaned != text or _folds(cleaned, email))


def _folds(written: str, email: str) -> bool:
    """Return whether letters such as the Kelvin sign became others, of somebody else's address."""
    local, _, domain = written.rpartition("@")
    letters = (unicodedata.normalize("NFC", letter).lower() for letter in local if letter > "\x7f")
    if any(map(str.isascii, letters)):
        return True
    return not domain.isascii() and "xn--" not in email


def _stripped(word: str) -> str:
    """Without the marks around an address; brackets belong to one only behind the at sign."""
    text = word.strip(_AROUND)
    text = text if "@[" in text else text.strip("[]" + _AROUND)
    if text.lower().startswith(_SCHEME):
        text = text[len(_SCHEME) :].lstrip(_AROUND)
    return text.rstrip(".")


def _name(words: Sequence[str], defects: list[str]) -> str:
    text = " ".join(" ".join(words).split())
    if text.startswith('"') and text.endswith('"'):
        text = _ESCAPED.sub(r"\1", text[1:-1])
    return clean_line(decode_words(text, defects) if "=?" in text else text)
