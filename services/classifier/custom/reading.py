"""Reads a rule file: every problem at once, with its line and the nearest name (C-3). Pure."""

import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from services.classifier.custom.action_models import (
    DeleteAction,
    MoveAction,
    SetFieldsAction,
    TaskAction,
)
from services.classifier.custom.conditions import Test, is_too_deep
from services.classifier.custom.everything import holds_for_everything
from services.classifier.custom.faults import described
from services.classifier.custom.rule_file import Rule, RuleFile
from services.classifier.custom.toml_lines import Place, line_at, lines_of
from services.classifier.custom.toml_remedies import remedy_for
from shared.contracts.said import Said, said

LARGEST_BYTES = 1_000_000
MOST_EXPRESSIONS = 1000
"""Each takes memory, and its time of every mail."""

_MOST_TOLD = 200


class RuleProblem(NamedTuple):
    """What is wrong with a rule file.

    Attributes:
        line: From 1 on; None: the file as a whole.
        what: What is wrong, for a person.
        remedy: What to do.
    """

    line: int | None
    what: Said
    remedy: Said


class ReadRules(NamedTuple):
    """A rule file that was read.

    Attributes:
        rules: In their order; none where there are problems.
        problems: In the order of their lines.
        lines: Where everything is.
    """

    rules: tuple[Rule, ...]
    problems: tuple[RuleProblem, ...]
    lines: dict[Place, int]


def read_rules(content: bytes) -> ReadRules:
    """Read the bytes of a rule file."""
    found = _parsed(content)
    if isinstance(found, RuleProblem):
        return ReadRules((), (found,), {})
    text, data = found
    lines = lines_of(text)
    if is_too_deep(data):
        deep = RuleProblem(None, said("conditions are nested too deep"), said("Split the rule."))
        return ReadRules((), (deep,), lines)
    try:
        rules = RuleFile.model_validate(data).rule
    except ValidationError as error:
        return ReadRules((), _refused(error, lines), lines)
    problems = [
        RuleProblem(line_at(place, lines), what, remedy) for place, what, remedy in _odd(rules)
    ]
    if (count := sum(map(_expressions, rules))) > MOST_EXPRESSIONS:
        most = MOST_EXPRESSIONS
        what = said("{number} expressions, of at most {most}", number=count, most=most)
        remedy = said("Use contains, starts or ends where they do.")
        problems.append(RuleProblem(None, what, remedy))
    return ReadRules(() if problems else rules, _in_order(problems), lines)


def _parsed(content: bytes) -> tuple[str, dict[str, Any]] | RuleProblem:
    if len(content) > LARGEST_BYTES:
        what = said("the file is larger than {most} bytes", most=LARGEST_BYTES)
        return RuleProblem(None, what, said("Split it."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return RuleProblem(line, said("this is not UTF-8"), said("Save the file as UTF-8."))
    if not text.strip():
        # What a full disk or an editor leaves of a file is not the wish to have no rules.
        return RuleProblem(
            None, said("the file is empty"), said("Write rules, or name no rule file.")
        )
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _not_toml(str(error), text)
    except RecursionError:
        return RuleProblem(None, said("values are nested too deep"), said("Split the rule."))


def _not_toml(reason: str, text: str) -> RuleProblem:
    what, _, place = reason.partition(" (at ")
    number = place.removeprefix("line ").partition(",")[0]
    line = int(number) if number.isdecimal() else None
    remedy = remedy_for(text.splitlines()[line - 1 : line] if line else [])
    told = said("this is not TOML: {reason}", reason=what[:1].lower() + what[1:])
    return RuleProblem(line, told, remedy)


def _refused(error: ValidationError, lines: dict[Place, int]) -> tuple[RuleProblem, ...]:
    """Return what is wrong, and how much more: nobody reads thousands, and they take minutes."""
    found = error.errors(include_url=False)
    told = [
        RuleProblem(line_at(place, lines), what, remedy)
        for place, what, remedy in map(described, found[:_MOST_TOLD])
    ]
    problems = _in_order(told)
    if len(found) <= _MOST_TOLD:
        return problems
    more = said("{number} more problem(s)", number=len(found) - _MOST_TOLD)
    return (*problems, RuleProblem(None, more, said("Correct these first.")))


def _expressions(part: object) -> int:
    """Count the expressions in a part of the file."""
    if isinstance(part, Test):
        return part.op == "matches"
    if isinstance(part, BaseModel):
        own = isinstance(getattr(part, "find", None), str)
        return own + sum(_expressions(value) for _, value in part)
    return sum(map(_expressions, part)) if isinstance(part, tuple) else 0


def _in_order(problems: Sequence[RuleProblem]) -> tuple[RuleProblem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda one: (one.line or 0, one.what)))


def _odd(rules: Sequence[Rule]) -> Iterator[tuple[Place, Said, Said]]:
    """Yield what no single value shows."""
    names: dict[str, int] = {}
    for index, rule in enumerate(rules):
        first = names.setdefault(rule.name.casefold(), index)
        if first != index:
            what = said('another rule is called "{name}"', name=rule.name)
            yield ("rule", index, "name"), what, said("Give each rule a name of its own.")
        for number, what, remedy in _odd_actions(rule):
            yield ("rule", index, "actions", number), what, remedy


def _odd_actions(rule: Rule) -> Iterator[tuple[int, Said, Said]]:
    places, tasks, pulled = 0, 0, -1
    for number, action in enumerate(rule.actions):
        match action:
            case MoveAction() | DeleteAction():
                places += 1
                if places > 1:
                    what = said("a mail goes to one place: move and delete exclude each other")
                    yield number, what, said("Keep one of them.")
                if isinstance(action, DeleteAction) and _empties(rule):
                    remedy = said("Ask more in when, or write confirm = true.")
                    yield number, said("the rule deletes every mail"), remedy
            case TaskAction():
                tasks += 1
                pulled = -1
                if tasks > 1:
                    yield number, said("a mail makes one task"), said("Keep one task action.")
            case SetFieldsAction():
                pulled = number
            case _:
                pass
    if pulled >= 0:
        what = said("set_fields has no task after it whose fields it could set")
        yield pulled, what, said("Write it before a task action of the same rule.")


def _empties(rule: Rule) -> bool:
    return not rule.confirm and holds_for_everything(rule.when)
