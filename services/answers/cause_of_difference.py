"""Whether a difference comes of the administrator's rules, or of the ERP's data (C-3, O-9). Pure.

A mail is decided twice today, with the rules and without them. What is the same both times is not
their doing, unless one that held then is not what it was.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from services.answers.difference import Change, Then, changes
from services.classifier.chain import SoFar
from shared.contracts.content import TraceLine

if TYPE_CHECKING:
    from services.classifier.custom.rule_set import RuleSet

RULES = frozenset({"C-1", "R-13"})
"""Lines of the trace that name the rules that hold."""

_NAME = re.compile("“([^”]*)”")
_ONLY_RULES_GIVE = {"put_task", "create_contact"}
_FOUND_OUT = {"contact", "contact_of", "relationship", "task", "sender"}
"""What such a command has from the ERP, not from its rule."""


class Difference(NamedTuple):
    """One thing that would be another than it was, and whether because of the rules.

    Attributes:
        what, of, field, then, now: As of `Change`; records by their names as far as they have one.
        by_rules: Else the ERP's data or the settings have changed since.
    """

    what: str
    of: tuple[str, object]
    field: str
    then: object
    now: object
    by_rules: bool


class Compared(NamedTuple):
    """A mail as it would be decided now, against what was recorded.

    Attributes:
        because: Lines of the trace that are not as recorded.
        held_then: Rules that held then, and do not now.
    """

    differences: tuple[Difference, ...]
    because: tuple[TraceLine, ...]
    held_then: tuple[str, ...]

    @property
    def by_rules(self) -> bool:
        """Whether any of them comes of the rules."""
        return any(one.by_rules for one in self.differences)


SAME = Compared((), (), ())


def compare(
    decided: SoFar, without: Callable[[], SoFar], then: Then, rules: "RuleSet | None"
) -> Compared:
    """Return what would be otherwise, and why.

    Args:
        decided: What would be decided now.
        without: Decides without the rules of the administrator.
        then: What was recorded.
        rules: Those that count now.
    """
    found = changes(decided, then)
    if not found:
        return SAME
    held = _names(decided.trace)
    lost = tuple(name for name in _names(_lines(then)) if name not in held)
    same = frozenset(map(_key, changes(without(), then) if held else found))
    edited = any(_was_edited(name, rules) for name in lost) and _were_asked(decided)
    differences = tuple(
        Difference(*one, by_rules=edited if _key(one) in same else _is_of_rules(one))
        for one in found
    )
    return Compared(differences, tuple(_other_lines(decided, then)), lost)


def _key(change: Change) -> str:
    return repr(change)


def _is_of_rules(change: Change) -> bool:
    return not (change.what in _ONLY_RULES_GIVE and change.field in _FOUND_OUT)


def _was_edited(name: str, rules: "RuleSet | None") -> bool:
    """Whether a rule that held then is gone, or does not hold though it asks the mail alone."""
    return rules is None or not rules.asks_the_erp(name)


def _were_asked(decided: SoFar) -> bool:
    """Whether the chain has come to the rules: what ends it before is in the ERP."""
    return any(line.id == "R-13" for line in decided.trace) or decided.alone


def _lines(then: Then) -> Iterator[TraceLine]:
    for line in then.trace:
        if line.get("id") in RULES:
            yield TraceLine.read(line)


def _names(trace: Iterable[TraceLine]) -> Sequence[str]:
    held = (line for line in trace if line.id in RULES and line.hit)
    return [name for line in held for name in _NAME.findall(line.reason)]


def _other_lines(decided: SoFar, then: Then) -> Iterator[TraceLine]:
    said = {tuple(map(line.get, ("id", "rule", "hit", "reason"))) for line in then.trace}
    for line in decided.trace:
        if (line.id, line.rule, line.hit, line.reason) not in said:
            yield line
