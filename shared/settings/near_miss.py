"""Which known word a misspelt one was meant to be (behaviour I-1)."""

import difflib
import json
from collections.abc import Iterable

_ALIKE = 0.8
_LONGEST_QUOTE = 80
_LONGEST_WORD = 100


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the word of `known` that `word` nearly is, or None where it resembles none.

    Letter case, blanks, `-` and `_` do not count; letters in a wrong order do not either.
    """
    if len(word) > _LONGEST_WORD:
        return None
    plain = {_plain(each): each for each in known}
    meant = _plain(word)
    if meant in plain:
        return plain[meant]
    for close in difflib.get_close_matches(meant, plain, n=1, cutoff=_ALIKE):
        return plain[close]
    return next((plain[each] for each in plain if sorted(each) == sorted(meant)), None)


def quoted(text: str) -> str:
    """Return `text` in quotation marks, control characters escaped, long text shortened."""
    shown = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return json.dumps(shown, ensure_ascii=False)


def _plain(word: str) -> str:
    return "".join(each for each in word.casefold() if each not in " \t-_")
