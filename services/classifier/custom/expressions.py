r"""Expressions of rules, in linear time: the home of google-re2. Pure.

Text is compared folded, as everywhere (V): the expression's letters are folded, too, and its case
does not count, so `matches "žádost"` finds `ZADOST`. What is captured is taken from the text as it
was written, where the expression fits it so; else from the folded one.
"""

from functools import lru_cache
from typing import Any

import re2

from services.classifier.reading.text import Text
from shared.domain.folding import fold_line

LONGEST = 1000
"""Characters of an expression."""

_MEMORY_BYTES = 2 * 1024 * 1024
"""What one expression may take; a mail that is made for it uses up to a third of that."""

_KEPT = 4096
_LINES = "(?m)"
"""Each line of a text has a beginning and an end of its own."""


class ExpressionError(ValueError):
    """An expression that cannot be used, and why."""


class Expression:
    """One expression.

    Attributes:
        groups: How many groups it has.
    """

    def __init__(self, written: str, *, exactly: bool = False) -> None:
        """Compile it.

        Args:
            written: As in the file.
            exactly: Whether letter case and diacritics count.

        Raises:
            ExpressionError: google-re2 refuses it, or it is too long.
        """
        if len(written) > LONGEST:
            raise ExpressionError(f"it is longer than {LONGEST} characters")
        self._exactly = exactly
        self._as_written = _compiled(written, exactly=exactly)
        self._folded = _compiled(_plain(written), exactly=exactly)
        self.groups: int = self._as_written.groups

    def fits(self, text: Text) -> bool:
        """Return whether it fits anywhere in `text`."""
        if self._exactly:
            return self._as_written.search(text.written) is not None
        return self._folded.search(text.lines) is not None

    def captured(self, text: Text) -> str | None:
        """Return what its first group has caught, or the whole without a group; None: no fit."""
        found = self._as_written.search(text.written)
        if found is None and not self._exactly:
            found = self._folded.search(text.lines)
        if found is None:
            return None
        caught: str | None = found[1] if self.groups else found[0]
        return caught


@lru_cache(_KEPT)
def expression(written: str, *, exactly: bool = False) -> Expression:
    """Return the expression, compiled once."""
    return Expression(written, exactly=exactly)


def _plain(pattern: str) -> str:
    r"""Fold letters beyond ASCII alone: `\S` and `\s` are not the same."""
    return "".join(one if one.isascii() else fold_line(one) or one for one in pattern)


def _compiled(pattern: str, *, exactly: bool) -> Any:  # noqa: ANN401 - re2 ships no types
    options = re2.Options()
    options.case_sensitive = exactly
    options.log_errors = False
    options.max_mem = _MEMORY_BYTES
    try:
        return re2.compile(f"{_LINES}{pattern}", options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        shown = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise ExpressionError(shown.replace(_LINES, "", 1)) from None
