"""The rules of a box that run, and what they name in the ERP (behaviour C-1). Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from services.classifier.custom.action_models import (
    ActivityAction,
    CreateContactAction,
    TaskAction,
)
from services.classifier.custom.conditions import fields_of
from services.classifier.custom.expressions import expression
from services.classifier.custom.rule_file import Rule
from services.classifier.reading.mail import Mail
from shared.domain.directory import Names

_Kind = TypeVar("_Kind")

_OF_THE_ERP = frozenset(("sender_known", "sender_user", "direction"))
"""Fields of conditions that the ERP's data decide."""

_NUMBER = re.compile(r"[\w/.-]{1,50}")


@dataclass(frozen=True)
class RuleSet:
    """The active rules of a box.

    Attributes:
        rules: In their order.
    """

    rules: tuple[Rule, ...]

    @cached_property
    def names(self) -> Names:
        """The users and companies that the rules name."""
        companies = (one.relationship for one in self._of(CreateContactAction))
        return Names(
            users=frozenset(name for one in self._of(TaskAction) for name in one.solvers),
            companies=frozenset(filter(None, companies)),
        )

    @cached_property
    def contracts(self) -> frozenset[str]:
        """Numbers of the contracts that the rules name."""
        numbers = [one.contract for one in self._of(TaskAction)]
        numbers += [one.contract for one in self._of(ActivityAction)]
        return frozenset(filter(None, numbers))

    def task_numbers(self, mail: Mail) -> frozenset[str]:
        """Return the numbers that the mail may name a task by."""
        return frozenset(filter(None, (task_number(find, mail) for find in self._finds)))

    def asks_the_erp(self, name: str) -> bool:
        """Whether the ERP's data decide if the rule of that name holds; no if there is none."""
        return any(
            not _OF_THE_ERP.isdisjoint(fields_of(one.when))
            for one in self.rules
            if one.name == name
        )

    @cached_property
    def _finds(self) -> frozenset[str | None]:
        """How the rules find a task; each way is tried once per mail, however many rules ask."""
        return frozenset(one.find for one in self._of(TaskAction))

    def _of(self, kind: type[_Kind]) -> Iterator[_Kind]:
        for rule in self.rules:
            yield from (one for one in rule.actions if isinstance(one, kind))


def task_number(find: str | None, mail: Mail) -> str | None:
    """Return the number of the task that a mail names, if it looks like one (C-2).

    Args:
        find: An expression; None: the token counts.
        mail: Which names it.
    """
    if find is None:
        return next((one.number for one in mail.tokens if one.kind == "task"), None)
    wanted = expression(find)
    for text in (mail.written_subject, mail.body):
        number = (wanted.captured(text) or "").strip()
        if _NUMBER.fullmatch(number):
            return number
    return None
