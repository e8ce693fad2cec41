"""Whether a condition holds for any mail, so that `delete` would empty the box (C-2). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.classifier.custom.conditions import HEADER, Condition
from services.classifier.custom.matching import holds
from services.classifier.reading.text import Text


@dataclass(frozen=True, slots=True)
class _MadeUp:
    """A mail that nobody has sent."""

    size: int
    said: Mapping[str, str]
    flags: bool

    def texts(self, name: str) -> Sequence[Text]:
        name = name.lower() if name.startswith(HEADER) else name
        return [Text(self.said[name])] if name in self.said else []

    def flag(self, _name: str) -> bool:
        return self.flags


_TEXTS = ("subject", "body", "own_text", "folder")
_PEOPLE = ("from", "to", "recipients")
_HEADERS = (
    *("subject", "from", "to", "date", "message-id", "received", "return-path", "delivered-to"),
    *("mime-version", "content-type", "content-transfer-encoding"),
)
"""What nearly every mail has: to ask whether it is there is to ask nothing."""


def _made_up(
    words: str, domain: str, size: int, *, direction: str, flags: bool, **more: str
) -> _MadeUp:
    said = {
        **dict.fromkeys(_TEXTS, words),
        **dict.fromkeys(_PEOPLE, f"{words.split(maxsplit=1)[0].lower()}@{domain}"),
        **dict.fromkeys((f"{HEADER}{name}" for name in _HEADERS), f"<{words}@{domain}>"),
        "direction": direction,
    }
    return _MadeUp(size, said | more, flags)


_DISSIMILAR = (
    _made_up("Zb 4", "zb.test", 600, direction="incoming", flags=False),
    _made_up("Qwxz 17", "qwxz.example", 9_000, direction="incoming", flags=True, attachment="Qwxz"),
    _made_up("jkvy Hh", "jkvy.invalid", 90_000_000, direction="outgoing", flags=False, cc="j@k.cz"),
)
"""Mails that have nothing in common but what all have: what holds for all of them asks nothing."""


def holds_for_everything(condition: Condition | None) -> bool:
    """Return whether the condition holds for mails that have nothing in common."""
    return all(holds(condition, mail) for mail in _DISSIMILAR)
