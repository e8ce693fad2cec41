"""Builders for rules of the administrator: a file in a few lines, and facts with its rules."""

from dataclasses import replace
from typing import Any

from services.classifier.custom.reading import read_rules
from services.classifier.custom.rule_set import RuleSet
from services.classifier.facts.facts import Facts
from shared.settings.box import Box
from tests.builders import some_facts


def a_rule(name: str = "r", *, actions: str = '{ do = "ignore" }', more: str = "") -> str:
    """One rule as its file has it; `more` are further lines."""
    return f'[[rule]]\nname = "{name}"\nactions = [ {actions} ]\n{more}\n'


def rules_of(*texts: str) -> RuleSet:
    """The rules of a file that is valid."""
    read = read_rules("\n".join(texts).encode())
    assert read.problems == ()
    return RuleSet(tuple(one for one in read.rules if one.active))


def facts_with(*texts: str, box: Box | None = None, **changes: Any) -> Facts:
    """The small company's facts, and these rules."""
    facts = some_facts(box, **changes)
    context = replace(facts.context, rules=rules_of(*texts))
    return replace(facts, context=context)
