"""In what something else would come of a mail than what was recorded (O-9, C-3). Pure."""

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.classifier.chain import SoFar
from services.writer.compact import compact
from shared.contracts.commands import AnyCommand, ApplyEvent
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.verdict import Word, joined, kind_of, task_updated

Recording = Mapping[str, Any]
"""A command as the journal has it, with records by their ids."""

_OF_ONE_RUN = {"command_id", "answers_to", "task_command", "by_envelope", "marks", "bounced_on"}
"""What may be another at each run, though the same comes of the mail."""

_OF_ITS_TASK = {"task", "solvers", "approver"}
"""What a problem mail says only of a task that is not there yet: since then it is."""

_TASK_KINDS = {"create_task", "update_task"}

_OF_ITS_CONTACT = {"contact", "contact_of", "relationship"}
"""What a mail that has made a contact says before there is one, and after."""

_WHOSE = ("responsible", "user", "recipient", "address", "task", "name")
"""What tells records of one kind apart, the best first."""


class Then(NamedTuple):
    """What was recorded of a mail.

    Attributes:
        commands: JSON; None: an earlier version has recorded none.
        mailbox: What rules wanted done with it in its box.
        trace: Its lines, as the journal has them.
    """

    verdict: Sequence[str]
    commands: str | None
    mailbox: MailboxActions | None
    trace: Sequence[Recording]


class Change(NamedTuple):
    """One thing that is not as it was recorded.

    Attributes:
        what: `verdict`, `mailbox`, or the kind of a command.
        of: Field and value that tell the record apart, as `responsible` and a user's id.
        field: Of the record; empty: the thing as a whole.
        then, now: The values, with records by their ids; None: there was or is none.
    """

    what: str
    of: tuple[str, object]
    field: str
    then: object
    now: object


def changes(decided: SoFar, then: Then) -> list[Change]:
    """Return what a decision has otherwise than it was recorded; empty: the same would come of it.

    Args:
        decided: What would be decided.
        then: What was recorded.
    """
    found = []
    if _kind(decided.words) != _kind(then.verdict):
        found.append(_whole("verdict", joined(then.verdict), joined(decided.words)))
    if decided.mailbox != then.mailbox:
        told = [one.model_dump() if one else None for one in (then.mailbox, decided.mailbox)]
        found.append(_whole("mailbox", *told))
    if then.commands is None:
        return found
    made = json.loads(then.commands)
    contact = any(one.get("kind") == "create_contact" for one in made)
    now = json.loads(compact(whole_commands(decided)))
    return [*found, *_of_commands(_without_contacts(made), _without_contacts(now), contact)]


def whole_commands(decided: SoFar) -> Sequence[AnyCommand]:
    """Return commands as the journal has them: with the state of the event that one refers to."""
    return tuple(
        one.of(decided.events[one.event]) if isinstance(one, ApplyEvent) else one
        for one in decided.commands
    )


def _whole(what: str, then: object, now: object) -> Change:
    return Change(what, ("", None), "", then, now)


def _kind(verdict: Sequence[str]) -> str:
    """Return a verdict without what the mail has changed since: its problem has a task now."""
    if Word.TASK_APPLICATION in verdict:
        of_its_task = {Word.NEW_TASK_CREATED, kind_of([task_updated(0)])}
        verdict = [word for word in verdict if kind_of([word]) not in of_its_task]
    return kind_of(verdict)


def _without_contacts(commands: Sequence[Recording]) -> list[Recording]:
    return [one for one in commands if one.get("kind") != "create_contact"]


def _of_commands(
    then: Sequence[Recording],
    now: Sequence[Recording],
    contact: bool,  # noqa: FBT001 - whether one of them made one
) -> Iterator[Change]:
    for before, after in _paired(then, now, contact):
        one = after or before or {}
        what, of = str(one.get("kind", "more")), _whose(one)
        if not (before and after):
            yield Change(what, of, "", _shown(before), _shown(after))
            continue
        was, would = _comparable(before, contact), _comparable(after, contact)
        for name in sorted({*was, *would} - _made_itself(was, would)):
            if was.get(name) != would.get(name):
                yield Change(what, of, name, was.get(name), would.get(name))


def _made_itself(was: Recording, would: Recording) -> set[str]:
    """Return fields that named what the mail was to make first, and now name what it has made."""
    made = (one for one in ("contact", "relationship") if f"{one}_of" in was and one in would)
    return {field for one in made for field in (one, f"{one}_of")}


def _paired(
    then: Sequence[Recording],
    now: Sequence[Recording],
    contact: bool,  # noqa: FBT001 - as above
) -> Iterator[tuple[Recording | None, Recording | None]]:
    """Yield what belongs together: equal commands, else for the same, else of a kind."""
    left, new = list(then), list(now)
    alike: Sequence[Callable[[Recording], Hashable]] = (
        lambda one: json.dumps(_comparable(one, contact), sort_keys=True),
        lambda one: (_kind_of(one), str(_whose(one))),
        _kind_of,
    )
    for key in alike:
        for after in tuple(new):
            before = next((one for one in left if key(one) == key(after)), None)
            if before is not None:
                left.remove(before)
                new.remove(after)
                yield before, after
    yield from ((one, None) for one in left)
    yield from ((None, one) for one in new)


def _whose(command: Recording) -> tuple[str, object]:
    name = next((one for one in _WHOSE if one in command), "")
    return name, command.get(name)


def _shown(command: Recording | None) -> object:
    return None if command is None else {"kind": command.get("kind", "more")}


def _kind_of(command: Recording) -> str:
    kind = str(command.get("kind"))
    return "task of a problem" if kind in _TASK_KINDS and command.get("problem_id") else kind


def _comparable(command: Recording, contact: bool) -> Recording:  # noqa: FBT001 - as above
    left_out = _OF_ONE_RUN | (_OF_ITS_CONTACT if contact else set())
    if command.get("kind") in _TASK_KINDS and command.get("problem_id"):
        left_out = left_out | _OF_ITS_TASK | {"kind"}
    return {name: value for name, value in command.items() if name not in left_out}
