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
from dataclasses import dataclass
from itertools import chain

from mailparser_reply.parser import EmailMessage

from services.classifier.parse import limits
from services.classifier.parse.guard import guarded
from shared.domain.folding import fold_line

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
_OTHER_WROTE = re.compile(
    r"-{2,} ?(?:dne|on|am)\b.{5,300}(?:napsala?(?: ?\(a\))?|wrote|schrieb) ?-{2,}"
    r"|[0-9]{1,2}\. ?[0-9]{1,2}\. ?[0-9]{2,4},?(?: v| um)? [0-9]{1,2}:[0-9]{2}.{2,200}"
    r"< ?\S{1,100}@\S{3,100} ?> ?:"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{1,2}:[0-9]{2}.{3,200}< ?\S{1,100}@\S{3,100} ?> ?:"
)
_WROTE_LINES = 4
_MAYBE_WROTE = re.compile(r"(?:napsal|wrote|schrieb|ecrit|scritto|escribio|> ?:)")
# The fields of a header block as programs write them: cs, de, en, es, fr, it, nl, pl, sv, da.
_FROM_FIELD = re.compile(r"\W{0,3}(?:from|od|von|de|da|van|fra|fran)\W{0,2} ?:\W{0,2} ?\S")
_OTHER_FIELD = re.compile(
    r"\W{0,3}(date|sent|datum|odeslano|gesendet|enviado|envoye|inviato|data|verzonden|wyslano|skickat"
    r"|sendt|to|komu|an|para|a|aan|do|till|til|subject|predmet|betreff|asunto|objet|oggetto|onderwerp"
    r"|temat|amne|emne|cc|kopie)\W{0,2} ?:"
)
_BLOCK_LINES = 6
_RULE = re.compile(r"[-_=*]{10,}")
_RULE_LINES = 3
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
    """Tell own text from quoted text. Total; bounded in time and memory."""
    lines = text.split("\n")
    # A text may be nothing but line ends: a number of its own for each would be the largest thing.
    candidates = array("I", _unquoted(lines))
    is_own = bytearray(len(lines))
    for position in _without_signature([lines[number] for number in candidates]):
        is_own[candidates[position]] = True
    own = [line for line, mine in zip(lines, is_own, strict=True) if mine]
    quoted = [line for line, mine in zip(lines, is_own, strict=True) if not mine]
    return OwnAndQuoted("\n".join(own).strip(), "\n".join(quoted).strip("\n"))


def _unquoted(lines: Sequence[str]) -> Iterator[int]:
    """Numbers of the lines that no separator and no quote mark makes a quote."""
    searched = 0
    number = 0
    while number < len(lines):
        searched += len(lines[number]) + 1
        if searched <= limits.QUOTE_SEARCH_CHARACTERS and _begins_quote(lines, number):
            if not _wrote(lines, number):
                return
            # Only such a line promises that what it quotes is marked.
            number = _behind_marked(lines, number)
            continue
        if not lines[number].lstrip().startswith(">"):
            yield number
        number += 1


def _behind_marked(lines: Sequence[str], begin: int) -> int:
    """Where the quote ends that a separator begins: behind marked lines, else with the text."""
    marked = False
    for number in range(begin + 1, len(lines)):
        line = lines[number].strip()
        if line.startswith(">"):
            marked = True
        elif line and (marked or number > begin + _WROTE_LINES):
            return number if marked else len(lines)
    return len(lines)


def _begins_quote(lines: Sequence[str], number: int) -> bool:
    line = lines[number]
    if len(line) > limits.QUOTE_LINE_CHARACTERS or not line.strip("> *\t"):
        return False
    if _RULE.fullmatch(line.strip()):
        # A drawn line belongs to what follows it.
        return any(_begins(lines, below) for below in _following(lines, number))
    return _begins(lines, number)


def _following(lines: Sequence[str], number: int) -> Sequence[int]:
    """The next line that is not blank, if it is near."""
    near = range(number + 1, min(number + 1 + _RULE_LINES, len(lines)))
    return [below for below in near if lines[below].strip()][:1]


def _begins(lines: Sequence[str], number: int) -> bool:
    line = fold_line(lines[number][: limits.QUOTE_LINE_CHARACTERS])
    if _SEPARATOR.fullmatch(line.strip("> *")) or _is_block(lines, number, line):
        return True
    # A sentence before the line that says who wrote is not part of it.
    return _wrote(lines, number) and not _wrote(lines, number + 1)


def _is_block(lines: Sequence[str], number: int, line: str) -> bool:
    """Whether a header block begins: a sender and two more fields within the next lines."""
    if not _FROM_FIELD.match(line):
        return False
    following = (
        _OTHER_FIELD.match(fold_line(other[: limits.QUOTE_LINE_CHARACTERS]))
        for other in lines[number + 1 : number + 1 + _BLOCK_LINES]
    )
    return len({field[1] for field in following if field}) > 1


def _wrote(lines: Sequence[str], number: int) -> bool:
    """Whether the line that says who wrote begins here; it may be wrapped."""
    joined = ""
    for line in lines[number : number + _WROTE_LINES]:
        piece = fold_line(line[: limits.QUOTE_LINE_CHARACTERS]).strip("> *")
        if not piece:
            break
        joined = f"{joined} {piece}".strip()
        if _MAYBE_WROTE.search(joined) and any(
            pattern.fullmatch(joined) for pattern in (_WROTE, _NAME_FIRST, _OTHER_WROTE)
        ):
            return True
    return False


def _without_signature(lines: Sequence[str]) -> Iterable[int]:
    """Positions of the lines that the library takes for none of quote, signature, disclaimer."""
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
    """The first lines as the library may see them: none long, in all at most 10 KB."""
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
        if headers and not _FROM_FIELD.match(fold_line(headers)):
            break
        # Header blocks were judged before; for the library one line that looks like one is enough.
        bodies += (headers, str(reply.body))
    return "\n".join(bodies)


def _divided(lines: Sequence[str], own_lines: Iterator[str]) -> tuple[list[int], bool]:
    """Positions of the own lines, which come in the same order, and whether own text ended."""
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
