"""Own text against quoted text: what the sender wrote, without quotes and signature (T-1).

Two finders in a row. First our own: lines with a quote mark, the separators and header blocks that
mail programs put between an answer and what it answers. An answer below a marked quote, or between
two, is own text; behind any other separator everything is quoted. Then `mail-parser-reply`, on what
is left, for signatures, disclaimers and rarer languages. Its patterns are quadratic, so it sees at
most 10 KB, without runs of blank lines and without long lines; text behind that counts as quoted if
a quote or signature began before, else as own.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from mailparser_reply.parser import EmailMessage

from services.classifier.parse import limits
from services.classifier.parse.armour import behind_armour
from services.classifier.parse.guard import guarded
from services.classifier.parse.quote_blocks import (
    is_block,
    is_field,
    is_list_footer,
    is_rule,
    is_separator,
    next_line,
)
from services.classifier.parse.quote_headers import header_end, is_marked
from services.classifier.parse.quote_words import SENT_FROM
from services.classifier.parse.signatures import without_signature
from shared.domain.folding import fold_line

_LANGUAGES = ("en", "cs", "de", "da", "es", "fr", "it", "nl", "pl", "sv")
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n")


class OwnAndQuoted(NamedTuple):
    """The two parts of a text; every line is in one of them, in order.

    Attributes:
        own: What the sender wrote, without quotes and signature.
        quoted: Everything else.
    """

    own: str
    quoted: str


def split_quotes(text: str) -> OwnAndQuoted:
    """Tell own text from quoted text. Total; bounded in time and memory."""
    lines = text.split("\n")
    # A text may be nothing but line ends: a number of its own for each would be the largest thing.
    candidates = array("I", _unquoted(lines))
    is_own = bytearray(len(lines))
    own_numbers = [candidates[one] for one in _without_signature([lines[n] for n in candidates])]
    kept = without_signature([lines[number] for number in own_numbers])
    for number in own_numbers[: len(kept)]:
        is_own[number] = True
    last = next((number for number in reversed(candidates) if lines[number].strip()), None)
    if last is not None and _is_sent_from(lines[last]):
        is_own[last] = False
    own = [line for line, mine in zip(lines, is_own, strict=True) if mine]
    quoted = [line for line, mine in zip(lines, is_own, strict=True) if not mine]
    return OwnAndQuoted("\n".join(own).strip(), "\n".join(quoted).strip("\n"))


def _is_sent_from(line: str) -> bool:
    short = fold_line(line[: limits.QUOTE_LINE_CHARACTERS])
    return SENT_FROM.fullmatch(short) is not None


def _unquoted(lines: Sequence[str]) -> Iterator[int]:
    """Yield numbers of the lines that no separator and no quote mark makes a quote."""
    searched = 0
    number = 0
    has_begun = False
    while number < len(lines):
        searched += len(lines[number]) + 1
        is_near = searched <= limits.QUOTE_SEARCH_CHARACTERS and _may_begin(lines[number])
        if is_near and (end := behind_armour(lines, number)) > number:
            number = end
            continue
        if is_near and (end := header_end(lines, number)):
            # Only such a line promises that what it quotes is marked. Where nothing stands before
            # it, and nothing is marked, the answer comes below.
            number = _behind_marked(lines, end, len(lines) if has_begun else end)
            continue
        if is_near and _begins_quote(lines, number):
            return
        if not is_marked(lines[number]):
            has_begun = has_begun or bool(lines[number].strip())
            yield number
        number += 1


def _behind_marked(lines: Sequence[str], begin: int, unmarked: int) -> int:
    """Return where the quote ends whose header is over: behind marked lines, else at `unmarked`."""
    marked = False
    for number in range(begin, len(lines)):
        if is_marked(lines[number]):
            marked = True
        elif lines[number].strip():
            return number if marked else unmarked
    return len(lines)


def _may_begin(line: str) -> bool:
    return len(line) <= limits.QUOTE_LINE_CHARACTERS and bool(line.strip("> *\t"))


def _begins_quote(lines: Sequence[str], number: int) -> bool:
    if not is_rule(lines[number]):
        line = fold_line(lines[number])
        return is_separator(line) or is_block(lines, number, below_rule=False)
    if is_list_footer(lines, number):
        return True
    # A drawn line belongs to what follows it.
    below = next_line(lines, number)
    if below is None or not _may_begin(lines[below]):
        return False
    return is_separator(fold_line(lines[below])) or is_block(lines, below, below_rule=True)


def _without_signature(lines: Sequence[str]) -> Iterable[int]:
    """Return positions of the lines that are neither quote nor signature nor disclaimer."""
    short = _searchable(lines)
    defects: list[str] = []
    body = guarded("quotes", lambda: _library("\n".join(short)), None, defects)
    if body is None:
        return range(len(lines))
    wanted = (line for line in body.split("\n") if line.strip())
    own, ended = _divided(short, wanted)
    # Text beyond what was searched belongs to whatever was at hand.
    return own if ended else chain(own, range(len(short), len(lines)))


def _searchable(lines: Sequence[str]) -> list[str]:
    """Return the first lines as the library may see them: none long, in all at most 10 KB."""
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
    bodies: list[str] = []
    for reply in message.replies:
        headers = str(reply.headers or "")
        if headers and not is_field(headers):
            break
        # Header blocks were judged before; for the library one line that looks like one is enough.
        bodies += (headers, str(reply.body))
    return "\n".join(bodies)


def _divided(lines: Sequence[str], own_lines: Iterator[str]) -> tuple[list[int], bool]:
    """Return positions of the own lines, which keep their order, and whether own text ended."""
    own: list[int] = []
    ended = False
    wanted = next(own_lines, None)
    for position, line in enumerate(lines):
        if wanted is not None and line == wanted.strip():
            own.append(position)
            wanted = next(own_lines, None)
        elif line:
            ended = True
        elif not ended:
            own.append(position)
    return own, ended
