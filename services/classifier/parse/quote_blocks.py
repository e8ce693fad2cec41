"""Separators and header blocks that mail programs put before a quotation (T-1). Linear."""

import re
from collections.abc import Iterable, Sequence

from services.classifier.parse import limits
from services.classifier.parse.quote_words import ALONE, FIELDS, MESSAGES
from shared.domain.folding import fold_line

_BLOCK_LINES = 8
_RULE_LINES = 3
_RULE = re.compile(r"[-_=*]{10,}")
_BETWEEN_DASHES = re.compile(r"[-_]{2,}\s?([^-_].{2,60}?)\s?[-_]{2,}:?")
_NOTES = re.compile(r".{2,80} ?-{2,3} ?[0-9./-]{6,10},? [0-9:.]{4,8}(?: [ap]m)? ?-{2,3}.*")
"""HCL Notes: name, date and the first words in one line."""

_FIELD = re.compile(
    r"\W{0,3}(?:"
    + "|".join(rf"(?P<{kind}>{words})" for kind, words in FIELDS.items())
    + r")\W{0,2} ?:\W{0,2} ?(?P<value>.*)"
)
_MORE_FIELDS = 2
_FOOTER = re.compile(
    r"mailing list|mailman|listinfo|unsubscribe|odhlas|odber|abmelden|abbestell|subscribed to"
)
_FOOTER_LINES = 4


def is_separator(line: str) -> bool:
    """Return whether a folded line is between an answer and what it answers."""
    bare = line.strip("> *")
    if ALONE.fullmatch(bare) or _NOTES.fullmatch(bare):
        return True
    between = _BETWEEN_DASHES.fullmatch(bare)
    return between is not None and MESSAGES.search(between[1]) is not None


def is_rule(line: str) -> bool:
    """Return whether a line is drawn."""
    return _RULE.fullmatch(line.strip()) is not None


def is_list_footer(lines: Sequence[str], number: int) -> bool:
    """Return whether a drawn line begins what a mailing list appends to each mail."""
    below = "\n".join(lines[number + 1 : number + 1 + _FOOTER_LINES])
    return _FOOTER.search(fold_line(below[: limits.QUOTE_LINE_CHARACTERS])) is not None


def next_line(lines: Sequence[str], number: int) -> int | None:
    """Return the next line that is not blank, if it is near."""
    near = range(number + 1, min(number + 1 + _RULE_LINES, len(lines)))
    return next((below for below in near if lines[below].strip()), None)


def is_block(lines: Sequence[str], number: int, *, below_rule: bool) -> bool:
    """Return whether a header block begins: a sender and two more fields within the next lines.

    People write orders and forms so, too. A block has a date, or an address of sender or receiver,
    or it stands below a drawn line.
    """
    first = _field(lines[number])
    if first is None or first[0] not in ("from", "date") or not first[1].strip():
        return False
    block = [first, *filter(None, map(_field, lines[number + 1 : number + 1 + _BLOCK_LINES]))]
    kinds = {kind for kind, _ in block}
    if "from" not in kinds or len(kinds) <= _MORE_FIELDS:
        return False
    return below_rule or "date" in kinds or _names_somebody(block)


def begins_block(lines: Sequence[str], number: int) -> bool:
    """Return whether the header of another mail begins here: a separator, or a block of fields."""
    line = lines[number]
    if len(line) > limits.QUOTE_LINE_CHARACTERS or not line.strip("> *\t"):
        return False
    return is_separator(fold_line(line)) or is_block(lines, number, below_rule=False)


def sender_field(lines: Sequence[str], number: int) -> tuple[int, str] | None:
    """Return the line of a block's sender, and what is written there; None without one near."""
    for place in range(number, min(number + 1 + _BLOCK_LINES, len(lines))):
        found = _field(lines[place])
        if found and found[0] == "from":
            return place, lines[place].partition(":")[2].strip(" *")
    return None


def is_field(line: str) -> bool:
    """Return whether a line, or the first of several, is a field of a header block."""
    return _field(line.strip().partition("\n")[0]) is not None


def _names_somebody(block: Iterable[tuple[str, str]]) -> bool:
    return any("@" in value for kind, value in block if kind in ("from", "to"))


def _field(line: str) -> tuple[str, str] | None:
    """Return kind and value of a line that is a field."""
    found = _FIELD.match(fold_line(line[: limits.QUOTE_LINE_CHARACTERS]))
    if found is None:
        return None
    kind = next(kind for kind in FIELDS if found[kind] is not None)
    return kind, found["value"]
