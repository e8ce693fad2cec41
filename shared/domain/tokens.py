"""Assignment tokens (behaviours T-1, T-2; manual, chapter 10): `Contract:123 Documentation p-`.

Searched in the subject, then in the mail's own text, where a line that begins with a token goes
before one in mid-line, then in quoted text. The patterns are linear: no nested repetition.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from shared.contracts.said import Said, said
from shared.domain.folding import fold_line, fold_lines
from shared.domain.vocabulary import TokenKind, Vocabulary

Place = Literal["subject", "text", "quoted text"]

MAX_DIGITS = 18
MOST_OF_A_KIND = 25
"""Tokens of one kind that are kept of a mail: the first wins, a few more are named in the trace."""

FOLLOWING_CHARACTERS = 500
"""What is read behind a number: an activity type and a few words."""

_BEGIN = re.compile(r"[> |]*+(?:[0-9]{1,3}\. ?)?")
"""Before what begins a line: marks of a quotation, the number of a list."""

_LINK = re.compile(r"\b(?:[a-z][a-z0-9+.-]{0,20}://|www\.)[^\s<>\"]+")
_MARKS = frozenset("*_()[]{}")
_EMPHASIS = re.compile(r"(?<![^\W_])[*_]+|[*_]+(?![^\W_])")
"""Asterisks and lines around words, by which plain text shows bold and italics."""

_ITALICS = re.compile(r"(?<!\S)/([^\W_][^/\n]{0,80})/(?!\S)")
"""Words between slashes, by which Thunderbird shows italics."""

_BRACKETS = str.maketrans("()[]{}", "      ")
_ODD_COLON = re.compile(
    "[\u02d0\u0589\u0fbf\u1038\u1365\u1366\u16ec\u17d6\u1804\u2236\u2831\u2a74\u2e2c\ufe13\ufe55\uff1a"
    "\U00010781]"
)
"""Every character but the colon that folds to one."""


def record_said(kind: TokenKind, number: str) -> Said:
    """Name a record for a person."""
    match kind:
        case "contract":
            return said("contract {number}", number=number)
        case "order":
            return said("order {number}", number=number)
        case "task":
            return said("task {number}", number=number)
        case "opportunity":
            return said("opportunity {number}", number=number)


@dataclass(frozen=True, slots=True)
class Token:
    """A keyword with its number.

    Attributes:
        kind: What the number is of.
        number: Digits, or `yyyy-digits`.
        following: What follows it on its line, folded, without leading blanks.
        place: Where it is.
    """

    kind: TokenKind
    number: str
    following: str
    place: Place

    def __str__(self) -> str:
        """As it is named in the trace: `contract 123`."""
        return record_said(self.kind, self.number)


@dataclass(frozen=True, slots=True)
class _Match:
    token: Token
    begins_line: bool


SplitQuotes = Callable[[str], tuple[str, str]]
"""Gives the own and the quoted part of a text."""


def find_tokens(
    subject: str, text: str, vocabulary: Vocabulary, split_quotes: SplitQuotes
) -> tuple[Token, ...]:
    """Return the first tokens of each kind, each once, in the order in which they win (T-1).

    Args:
        subject: Decoded subject.
        text: All readable text of the body.
        vocabulary: The box's phrases.
        split_quotes: Called only if the text holds a token at all, because it is slow.
    """
    keywords = _keywords(vocabulary.tokens, vocabulary.new_task)
    found = _first([match.token for match in _search(keywords, fold_line(subject), "subject")])
    if any(True for _ in _search(keywords, _foldable(text), "text")):
        own, quoted = split_quotes(text)
        folded = _foldable(own)
        for begins_line in (True, False):
            matches = _search(keywords, folded, "text")
            found += _first(one.token for one in matches if one.begins_line is begins_line)
        found += _first(one.token for one in _search(keywords, _foldable(quoted), "quoted text"))
    return tuple(_first(found))


def _first(tokens: Iterable[Token]) -> list[Token]:
    """Return, of each kind the first so many, each number once in each place."""
    kept: dict[tuple[TokenKind, str, Place], Token] = {}
    counts: Counter[TokenKind] = Counter()
    for token in tokens:
        name = (token.kind, token.number, token.place)
        if name not in kept and counts[token.kind] < MOST_OF_A_KIND:
            counts[token.kind] += 1
            kept[name] = token
    return list(kept.values())


def _foldable(text: str) -> str:
    """Fold the lines that can hold a token: folding everything costs more than the search."""
    odd = _ODD_COLON.search(text) is not None
    lines = (one for one in text.split("\n") if ":" in one or (odd and _ODD_COLON.search(one)))
    return fold_lines("\n".join(lines))


def _search(words: "_Keywords", folded: str, place: Place) -> Iterator[_Match]:
    """Yield every token of the lines; only the first of a line can begin it. Linear in the text."""
    for written in folded.split("\n"):
        line = _plain(written)
        begin = 0
        for match in words.pattern.finditer(line):
            may_begin, begin = begin == 0, match.end()
            kind = words.kinds.get(match["keyword"])
            if kind is None or sum(map(str.isdigit, match["number"])) > MAX_DIGITS:
                continue
            yield _Match(
                Token(kind, match["number"], _behind(line, begin), place),
                may_begin and _BEGIN.fullmatch(line[: match.start()]) is not None,
            )


def _plain(line: str) -> str:
    """Return a line without links and emphasis; brackets are blanks: people put words in them."""
    if "//" in line or "www." in line:
        line = _LINK.sub(" ", line)
    if "/ " in line:
        line = _ITALICS.sub(r"\1", line)
    if not _MARKS.isdisjoint(line):
        line = _EMPHASIS.sub("", line).translate(_BRACKETS)
        line = " ".join(line.split())
    return line


def _behind(line: str, begin: int) -> str:
    """Return the words behind a number, as many as anybody asks for; never a piece of one."""
    end = begin + FOLLOWING_CHARACTERS
    following = line[begin:end].lstrip()
    if len(line) > end and not line[end].isspace():
        following = following.rpartition(" ")[0]
    return following


@dataclass(frozen=True, slots=True)
class _Keywords:
    """The one pattern for all tokens, and what each keyword is of."""

    pattern: re.Pattern[str]
    kinds: Mapping[str, TokenKind]


@lru_cache(maxsize=16)
def _keywords(
    tokens: tuple[tuple[TokenKind, tuple[str, ...]], ...], phrases: tuple[str, ...]
) -> _Keywords:
    """Compile the pattern for these keywords; `phrases` that end with one are no tokens."""
    kinds = {word: kind for kind, words in reversed(tokens) for word in words}
    longer = {phrase.rstrip(":") for phrase in phrases} - kinds.keys()
    # The longest first, so that "projekt" is not read as a shorter one, nor "new task" as "task".
    keyword = "|".join(map(re.escape, sorted({*kinds, *longer}, key=len, reverse=True)))
    number = f"(?:[0-9]{{4}}-)?[0-9]{{1,{MAX_DIGITS}}}"
    pattern = re.compile(
        rf"(?<!\w)(?P<keyword>{keyword}) ?: ?(?P<number>{number})(?!\w|[-/\\][0-9])"
    )
    return _Keywords(pattern, kinds)
