"""Builders for conversations: a box that has them, and facts about a task."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from services.classifier.chain import SoFar
from services.classifier.facts.facts import Facts
from shared.contracts.commands import SendMail
from shared.contracts.conversation_commands import CommentTask
from shared.contracts.references import RecordRef, UserRef
from shared.domain.directory import RecordMatch, TaskPeople, User
from shared.domain.tickets import ticket
from shared.settings.box import Box
from tests.builders import EVA, OWN_MAIL, a_box, a_mail, decide, some_facts

SUPPORT = "support@firma.cz"
TASK = RecordRef(id=1, number="55")
TAG = ticket("55", OWN_MAIL)
ANSWERED = OWN_MAIL.message_id(UUID(int=5), "firma.cz")
"""The Message-ID of a mail of ours about the task."""

SOLVER = User(UserRef(id=2, email=EVA), (3,))


def a_talking_box(**settings: Any) -> Box:
    """A box with conversations and a support."""
    return a_box(**({"conversations": True, "support_address": SUPPORT} | settings))


def talking_facts(box: Box | None = None, **changes: Any) -> Facts:
    """The small company, whose task 55 is solved by Eva."""
    people = {"tasks": {1: TaskPeople(1, (SOLVER,))}, "answered": {ANSWERED: TASK}}
    facts = some_facts(box or a_talking_box(), **(people | changes))
    return replace(facts, context=replace(facts.context, own_mail=OWN_MAIL))


def talked(source: bytes | str = "Hello.\n", facts: Facts | None = None, **fields: Any) -> SoFar:
    """What becomes of a mail in a box with conversations."""
    facts = facts or talking_facts()
    return decide(a_mail(source, facts.context.box, **fields), facts)


def comments(decided: SoFar) -> list[CommentTask]:
    """The comments among the commands."""
    return [one for one in decided.commands if isinstance(one, CommentTask)]


def mails(decided: SoFar) -> list[SendMail]:
    """The mails that are sent."""
    return [one for one in decided.commands if isinstance(one, SendMail)]


def without_tasks() -> Facts:
    """The same company without any task."""
    return talking_facts(records={("task", "77"): RecordMatch()}, tasks={}, answered={})
