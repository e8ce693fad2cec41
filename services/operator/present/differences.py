"""In what something else would come of a mail than what was recorded, for people and programs."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.answers.cause_of_difference import Compared, Difference
from services.operator.present.labels import field_label, kind_label, rule_label
from services.operator.present.records import value_as_text
from services.operator.present.verdicts import verdict_as_text
from shared.contracts.verdict import words_of
from shared.language.language import Language


def compared_as_json(compared: Compared) -> Mapping[str, Any]:
    """Return what is otherwise as fields of an object."""
    return {
        "differences": [_as_object(one) for one in compared.differences],
        "trace": [line.model_dump(exclude_none=True) for line in compared.because],
        "rules_that_held": list(compared.held_then),
    }


def compared_as_lines(compared: Compared, language: Language) -> Iterator[str]:
    """Yield a line for each difference, those that come of the rules first, then the reasons."""
    for by_rules in (True, False):
        chosen = [one for one in compared.differences if one.by_rules is by_rules]
        if not chosen:
            continue
        yield _heading(language, by_rules=by_rules)
        yield from (f"  {_as_line(one, language)}" for one in chosen)
    if compared.held_then:
        names = ", ".join(f"“{name}”" for name in compared.held_then)
        yield language.say("rules that held then, and do not now: {names}", names=names)
    for line in compared.because:
        yield f"  {line.id}  {rule_label(line.rule, language)}: {language.reason(line)}"


def disposal_as_text(wish: object, language: Language) -> str:
    """Say what becomes of a mail in its box."""
    if not isinstance(wish, Mapping):
        return language.say("as the box's disposition says")
    parts = [language.say("marked as seen")] if wish["seen"] else []
    match wish["then"]:
        case "move":
            parts.append(language.say("moved to {folder}", folder=wish["folder"]))
        case "delete":
            parts.append(language.say("deleted"))
        case _:
            parts.append(language.say("stays in its folder"))
    return ", ".join(parts)


def _heading(language: Language, *, by_rules: bool) -> str:
    if by_rules:
        return language.say("otherwise because of the rules:")
    return language.say("otherwise because the ERP or the settings have changed since:")


def _as_line(one: Difference, language: Language) -> str:
    thing = _thing(one, language)
    if one.field or one.what in {"verdict", "mailbox"}:
        then, now = (_value(one, value, language) for value in (one.then, one.now))
        return language.say("{thing}: {then} → {now}", thing=thing, then=then, now=now)
    if one.then is None:
        return language.say("{thing}: is new", thing=thing)
    return language.say("{thing}: is not made any more", thing=thing)


def _thing(one: Difference, language: Language) -> str:
    name, value = one.of
    of = f" {value_as_text(value)}" if name and value is not None else ""
    field = f", {field_label(one.field, language)}" if one.field else ""
    return f"{kind_label(one.what, language)}{of}{field}"


def _value(one: Difference, value: object, language: Language) -> str:
    if one.what == "verdict":
        return verdict_as_text(words_of(str(value)), language)
    if one.what == "mailbox":
        return disposal_as_text(value, language)
    return language.say("nothing") if value is None else value_as_text(value)


def _as_object(one: Difference) -> Mapping[str, Any]:
    name, value = one.of
    return {
        "what": one.what,
        "of": {name: value} if name else {},
        "field": one.field or None,
        "then": one.then,
        "now": one.now,
        "by_rules": one.by_rules,
    }
