"""The canonical form of an item's content: cleaning, comparing, merging, keeping. Pure.

Each side is compared only with its own last values (K-6). White space that services rewrite on
their own is no difference, and neither are seconds.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from services.calsync.calendars.port import FieldValues, ItemContent, ItemTime, SyncedField

FIELDS: tuple[SyncedField, ...] = ("subject", "text", "start", "end", "location", "private")

LONGEST_LINE = 1_000
"""Characters of a subject or location that are kept."""

LONGEST_TEXT = 1_000_000
"""Characters of a text that are kept."""

_ENCODER = json.JSONEncoder(ensure_ascii=False)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_BLANKS = re.compile(r"\s+")
_EMPTY_LINES = re.compile(r"\n{3,}")


def one_line(text: str) -> str:
    """Return `text` as one line: no control characters, nor blanks at its ends, nor two at once."""
    if len(text) <= LONGEST_LINE and text.isprintable() and text == " ".join(text.split()):
        return text
    cut = text[: LONGEST_LINE * 2]
    return _BLANKS.sub(" ", _CONTROLS.sub("", cut)).strip()[:LONGEST_LINE].rstrip()


def plain_text(text: str) -> str:
    """Return `text` with plain line ends, without control characters and unseen blanks."""
    if len(text) <= LONGEST_TEXT and text.isprintable() and text == text.strip():
        return text
    lines = _LINE_ENDS.sub("\n", _CONTROLS.sub("", text[:LONGEST_TEXT])).replace("\xa0", " ")
    return _EMPTY_LINES.sub("\n\n", "\n".join(map(str.rstrip, lines.split("\n")))).strip()


def canonical(content: ItemContent) -> ItemContent:
    """Return `content` as it is compared and kept: seconds cut, an end after its start.

    What a service or a person wrote may be anything: it is bounded and cleaned here.
    """
    start = whole_minutes(content.start)
    end = whole_minutes(content.end)
    if isinstance(start, datetime) is not isinstance(end, datetime) or end <= start:
        end = start + (timedelta(minutes=1) if isinstance(start, datetime) else timedelta(days=1))
    return ItemContent(
        one_line(content.subject),
        plain_text(content.text),
        start,
        end,
        one_line(content.location),
        content.private,
    )


def whole_minutes(time: ItemTime) -> ItemTime:
    """Return `time` in UTC without seconds; a day stays."""
    if isinstance(time, datetime):
        return time.astimezone(UTC).replace(second=0, microsecond=0)
    return time


def differing(old: ItemContent, new: ItemContent) -> frozenset[SyncedField]:
    """Return the fields that differ."""
    if old == new:
        return frozenset()
    return frozenset(name for name in FIELDS if not same(name, value(old, name), value(new, name)))


def value(content: ItemContent, name: SyncedField) -> str | bool | ItemTime:
    """Return the value of one field."""
    found: str | bool | ItemTime = getattr(content, name)
    return found


def same(name: SyncedField, one: object, other: object) -> bool:
    """Return whether two values of a field say the same: of a text only the words count."""
    if name == "text" and isinstance(one, str) and isinstance(other, str):
        return one == other or _BLANKS.sub(" ", one).strip() == _BLANKS.sub(" ", other).strip()
    return type(one) is type(other) and one == other


def values_of(content: ItemContent, names: Iterable[SyncedField]) -> FieldValues:
    """Return the values to write for `names`: a change of start or end brings both."""
    wanted = set(names)
    if wanted & {"start", "end"}:
        wanted |= {"start", "end"}
    return {name: value(content, name) for name in FIELDS if name in wanted}


def time_in(values: FieldValues, name: Literal["start", "end"]) -> ItemTime:
    """Return the start or end among `values`.

    Raises:
        TypeError: It is no time.
    """
    found = values[name]
    if isinstance(found, str | bool):
        raise TypeError(name)
    return found


def with_values(content: ItemContent, values: FieldValues) -> ItemContent:
    """Return `content` with `values` set."""
    changed: dict[str, Any] = {name: values[name] for name in FIELDS if name in values}
    return replace(content, **changed)


def fits_together(content: ItemContent) -> bool:
    """Return whether start and end are of one type and in order."""
    both = isinstance(content.start, datetime) is isinstance(content.end, datetime)
    return both and content.start < content.end


def as_json(content: ItemContent) -> str:
    """Return `content` as the ledger keeps it; equal contents have equal texts."""
    return _ENCODER.encode(
        {
            "subject": content.subject,
            "text": content.text,
            "start": content.start.isoformat(),
            "end": content.end.isoformat(),
            "location": content.location,
            "private": content.private,
        }
    )


def from_json(text: str) -> ItemContent:
    """Return what `as_json` has written."""
    fields: Mapping[str, Any] = json.loads(text)
    times = {name: time_from(fields[name]) for name in ("start", "end")}
    return ItemContent(**{**fields, **times})


def time_from(text: str) -> ItemTime:
    """Return an instant or a day from its ISO form."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
