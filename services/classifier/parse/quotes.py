"""Own text against quoted text: what the sender wrote, without quotes and signature (T-1).

Two finders in a row. First our own separators, for what Czech, German and English programs write
between an answer and what it answers. Then `mail-parser-reply`, for header blocks, signatures and
disclaimers. Its patterns are quadratic, so it sees at most 12 KB, without runs of blank lines and
without long lines; text behind that counts as quoted if a quote began before, else as own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailparser_reply.parser import EmailMessage

from services.classifier.parse import limits
from services.classifier.parse.guard import guarded
from shared.folding import fold_line

_LANGUAGES = ("en", "cs", "de", "da", "es", "fr", "it", "nl", "pl", "sv")
_SEPARATOR = re.compile(
    r"[-_ ]*(?:original message|forwarded message|puvodni zprava|preposlana zprava|"
    r"ursprungliche nachricht|weitergeleitete nachricht|puvodni e-mail|begin forwarded message:"
    r"|zacatek preposlane zpravy:)[-_ ]*"
)
_WROTE = re.compile(
    r"(?:(?:dne|on|am|le|il|el|op)\b|(?:po|ut|st|ct|pa|so|ne)\b\.?,? [0-9]|[0-9]{1,4}[./-] ?[0-9])"
    r".{3,400}"
    r"(?:\bnapsala?(?: ?\(a\))?|\bwrote|\bschrieb\b.{0,200}|\ba ecrit|\bha scritto|\bescribio) ?:"
)
_NAME_FIRST = re.compile(r".{0,200}@\S{3,100}>? ?(?:schrieb am|napsala? dne|wrote on) .{5,100}:")
_WROTE_LINES = 3
_MAYBE_WROTE = re.compile(r"(?:napsal|wrote|schrieb|ecrit|scritto|escribio)")
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n")


@dataclass(frozen=True, slots=True)
class OwnAndQuoted:
    """The two parts of a text; every line is in one of them, in order.

    Attributes:
        own: What the sender wrote, without quotes and signature.
        quoted: Everything else.
    """

    own: str
    quoted: str


def split_quotes(text: str) -> OwnAndQuoted:
    """Tell own text from quoted text. Total; bounded in time."""
    lines = text.split("\n")
    begin = _separator(lines)
    before, behind = lines[:begin], lines[begin:]
    own, rest = _without_signature(before)
    return OwnAndQuoted("\n".join(own).strip(), "\n".join((*rest, *behind)).strip("\n"))


def _separator(lines: Sequence[str]) -> int:
    """Number of the line at which the quoted part begins; behind the last if there is none."""
    searched = 0
    for number, line in enumerate(lines):
        searched += len(line) + 1
        if searched > limits.QUOTE_SEARCH_CHARACTERS:
            break
        if len(line) <= limits.QUOTE_LINE_CHARACTERS and _begins_quote(lines, number):
            return number
    return len(lines)


def _begins_quote(lines: Sequence[str], number: int) -> bool:
    line = fold_line(lines[number]).strip("> *")
    if not line:
        return False
    if _SEPARATOR.fullmatch(line):
        return True
    # The line that says who wrote may be wrapped.
    joined = line
    for following in ("", *lines[number + 1 : number + _WROTE_LINES]):
        joined = f"{joined} {fold_line(following[: limits.QUOTE_LINE_CHARACTERS]).lstrip('> *')}"
        if _MAYBE_WROTE.search(joined) and (
            _WROTE.fullmatch(joined.strip()) or _NAME_FIRST.fullmatch(joined.strip())
        ):
            return True
    return False


def _without_signature(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Own lines, and those that the library takes for quote, signature or disclaimer."""
    short = _searchable(lines)
    defects: list[str] = []
    body = guarded("quotes", lambda: _library("\n".join(short)), None, defects)
    if body is None:
        return list(lines), []
    wanted = (line for line in body.split("\n") if line.strip())
    own, rest = _divided(lines[: len(short)], wanted)
    behind = lines[len(short) :]
    # Text beyond what was searched belongs to whatever was at hand.
    return (own, [*rest, *behind]) if any(rest) else ([*own, *behind], rest)


def _searchable(lines: Sequence[str]) -> list[str]:
    """The first lines as the library may see them: none long, in all at most 12 KB."""
    short: list[str] = []
    size = 0
    for line in lines:
        cut = line.strip()[: limits.QUOTE_LINE_CHARACTERS]
        size += len(cut) + 1
        if size > limits.QUOTE_SEARCH_CHARACTERS:
            break
        short.append(cut)
    return short


def _library(text: str) -> str:
    text = _BLANK_LINES.sub("\n\n", text)
    message = EmailMessage(text=text, languages=list(_LANGUAGES), keep_hyphen_lists=True).read()
    first = message.replies[0]
    # A mail that begins with a header block, as a forwarded one may, has no own text.
    return "" if first.headers else str(first.body)


def _divided(lines: Sequence[str], own_lines: Iterator[str]) -> tuple[list[str], list[str]]:
    """Divide `lines` by the own lines among them, which come in the same order."""
    own: list[str] = []
    rest: list[str] = []
    wanted = next(own_lines, None)
    for line in lines:
        short = line.strip()[: limits.QUOTE_LINE_CHARACTERS]
        if wanted is not None and short == wanted.strip() and not short.startswith(">"):
            own.append(line)
            wanted = next(own_lines, None)
        elif short or not rest:
            (rest if short else own).append(line)
        else:
            rest.append(line)
    return own, rest
