"""Says what pydantic has found wrong in a rule file, for a person (behaviour C-3). Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

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
from shared.contracts.said import Said, said, verbatim
from shared.settings.near_miss import nearest, quoted

ACTIONS: Mapping[str, type[RulePart]] = {
    get_args(model.model_fields["do"].annotation)[0]: model
    for model in get_args(get_args(Action)[0])
}
"""The actions by name."""

_LIST = said("is not a list"), said("Write it in brackets, as {form}.", form="[ … ]")
_TRUTH = said("is neither true nor false"), said("Write true or false, without quotes.")
_NUMBER = said("is not a whole number"), said("Write digits, without quotes.")
_TABLE = said("is not a table"), said("Write it as {form}.", form="{ … }")

_KINDS: Mapping[str, tuple[Said, Said]] = {
    "tuple_type": _LIST,
    "list_type": _LIST,
    "string_type": (said("is not text"), said("Write it in quotes.")),
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "string_too_short": (said("is empty"), said("Write something between the quotes.")),
    "model_type": (
        said("is not a condition"),
        said("Write {form}.", form="{ field = …, op = … }, or { all = [ … ] }"),
    ),
    "model_attributes_type": _TABLE,
    "dict_type": _TABLE,
}
"""What is wrong with a value by what pydantic calls it, and what to do."""

_TABLES = {"rule": said("Write {form}, with two brackets, before each rule.", form="[[rule]]")}
_GROUPS = ("all", "any", "not")

_CONDITION_KEYS = ("all", "any", "not", *Test.model_fields)


def described(error: ErrorDetails) -> tuple[Place, Said, Said]:
    """Return where an error is, what is wrong, and what to do."""
    place = _place(error["loc"])
    what, remedy = _told(error, str(place[-1]) if place else "")
    return place, what, remedy


def _told(error: ErrorDetails, name: str) -> tuple[Said, Said]:
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            told = _unknown(name, error["loc"])
        case "missing":
            told = said("{name} is missing", name=name), said("Add {name}.", name=name)
        case "union_tag_not_found":
            remedy = said("Add do: one of {names}.", names=_listed(ACTIONS))
            told = said("the action has no do"), remedy
        case "union_tag_invalid":
            tag = str(context.get("tag", ""))
            told = said("unknown action {name}", name=quoted(tag)), _meant(tag, ACTIONS)
        case "unknown_field":
            field = str(context["name"])
            what = said("unknown field {name}", name=quoted(field))
            told = what, _meant(field, (*FIELDS, f"{HEADER}<name>"))
        case "literal_error":
            told = _unknown_word(str(error["input"]), name)
        case "too_long":
            number = context.get("actual_length") or said("too many")
            most = context["max_length"]
            what = said(
                "{number} in {name}, of at most {most}", number=number, name=name, most=most
            )
            told = what, said("Leave some out.")
        case "expression":
            remedy = said("google-re2 knows neither references back nor look-arounds.")
            told = context["said"], remedy
        case kind if kind in _KINDS:
            what, remedy = _KINDS[kind]
            told = said("{name} {what}", name=name, what=what), _TABLES.get(name, remedy)
        case _:
            what = said("{name}: {what}", name=name, what=_of_value(error, context))
            told = what, said("Correct the value.")
    return told


def _unknown(name: str, loc: tuple[str | int, ...]) -> tuple[Said, Said]:
    known = _keys_at(loc)
    if name in known:
        # Known, but of another form of condition than the one that pydantic took it for.
        what = said(
            "{name} beside one of {groups}: a condition has one form",
            name=quoted(name),
            groups=_listed(_GROUPS),
        )
        return what, said("Put both conditions into {form}.", form="{ all = [ … ] }")
    return said("unknown key {name}", name=quoted(name)), _meant(name, known)


def _unknown_word(written: str, name: str) -> tuple[Said, Said]:
    if name == "op":
        return said("unknown operator {name}", name=quoted(written)), _meant(written, OPERATORS)
    what = said("unknown {key} {name}", key=name, name=quoted(written))
    return what, _meant(written, get_args(TaskField))


def _of_value(error: ErrorDetails, context: Mapping[str, Any]) -> Said:
    """Say what is wrong with a value: in our words, or else in those of pydantic."""
    if "said" in context:
        found: Said = context["said"]
        return found
    if error["type"] == "string_too_long":
        return said("the text is longer than {most} characters", most=context["max_length"])
    return verbatim(f"{error['msg'][:1].lower()}{error['msg'][1:]}")


def _place(loc: tuple[str | int, ...]) -> Place:
    """Return a place without the names by which pydantic tells alternatives apart."""
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


def _meant(written: str, known: Iterable[str]) -> Said:
    names = tuple(known)
    if meant := nearest(written, names):
        return said("Did you mean {meant}?", meant=meant)
    return said("Known are {names}.", names=_listed(names))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
