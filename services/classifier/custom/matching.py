"""Whether a condition holds for a mail (behaviour C-1). Pure."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from services.classifier.custom.conditions import FLAGS, SIZE, All, AnyOf, Condition, Not, Test
from services.classifier.custom.expressions import expression
from services.classifier.reading.text import Text
from shared.domain.folding import fold_line


class Fields(Protocol):
    """What conditions ask of a mail."""

    @property
    def size(self) -> int:
        """Bytes of the raw mail."""

    def texts(self, name: str) -> Sequence[Text]:
        """Return the texts of a field; of one with several values each of them."""

    def flag(self, name: str) -> bool:
        """Return whether one of `FLAGS` is true."""


def holds(condition: Condition | None, fields: Fields) -> bool:
    """Return whether the condition holds; None always does."""
    match condition:
        case None:
            return True
        case All():
            return all(holds(one, fields) for one in condition.all)
        case AnyOf():
            return any(holds(one, fields) for one in condition.any)
        case Not():
            return not holds(condition.not_, fields)
        case Test():
            return _passes(condition, fields)


def _passes(test: Test, fields: Fields) -> bool:
    if test.field == SIZE:
        return test.op == "exists" or _compares(test, fields.size)
    if test.field in FLAGS:
        return fields.flag(test.field) is (test.op == "exists" or test.value)
    texts = fields.texts(test.field)
    if test.op == "exists":
        return any(text.written.strip() for text in texts)
    value = str(test.value)
    if test.op == "matches":
        wanted = expression(value, exactly=test.case)
        return any(wanted.fits(text) for text in texts)
    if test.case:
        return any(_fits(test.op, text.written, value) for text in texts)
    return any(_fits(test.op, text.line, _folded(value)) for text in texts)


def _compares(test: Test, size: int) -> bool:
    number = int(test.value or 0)
    match test.op:
        case "greater":
            return size > number
        case "less":
            return size < number
        case _:
            return size == number


def _fits(op: str, text: str, value: str) -> bool:
    match op:
        case "equals":
            return text == value
        case "contains":
            return value in text
        case "starts":
            return text.startswith(value)
        case _:
            return text.endswith(value)


_folded = lru_cache(4096)(fold_line)
