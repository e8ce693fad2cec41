"""The words by which a mail is found, the same on every database: folded, short. Pure."""

import re
from collections.abc import Iterable

from shared.domain.folding import fold_line

LONGEST_WORD = 50
"""Characters of a word that are kept, and that are compared."""

MOST_WORDS = 300
"""Words of one mail that are kept: its subject and sender come first."""

_PRINTED = re.compile(r"[!-~]+")
_PIECE = re.compile(r"[a-z0-9]+")
_AROUND = "\"'<>()[]{}.,;:!?*_-/\\|"


def search_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct words of `texts` in order: each as it is written, then its pieces.

    So an address is found as a whole, by its name, and by its domain; a number by its year.
    """
    found: dict[str, None] = {}
    for text in texts:
        # Half a surrogate pair stands for no letter, and folds to none.
        whole = text.encode("utf-8", "ignore").decode()
        for printed in _PRINTED.findall(fold_line(whole)):
            for word in (printed.strip(_AROUND), *_PIECE.findall(printed)):
                if word and len(found) < MOST_WORDS:
                    found[word[:LONGEST_WORD]] = None
    return tuple(found)
