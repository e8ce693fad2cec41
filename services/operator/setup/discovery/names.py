"""Names as they are compared: known ones of forms and fields, and how near a real one is."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shared.domain.folding import fold_line

_ALIKE = 0.8
_SHORTEST_ALIKE = 4
"""Characters below which two names are the same or are not: `to` and `typ` are not alike."""


class Sure(StrEnum):
    """How a name was found, the surest first."""

    EXACT = "exact name of the reference"
    FOLDED = "known name"
    CAPTION = "known caption in the ERP"
    SIMILAR = "similar name: check it"
    GUESS = "guess by type: check it"


@dataclass(frozen=True, slots=True)
class Match:
    """How well a name fits; the higher the score, the better."""

    score: float
    sure: Sure


@dataclass(frozen=True, slots=True)
class Naming:
    """Words about names themselves; `known_names.toml` explains them."""

    prefixes: tuple[str, ...]
    system: frozenset[str]
    words: Mapping[str, tuple[str, ...]]

    def folded(self, name: str) -> str:
        """Return `name` without prefix, diacritics, case, other signs and trailing digits."""
        plain = fold_line(name)
        for prefix in self.prefixes:
            plain = plain.removeprefix(prefix)
        plain = re.sub(r"[^a-z0-9]", "", plain)
        return plain.rstrip("0123456789") or plain


@dataclass(frozen=True, slots=True)
class Known:
    """The names under which something is known.

    Attributes:
        exact: Its name in the reference mapping, in lower case.
        folded: All names, the likeliest first.
    """

    exact: str
    folded: tuple[str, ...]


@cache
def known_names() -> tuple[Naming, Mapping[str, Any]]:
    """Return words about names, and each record's known names; from `known_names.toml`."""
    text = files(__package__).joinpath("known_names.toml").read_text("utf-8")
    document = tomllib.loads(text)
    words = document.pop("naming")
    plain = {key: tuple(value) for key, value in words.items()}
    naming = Naming(plain["prefixes"], frozenset(plain["system"]), plain)
    return naming, document


def known(exact: str, others: Iterable[str]) -> Known:
    """Return the reference's name and others, folded, each once."""
    naming, _ = known_names()
    return Known(exact.lower(), tuple(dict.fromkeys(map(naming.folded, (exact, *others)))))


def match(wanted: Known, name: str, captions: Sequence[str] = ()) -> Match | None:
    """Return how `name`, or a caption of it, fits; None if it does not at all."""
    naming, _ = known_names()
    folded = naming.folded(name)
    if name.lower() in naming.system and name.lower() in wanted.folded:
        # Every form has these: a column with a name of its own says more.
        return Match(2.0, Sure.EXACT if name.lower() == wanted.exact else Sure.FOLDED)
    if name.lower() == wanted.exact:
        return Match(4.0, Sure.EXACT)
    if folded in wanted.folded:
        return Match(3.0 - wanted.folded.index(folded) / 100, Sure.FOLDED)
    for caption in map(naming.folded, captions):
        if caption in wanted.folded:
            return Match(2.5 - wanted.folded.index(caption) / 100, Sure.CAPTION)
    alike = max(likeness(folded, one) for one in wanted.folded)
    return Match(alike, Sure.SIMILAR) if alike >= _ALIKE else None


def likeness(one: str, other: str) -> float:
    """Return how alike two folded names are, from 0 to 1; short ones are never alike."""
    if min(len(one), len(other)) < _SHORTEST_ALIKE:
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
