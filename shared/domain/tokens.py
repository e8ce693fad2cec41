"""Assignment tokens (behaviours T-1, T-2; manual, chapter 10): `Contract:123 Documentation p-`.

Searched in the subject, then in the mail's own text, where a line that begins with a token goes
before one in mid-line, then in quoted text. The patterns are linear: no nested repetition.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from shared.domain.folding import fold_line, fold_lines
from shared.domain.vocabulary import TokenKind, Vocabulary

Place = Literal["subject", "text", "quoted text"]

MAX_DIGITS = 18
_QUOTE_MARKS = "> |"
_COLON = re.compile(
    "[:\u02d0\u0589\u0fbf\u1038\u1365\u1366\u16ec\u17d6\u1804\u2236\u2831\u2a74\u2e2c\ufe13\ufe55\uff1a"
    "\U00010781]"
)
"""The colon, and every character that folds to one."""


@dataclass(frozen=True, slots=True)
class Token:
    """A keyword with its number.

    Attributes:
        kind: What the number is of.
        number: Digits, or `yyyy-digits`.
        following: The rest of its line, folded, without leading blanks.
        place: Where it stands.
    """

    kind: TokenKind
    number: str
    following: str
    place: Place

    def __str__(self) -> str:
        """As it is named in the trace: `contract 123`."""
        return f"{self.kind} {self.number}"


@dataclass(frozen=True, slots=True)
class _Match:
    token: Token
    begins_line: bool


SplitQuotes = Callable[[str], tuple[str, str]]
"""Gives the own and the quoted part of a text."""


def find_tokens(
    subject: str, text: str, vocabulary: Vocabulary, split_quotes: SplitQuotes
) -> tuple[Token, ...]:
    """All tokens in the order in which they win (T-1).

    Args:
        subject: Decoded subject.
        text: All readable text of the body.
        vocabulary: The box's phrases.
        split_quotes: Called only if the text holds a token at all, because it is slow.
    """
    keywords = _keywords(vocabulary.tokens)
    found = [match.token for match in _search(keywords, fold_line(subject), "subject")]
    if any(True for _ in _search(keywords, _foldable(text), "text")):
        own, quoted = split_quotes(text)
        matches = list(_search(keywords, _foldable(own), "text"))
        found += [match.token for match in matches if match.begins_line]
        found += [match.token for match in matches if not match.begins_line]
        quoted_matches = _search(keywords, _foldable(quoted), "quoted text")
        found += [match.token for match in quoted_matches]
    return tuple(found)


def _foldable(text: str) -> str:
    """The lines that can hold a token, folded: folding everything costs more than the search."""
    return fold_lines("\n".join(line for line in text.split("\n") if _COLON.search(line)))


def _search(words: "_Keywords", folded: str, place: Place) -> Iterator[_Match]:
    for match in words.pattern.finditer(folded):
        if sum(map(str.isdigit, match["number"])) > MAX_DIGITS:
            continue
        line_start = folded.rfind("\n", 0, match.start()) + 1
        line_end = folded.find("\n", match.end())
        following = folded[match.end() : line_end if line_end >= 0 else len(folded)].lstrip()
        yield _Match(
            Token(words.kinds[match["keyword"]], match["number"], following, place),
            not folded[line_start : match.start()].strip(_QUOTE_MARKS),
        )


@dataclass(frozen=True, slots=True)
class _Keywords:
    """The one pattern for all tokens, and what each keyword is of."""

    pattern: re.Pattern[str]
    kinds: Mapping[str, TokenKind]


@lru_cache(maxsize=16)
def _keywords(tokens: tuple[tuple[TokenKind, tuple[str, ...]], ...]) -> _Keywords:
    kinds = {word: kind for kind, words in reversed(tokens) for word in words}
    # The longest keyword first, so that "projekt" is not read as a shorter one.
    keyword = "|".join(map(re.escape, sorted(kinds, key=len, reverse=True)))
    number = f"(?:[0-9]{{4}}-)?[0-9]{{1,{MAX_DIGITS}}}"
    pattern = re.compile(rf"(?<!\w)(?P<keyword>{keyword}) ?: ?(?P<number>{number})(?!\w|-[0-9])")
    return _Keywords(pattern, kinds)
