"""The tag of a task in a subject, `[#55-k3f9q2]`, and the marker that answers go above (E-1). Pure.

The tag is made with the secret of the installation, so that only who got a mail about the task
knows it. A bare number, `[#55]`, proves nothing by itself.
"""

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.folding import fold_line
from shared.domain.own_mail import OwnMail

REPLY_ABOVE = {
    "en": "##- Please write your answer above this line -##",
    "cs": "##- Svou odpověď pište prosím nad tento řádek -##",
}
"""The first line of a mail to a customer, by language (M-4)."""

MOST_TICKETS = 10
"""Tags and numbers that are looked for in one subject."""

_BRACKETS = re.compile(r"\[#([0-9A-Za-z][0-9A-Za-z/.-]{0,57})\]")
_TAG = re.compile(r"(.+)-([0-9a-z]{6})", re.IGNORECASE)
_NUMBER = re.compile(r"(?:[0-9]{4}-)?[0-9]{1,18}")
_MARKERS = frozenset(fold_line(line) for line in REPLY_ABOVE.values())


@dataclass(frozen=True, slots=True)
class Ticket:
    """A task's number as a subject has it.

    Attributes:
        number: The number.
        tagged: Whether the right tag is behind it.
        wrong: What is behind it was no tag of ours.
    """

    number: str
    tagged: bool = False
    wrong: bool = False


def ticket(number: str, own_mail: OwnMail) -> str:
    """Return what stands for the task in the subject of our mail, such as `[#55-k3f9q2]`."""
    return f"[#{number}-{own_mail.tag(number)}]"


def find_tickets(subject: str, own_mail: OwnMail | None) -> tuple[Ticket, ...]:
    """Return the tags and numbers of `subject` in their order; the right tags come first.

    Without a secret no tag is right.
    """
    found = dict.fromkeys(
        one
        for position, match in enumerate(_BRACKETS.finditer(subject))
        if position < MOST_TICKETS
        for one in _read(match[1], own_mail)
    )
    return tuple(sorted(found, key=lambda one: not one.tagged))


def _read(text: str, own_mail: OwnMail | None) -> Iterator[Ticket]:
    """Yield what the text in the brackets may be: `2026-234567` may be a number, or have a tag."""
    split = _TAG.fullmatch(text)
    if split and own_mail and _is_tag(split[1], split[2], own_mail):
        yield Ticket(split[1], tagged=True)
    elif _NUMBER.fullmatch(text):
        yield Ticket(text)
    elif split:
        yield Ticket(split[1], wrong=True)


def _is_tag(number: str, tag: str, own_mail: OwnMail) -> bool:
    return hmac.compare_digest(own_mail.tag(number), tag.lower())


def above_marker(text: str) -> str | None:
    """Return what is above the first marker of ours, quoted or not; None where there is none."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if "##" in line and fold_line(line.strip("> |*\t\r")) in _MARKERS:
            return "\n".join(lines[:place]).strip()
    return None
