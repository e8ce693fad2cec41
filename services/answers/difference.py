"""Whether something else would come of a mail than what was recorded (behaviour O-9). Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.classifier.chain import SoFar
from services.writer.compact import compact
from shared.contracts.commands import AnyCommand, ApplyEvent
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.verdict import Word, kind_of, task_updated

_OF_ONE_RUN = {"command_id", "answers_to", "task_command", "by_envelope", "marks", "bounced_on"}
"""What may be another at each run, though the same comes of the mail."""

_OF_ITS_TASK = {"task", "solvers", "approver"}
"""What a problem mail says only of a task that is not there yet: since then it is."""

_TASK_KINDS = {"create_task", "update_task"}

_OF_ITS_CONTACT = {"contact", "contact_of", "relationship"}
"""What a mail that has made a contact says before there is one, and after."""


class Then(NamedTuple):
    """What was recorded of a mail.

    Attributes:
        commands: JSON; None: an earlier version has recorded none.
        mailbox: What rules wanted done with it in its box.
    """

    verdict: Sequence[str]
    commands: str | None
    mailbox: MailboxActions | None


def differ(decided: SoFar, then: Then) -> bool:
    """Tell whether a decision is another one than that which was recorded.

    Args:
        decided: What would be decided.
        then: What was recorded.
    """
    if _kind(decided.words) != _kind(then.verdict) or decided.mailbox != then.mailbox:
        return True
    if then.commands is None:
        return False
    made = json.loads(then.commands)
    contact = any(one.get("kind") == "create_contact" for one in made)
    return _told(json.loads(compact(whole_commands(decided))), contact) != _told(made, contact)


def whole_commands(decided: SoFar) -> Sequence[AnyCommand]:
    """Return commands as the journal has them: with the state of the event that one refers to."""
    return tuple(
        one.of(decided.events[one.event]) if isinstance(one, ApplyEvent) else one
        for one in decided.commands
    )


def _kind(verdict: Sequence[str]) -> str:
    """Return a verdict without what the mail has changed since: its problem has a task now."""
    if Word.TASK_APPLICATION in verdict:
        of_its_task = {Word.NEW_TASK_CREATED, kind_of([task_updated(0)])}
        verdict = [word for word in verdict if kind_of([word]) not in of_its_task]
    return kind_of(verdict)


def _told(commands: Sequence[Mapping[str, Any]], contact: bool) -> list[str]:  # noqa: FBT001 - either
    """Return what commands would make, in a comparable form; `contact`: one of them a contact."""
    return sorted(
        json.dumps(_comparable(one, contact), sort_keys=True)
        for one in commands
        if one.get("kind") != "create_contact"
    )


def _comparable(command: Mapping[str, Any], contact: bool) -> Mapping[str, Any]:  # noqa: FBT001 - as above
    left_out = _OF_ONE_RUN | (_OF_ITS_CONTACT if contact else set())
    if command.get("kind") in _TASK_KINDS and command.get("problem_id"):
        left_out = left_out | _OF_ITS_TASK | {"kind"}
    return {name: value for name, value in command.items() if name not in left_out}
