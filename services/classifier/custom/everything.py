"""Whether a condition holds for every mail, so that `delete` would empty the box (C-2). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.classifier.custom.conditions import Condition
from services.classifier.custom.matching import holds
from services.classifier.reading.text import Text


@dataclass(frozen=True, slots=True)
class _MadeUp:
    """A mail that nobody has sent."""

    size: int
    said: Mapping[str, str]
    flags: bool

    def texts(self, name: str) -> Sequence[Text]:
        return [Text(self.said[name])] if name in self.said else []

    def flag(self, _name: str) -> bool:
        return self.flags


_TEXTS = ("subject", "body", "own_text", "from", "to", "cc", "recipients")


def _made_up(size: int, words: str, domain: str, direction: str, *, flags: bool) -> _MadeUp:
    address = f"{words.split(maxsplit=1)[0].lower()}@{domain}"
    texts = dict.fromkeys((*_TEXTS[:3], "attachment", "folder"), words)
    people = dict.fromkeys(_TEXTS[3:], address)
    return _MadeUp(size, {**texts, **people, "direction": direction}, flags)


_DISSIMILAR = (
    _MadeUp(1, {**dict.fromkeys(_TEXTS, ""), "direction": "incoming"}, flags=False),
    _made_up(2_000, "Qwxz 17", "qwxz.example", "incoming", flags=True),
    _made_up(90_000_000, "jkvy Hh", "jkvy.invalid", "outgoing", flags=False),
)
"""Mails that have nothing in common: what holds for all of them asks nothing."""


def holds_for_everything(condition: Condition | None) -> bool:
    """Return whether the condition holds for mails that have nothing in common."""
    return all(holds(condition, mail) for mail in _DISSIMILAR)
