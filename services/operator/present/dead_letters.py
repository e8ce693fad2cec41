"""Dead letters for a person: what died of one reason at one place is put together."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from services.answers.dead_letters import DeadLetter
from services.operator.present.records import records_as_text

_NUMBERS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]+")
"""What differs between mails that died of the same: their ids, sizes, counts."""


def dead_letters_as_text(letters: Sequence[DeadLetter]) -> RenderableType:
    """Return all of them, the largest group first."""
    groups: dict[tuple[str, str], list[DeadLetter]] = {}
    for letter in letters:
        groups.setdefault((letter.queue, _NUMBERS.sub("N", letter.reason)), []).append(letter)
    largest_first = sorted(groups.values(), key=len, reverse=True)
    return Group(*(block for group in largest_first for block in _of(group)))


def dead_letter_as_text(letter: DeadLetter) -> RenderableType:
    """Return all that is known of one."""
    known = {
        "mail_id": letter.mail_id,
        "queue": letter.queue,
        "reason": letter.reason,
        "died_at": _moment(letter.died_at),
        "released_before": _times(letter) or "never",
    }
    return records_as_text([known | dict(letter.details)])


def _of(group: Sequence[DeadLetter]) -> Iterator[RenderableType]:
    yield Text(f"{group[0].queue}: {len(group)} mail(s)", style="bold")
    yield Text(f"  {group[0].reason}")
    for letter in group:
        again = f", released before: {_times(letter)}" if letter.released else ""
        died = f"  {_moment(letter.died_at)}" if letter.died_at else ""
        yield Text(f"    {letter.mail_id or '(no id)'}{died}{again}")
    yield Text()


def _times(letter: DeadLetter) -> str:
    match letter.released:
        case 0:
            return ""
        case 1:
            return "once"
        case count:
            return f"{count} times"


def _moment(text: str) -> str:
    """Return a time of day where we are; what is no time stays as it is."""
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    except ValueError:
        return text
