"""The rule file of a box as data (behaviour C-1); `reading.py` reads one."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from services.classifier.custom.action_models import Action, Name
from services.classifier.custom.conditions import Condition, RulePart, not_empty

MOST_RULES = 500


class Rule(RulePart):
    """One rule: what it asks of a mail, and what it does.

    Attributes:
        name: Unique within the file; traces name it.
        early: Asked right after R-1, before the manual's rules.
        folders: Folders of the box that it looks at; empty: all.
        when: None: every mail.
        stop: No further rule of the file is asked; of an early one the manual's neither.
        confirm: The rule may delete every mail.
    """

    name: Name
    active: bool = True
    early: bool = False
    folders: Annotated[tuple[Name, ...], Field(strict=False, max_length=100)] = ()
    when: Condition | None = None
    actions: Annotated[
        tuple[Action, ...], Field(strict=False, max_length=30), BeforeValidator(not_empty)
    ]
    stop: bool = False
    confirm: bool = False


class RuleFile(RulePart):
    """All rules of a box, in their order."""

    rule: Annotated[tuple[Rule, ...], Field(strict=False, max_length=MOST_RULES)] = ()
