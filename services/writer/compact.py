"""Commands as the journal keeps them: what was to be done, by the ids of its records. Pure."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

from shared.contracts.base import Contract
from shared.contracts.commands import AnyCommand

_MOST_COMMANDS = 200
_LONGEST_TEXT = 250
_DIGEST = 16


def compact(commands: Sequence[AnyCommand]) -> str:
    """Write a JSON list: an object per command, without texts of the mail; further ones counted."""
    told: list[dict[str, object]] = [_object(one) for one in commands[:_MOST_COMMANDS]]
    if more := len(commands) - len(told):
        told.append({"more": more})
    return json.dumps(told, ensure_ascii=False, default=str, separators=(",", ":"))


def _object(command: AnyCommand) -> dict[str, object]:
    fields = {name: _value(value) for name, value in command}
    report = getattr(command, "report", None)
    if report is not None and not report.believed:
        fields["held"] = True
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _value(value: object) -> object:
    """Return a record by its id; several in a list; what has no id, as an attendee, is left out.

    Of what a task is set to, or a template is filled with, a digest stands for texts of the mail.
    """
    if isinstance(value, Contract):
        return getattr(value, "id", None)
    if isinstance(value, Mapping):
        return (
            sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:_DIGEST]
            if value
            else None
        )
    if isinstance(value, tuple):
        return [told for one in value if (told := _value(one)) is not None]
    return value[:_LONGEST_TEXT] if isinstance(value, str) else value
