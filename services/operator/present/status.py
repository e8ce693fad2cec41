"""The results of `status` for a person: first what stands still, then everything."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from services.answers.standstill import Standstill
from services.answers.status import SourceState
from services.operator.present.labels import part_label
from services.operator.present.records import records_as_text
from shared.language.language import Language

_HIDDEN = ("overdue_at", "trouble")
"""Only there for the findings."""


def status_as_text(
    found: Sequence[Standstill], parts: Mapping[str, Any], zone: tzinfo, language: Language
) -> RenderableType:
    """Return all of it.

    Args:
        found: What stands still.
        parts: What was found.
        zone: Of times that belong to no box.
        language: What is spoken.
    """
    blocks: list[RenderableType] = [Text(language.say("stands still"), style="bold")]
    blocks += [Text(_line(one, language), style="yellow") for one in found] or [
        Text(language.say("nothing"))
    ]
    for name, part in parts.items():
        blocks += [Text(), Text(part_label(name, language), style="bold")]
        blocks.append(records_as_text(_rows(part, zone), language))
    return Group(*blocks)


def _line(one: Standstill, language: Language) -> str:
    where, why, remedy = map(language.tell, (one.where, one.why, one.remedy))
    return f"{where}: {why}\n→ {remedy}"


def _rows(part: Any, zone: tzinfo) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever a part is
    if isinstance(part, int):
        return [{"mails": part}]
    return [_row(one, zone) for one in (part if isinstance(part, list) else [part])]


def _row(one: Any, zone: tzinfo) -> dict[str, Any]:  # noqa: ANN401 - the same
    # Times of a box are in its zone already.
    zone_of = None if isinstance(one, SourceState) else zone
    return {
        name: _moment(value, zone_of) if isinstance(value, datetime) else value
        for name, value in asdict(one).items()
        if name not in _HIDDEN
    }


def _moment(moment: datetime, zone: tzinfo | None) -> str:
    return (moment.astimezone(zone) if zone else moment).strftime("%Y-%m-%d %H:%M:%S %Z")
