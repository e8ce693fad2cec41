"""Says what pydantic has found wrong in a rule file, for a person (behaviour C-3). Pure."""

from collections.abc import Iterable, Mapping
from typing import get_args

from pydantic_core import ErrorDetails

from services.classifier.custom.action_models import (
    Action,
    Pull,
    TaskField,
    TaskValues,
)
from services.classifier.custom.conditions import (
    FIELDS,
    HEADER,
    OPERATORS,
    TAG,
    RulePart,
    Test,
)
from services.classifier.custom.rule_file import Rule, RuleFile
from services.classifier.custom.toml_lines import Place
from shared.settings.near_miss import nearest, quoted

ACTIONS: Mapping[str, type[RulePart]] = {
    get_args(model.model_fields["do"].annotation)[0]: model
    for model in get_args(get_args(Action)[0])
}
"""The actions by name."""

_KINDS: Mapping[str, tuple[str, str]] = {
    "tuple_type": ("is not a list", "Write it in brackets, as [ … ]."),
    "string_type": ("is not text", "Write it in quotes."),
    "bool_type": ("is neither true nor false", "Write true or false, without quotes."),
    "string_too_short": ("is empty", "Write something between the quotes."),
    "model_type": (
        "is not a condition",
        "Write { field = …, op = … }, or { all = [ … ] }.",
    ),
}
"""What is wrong with a value by what pydantic calls it, and what to do."""

_TABLES = {"rule": "Write [[rule]], with two brackets, before each rule."}
_GROUPS = ("all", "any", "not")

_CONDITION_KEYS = ("all", "any", "not", *Test.model_fields)


def described(error: ErrorDetails) -> tuple[Place, str, str]:
    """Return where an error is, what is wrong, and what to do."""
    place = _place(error["loc"])
    what, remedy = _told(error, str(place[-1]) if place else "")
    return place, what, remedy


def _told(error: ErrorDetails, name: str) -> tuple[str, str]:
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            told = _unknown(name, error["loc"])
        case "missing":
            told = f"{name} is missing", f"Add {name}."
        case "union_tag_not_found":
            told = "the action has no do", f"Add do: one of {_listed(ACTIONS)}."
        case "union_tag_invalid":
            tag = str(context.get("tag", ""))
            told = f"unknown action {quoted(tag)}", _meant(tag, ACTIONS)
        case "unknown_field":
            field = str(context["name"])
            told = f"unknown field {quoted(field)}", _meant(field, (*FIELDS, f"{HEADER}<name>"))
        case "literal_error":
            written = str(error["input"])
            known = OPERATORS if name == "op" else get_args(TaskField)
            what = "operator" if name == "op" else name
            told = f"unknown {what} {quoted(written)}", _meant(written, known)
        case "too_long":
            number, most = context.get("actual_length"), context["max_length"]
            told = f"{number or 'too many'} in {name}, of at most {most}", "Leave some out."
        case "expression":
            told = error["msg"], "google-re2 knows neither references back nor look-arounds."
        case kind if kind in _KINDS:
            what, remedy = _KINDS[kind]
            told = f"{name} {what}", _TABLES.get(name, remedy)
        case _:
            what = f"{name}: {error['msg'][:1].lower()}{error['msg'][1:]}"
            told = what, "Correct the value."
    return told


def _unknown(name: str, loc: tuple[str | int, ...]) -> tuple[str, str]:
    known = _keys_at(loc)
    if name in known:
        # Known, but of another form of condition than the one that pydantic took it for.
        told = f"{quoted(name)} beside one of {_listed(_GROUPS)}: a condition has one form"
        return told, "Put both conditions into { all = [ … ] }."
    return f"unknown key {quoted(name)}", _meant(name, known)


def _place(loc: tuple[str | int, ...]) -> Place:
    """Without the names by which pydantic tells alternatives apart."""
    return tuple(part for part, is_tag in _tagged(loc) if not is_tag)


def _tagged(loc: tuple[str | int, ...]) -> Iterable[tuple[str | int, bool]]:
    for number, part in enumerate(loc):
        of_action = number > 1 and loc[number - 2] == "actions" and part in ACTIONS
        yield part, (isinstance(part, str) and part.startswith(TAG)) or of_action


def _keys_at(loc: tuple[str | int, ...]) -> tuple[str, ...]:
    """Return the keys that the table has which an unknown one stands in."""
    above, owner = (*(None, None), *loc)[-3:-1]
    if isinstance(owner, str) and owner.startswith(TAG):
        return _CONDITION_KEYS
    if owner in ACTIONS and isinstance(above, int):
        return tuple(ACTIONS[str(owner)].model_fields)
    if owner is None:
        return tuple(RuleFile.model_fields)
    if owner == "set":
        return tuple(TaskValues.model_fields)
    if "pull" in loc:
        return tuple(Pull.model_fields)
    return tuple(Rule.model_fields)


def _meant(written: str, known: Iterable[str]) -> str:
    names = tuple(known)
    if meant := nearest(written, names):
        return f"Did you mean {meant}?"
    return f"Known are {_listed(names)}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
