"""Rules that no mail ever reaches, because one before them takes every mail (C-3). Pure."""

from collections.abc import Iterator

from services.classifier.custom.action_models import IgnoreAction
from services.classifier.custom.conditions import SIZE, All, AnyOf, Condition, Not, Test
from services.classifier.custom.reading import ReadRules, RuleProblem
from services.classifier.custom.rule_file import Rule
from services.classifier.custom.toml_lines import line_at
from shared.contracts.said import said


def unreached(read: ReadRules) -> Iterator[RuleProblem]:
    """Yield the rules that are never asked, each with the line of the rule that is in the way."""
    last: list[tuple[int, Rule]] = []
    # Early rules are asked first, wherever they are in the file.
    for index, rule in sorted(enumerate(read.rules), key=lambda one: not one[1].early):
        if not rule.active:
            continue
        before = next((number for number, one in last if _has_folders_of(one, rule)), None)
        if before is not None:
            yield _told(read, index, before)
        elif _asks_nothing(rule.when) and _is_the_last(rule):
            last.append((index, rule))


def _told(read: ReadRules, index: int, before: int) -> RuleProblem:
    what = said(
        "the rule is never asked: “{name}” in line {line} holds for every mail and is the last",
        name=read.rules[before].name,
        line=line_at(("rule", before), read.lines),
    )
    remedy = said("Let that rule ask for something in when, or have this one asked before it.")
    return RuleProblem(line_at(("rule", index), read.lines), what, remedy)


def _has_folders_of(before: Rule, rule: Rule) -> bool:
    return not before.folders or (bool(rule.folders) and _folders(rule).issubset(_folders(before)))


def _folders(rule: Rule) -> set[str]:
    return {"INBOX" if one.upper() == "INBOX" else one for one in rule.folders}


def _is_the_last(rule: Rule) -> bool:
    """Return whether no rule is asked after this one has held."""
    return rule.stop or any(isinstance(one, IgnoreAction) for one in rule.actions)


def _asks_nothing(condition: Condition | None) -> bool:
    """Return whether the condition holds for every mail for certain.

    `holds_for_everything` will not do here: what holds for nearly every mail leaves the others.
    """
    match condition:
        case None:
            return True
        case Test():
            return condition.field == SIZE and condition.op == "exists"
        case All():
            return all(map(_asks_nothing, condition.all))
        case AnyOf():
            return any(map(_asks_nothing, condition.any))
        case Not():
            return _holds_for_none(condition.not_)


def _holds_for_none(condition: Condition) -> bool:
    match condition:
        case All():
            return any(map(_holds_for_none, condition.all))
        case AnyOf():
            return all(map(_holds_for_none, condition.any))
        case Not():
            return _asks_nothing(condition.not_)
        case Test():
            return False
