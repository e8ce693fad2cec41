"""Sentences for people that can be said in other languages later: their key and values. Pure.

A rule says its reason in English with `said`, and so does whoever raises an error. The text is
kept, and beside it the English pattern (the key that catalogues of other languages have) and what
was put into it. A mail that was recorded long ago can so be explained in any language, by what was
said then; an error is English in the log and Czech on the terminal of whoever reads Czech.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from typing import Self

_PLACE = re.compile(r"\{([a-z_]+)\}")

COUNT = "n"
"""The value that chooses singular or plural."""


class Said(str):
    """An English sentence that remembers its pattern and its values.

    Attributes:
        key: The English pattern, in the singular where it has a count.
        values: What stands in its places, among them further sentences.
        form: The same as `shared.contracts.sentence` has made it for messages; None before.
    """

    __slots__ = ("form", "key", "values")
    key: str
    values: Mapping[str, str]
    form: object

    def __new__(cls, text: str, key: str, values: Mapping[str, str]) -> Self:
        """Take the text and what it was made from."""
        made = super().__new__(cls, text)
        made.key, made.values, made.form = key, values, None
        return made

    def __str__(self) -> str:
        """Return the sentence itself, so that it remains one where it is a value of another."""
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, Mapping[str, str]]]:
        """Return what a copy is made from."""
        return type(self), (self[:], self.key, self.values)


NOTHING_SAID = Said("", "", {})
"""Where there is nothing to be said."""


def said(key: str, /, **values: object) -> Said:
    """Say the English pattern `key` with `values` in its places, as `{name}`."""
    if not values:
        return _constant(key)
    texts = _texts(values)
    return Said(filled(key, texts), key, texts)


@lru_cache(maxsize=1000)
def _constant(key: str) -> Said:
    return Said(key, key, {})


def verbatim(text: str) -> Said:
    """Say what somebody else has written, as a server: it is the same in every language."""
    return Said(text, "{text}", {"text": text})


def said_many(one: str, many: str, n: int, /, **values: object) -> Said:
    """Say `one` or `many`, as the count `n` asks; both may have it as `{n}`."""
    texts = _texts({**values, COUNT: n})
    return Said(filled(one if n == 1 else many, texts), one, texts)


def with_commas(parts: Sequence[Said]) -> Said:
    """Say all of `parts`, of which there is at least one."""
    return reduce(lambda first, more: said("{first}, {more}", first=first, more=more), parts)


def with_semicolons(parts: Sequence[Said]) -> Said:
    """Return the same for parts that are sentences."""
    return reduce(lambda first, more: said("{first}; {more}", first=first, more=more), parts)


def with_line_ends(parts: Sequence[Said]) -> Said:
    """Return the same for parts that each have a line of their own; there may be very many."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    first, more = with_line_ends(parts[:half]), with_line_ends(parts[half:])
    return said("{first}\n{more}", first=first, more=more)


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """Return `pattern` with `values` in its places; a place without a value stays as it is."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), pattern)


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else str(value) for name, value in values.items()}
