"""Records for a person: each field in a line of its own, empty ones left out."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.answers.times import Instant
from services.operator.present.labels import field_label, state_label
from services.operator.present.times import zoned_as_text
from shared.contracts.line import one_line
from shared.language.language import ENGLISH, Language

_WIDTH = 16
_STATES = frozenset({"direction", "mark", "state", "why"})
"""Fields whose values are words of ours."""


def records_as_text(
    rows: Sequence[Mapping[str, object]], language: Language = ENGLISH
) -> RenderableType:
    """Return records below each other, without empty fields."""
    blocks: list[RenderableType] = []
    for row in rows:
        table = Table(box=None, pad_edge=False, show_header=False)
        for name, value in row.items():
            if value not in (None, [], ""):
                label = Text(field_label(name, language), style="dim")
                table.add_row(label, Text(value_in_words(name, value, language)))
        blocks += [table, Text()]
    return Group(*blocks) if blocks else Text(language.say("none"))


def record_as_text(row: Mapping[str, object], zone: ZoneInfo, language: Language) -> str:
    """Write one record, with a blank line after it; plain text, for there may be a million.

    Moments are told in `zone`, which is named.
    """
    lines = [
        f"{field_label(name, language):<{_WIDTH}} {one_line(told)}\n"
        for name, value in row.items()
        if value not in (None, [], "", {}) and (told := _told(name, value, zone, language))
    ]
    return "".join((*lines, "\n"))


def _told(name: str, value: object, zone: ZoneInfo, language: Language) -> str:
    if isinstance(value, Instant):
        return zoned_as_text(value.at, zone, language)
    return value_in_words(name, value, language)


def value_in_words(name: str, value: object, language: Language) -> str:
    """Say the value of the field `name`; what others have written, as a subject, stays as it is."""
    if isinstance(value, bool):
        return language.say("yes") if value else language.say("no")
    if isinstance(value, str) and name in _STATES:
        return state_label(value, language)
    return value_as_text(value)


def value_as_text(value: object) -> str:
    """Return a value as a person writes it."""
    if value is True:
        return "yes"
    if value is False:
        return "no"
    if isinstance(value, list):
        return " + ".join(map(str, value))
    return str(value)
