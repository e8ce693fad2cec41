"""Sentences for people that can be said in other languages later: their key and values. Pure.

A rule says its reason in English with `said`. The text is kept, and beside it the English pattern
(the key that catalogues of other languages have) and what was put into it. A mail that was recorded
long ago can so be explained in any language, by what was said then.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from typing import Self

from shared.contracts.base import Contract
from shared.contracts.line import Line, one_line

_PLACE = re.compile(r"\{([a-z_]+)\}")

COUNT = "n"
"""The value that chooses singular or plural."""


class Sentence(Contract):
    """A sentence as messages and the journal carry it.

    Attributes:
        key: The English pattern, in the singular where it has a count.
        values: What stands in its places, among them further sentences.
    """

    key: Line
    values: Mapping[str, "Line | Sentence"] = {}


class Said(str):
    """An English sentence that remembers its pattern and its values.

    Attributes:
        key, values: As in `Sentence`.
    """

    __slots__ = ("_sentence", "key", "values")
    key: str
    values: Mapping[str, str]
    _sentence: Sentence | None

    def __new__(cls, text: str, key: str, values: Mapping[str, str]) -> Self:
        """Take the text and what it was made from."""
        made = super().__new__(cls, text)
        made.key, made.values, made._sentence = key, values, None
        return made

    @property
    def sentence(self) -> Sentence:
        """The same for a message, made once: a rule says most of its reasons to every mail."""
        if self._sentence is None:
            values = {
                name: value.sentence if isinstance(value, Said) else one_line(value)
                for name, value in self.values.items()
            }
            # What is checked already is not checked again.
            self._sentence = Sentence.model_construct(key=self.key, values=values)
        return self._sentence


NOTHING_SAID = Said("", "", {})
"""Where there is nothing to be said."""


def said(key: str, **values: object) -> Said:
    """Say the English pattern `key` with `values` in its places, as `{name}`."""
    if not values:
        return _constant(key)
    texts = _texts(values)
    return Said(filled(key, texts), key, texts)


@lru_cache(maxsize=1000)
def _constant(key: str) -> Said:
    return Said(key, key, {})


def said_many(one: str, many: str, n: int, **values: object) -> Said:
    """Say `one` or `many`, as the count `n` asks; both may have it as `{n}`."""
    texts = _texts({**values, COUNT: n})
    return Said(filled(one if n == 1 else many, texts), one, texts)


def with_commas(parts: Sequence[Said]) -> Said:
    """Say all of `parts`, of which there is at least one."""
    return reduce(lambda first, more: said("{first}, {more}", first=first, more=more), parts)


def with_semicolons(parts: Sequence[Said]) -> Said:
    """The same for parts that are sentences."""
    return reduce(lambda first, more: said("{first}; {more}", first=first, more=more), parts)


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """`pattern` with `values` in its places; a place without a value stays as it is."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), pattern)


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else str(value) for name, value in values.items()}
