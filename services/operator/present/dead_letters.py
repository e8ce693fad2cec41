"""Dead letters for a person: what died of one reason at one place is put together."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.text import Text

from services.answers.dead_letters import DeadLetter
from services.operator.present.records import records_as_text
from services.operator.present.times import zoned_as_text
from shared.language.language import Language

_NUMBERS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]+")
"""What differs between mails that died of the same: their ids, sizes, counts."""


def dead_letters_as_text(
    letters: Sequence[DeadLetter], zone: ZoneInfo, language: Language
) -> RenderableType:
    """Return all of them, the largest group first, with times in the company's `zone`."""
    groups: dict[tuple[str, str], list[DeadLetter]] = {}
    for letter in letters:
        groups.setdefault((letter.queue, _NUMBERS.sub("N", letter.reason)), []).append(letter)
    largest_first = sorted(groups.values(), key=len, reverse=True)
    return Group(*(block for group in largest_first for block in _of(group, zone, language)))


def dead_letter_as_text(letter: DeadLetter, zone: ZoneInfo, language: Language) -> RenderableType:
    """Return all that is known of one."""
    known = {
        "mail_id": letter.mail_id,
        "queue": letter.queue,
        "reason": letter.reason,
        "died_at": _moment(letter.died_at, zone, language),
        "released_before": _times(letter, language) or language.say("never"),
    }
    return records_as_text([known | dict(letter.details)], language)


def _of(
    group: Sequence[DeadLetter], zone: ZoneInfo, language: Language
) -> Iterator[RenderableType]:
    count = language.say_many(
        "{queue}: {n} mail", "{queue}: {n} mails", len(group), queue=group[0].queue
    )
    yield Text(count, style="bold")
    yield Text(f"  {group[0].reason}")
    for letter in group:
        name = letter.mail_id or language.say("(no id)")
        died = f"  {_moment(letter.died_at, zone, language)}" if letter.died_at else ""
        times = _times(letter, language)
        again = language.say(", released before: {times}", times=times) if times else ""
        yield Text(f"    {name}{died}{again}")
    yield Text()


def _times(letter: DeadLetter, language: Language) -> str:
    count = letter.released
    return language.say_many("{n} time", "{n} times", count) if count else ""


def _moment(text: str, zone: ZoneInfo, language: Language) -> str:
    """Return a time in the company's zone; what is no time, or not that of any zone, stays."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return zoned_as_text(moment, zone, language) if moment.tzinfo else text
