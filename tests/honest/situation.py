"""What an honest situation is: the mail, the system it came by, what the manual makes of it.

A row says the outcome in a few words: direction and users of the activities, the contract, what is
marked or held, the proof of the sender, and the flags, which are the most that honest mail may get.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.classifier.reading.mail import Mail
from shared.settings.box import Box
from tests.builders import (
    a_box,
    a_mail,
    raw_mail,
)
from tests.honest.systems import (
    System,
)


@dataclass(frozen=True, slots=True)
class Situation:
    """One honest mail.

    Attributes:
        name: What happens, in a few words.
        head: What the company's systems have written.
        settings: Of the box.
        mail: Arguments of `raw_mail`.
        outcome: As `outcome_of` says it.
        earlier: What was recorded before.
        from_file: It is a file of `emlDir`.
    """

    name: str
    head: str
    settings: Mapping[str, Any]
    mail: Mapping[str, Any]
    outcome: str
    earlier: Mapping[str, Any] = field(default_factory=dict)
    from_file: bool = False

    @property
    def box(self) -> Box:
        """The box that it came to."""
        return a_box(**self.settings)

    def read(self) -> Mail:
        """The mail, as the classifier reads it."""
        given = dict(self.mail)
        more = self.head + given.pop("more", "")
        raw = raw_mail(given.pop("body", "Dobrý den.\n"), more=more, **given)
        return a_mail(raw, self.box, from_file=self.from_file)


def row(
    name: str, way: tuple[System, str], outcome: str, earlier: Any = None, **mail: Any
) -> Situation:
    """A row of the table; `settings` among `mail` are further ones of the box."""
    system, head = way
    settings = {**system.settings, **mail.pop("settings", {})}
    from_file = mail.pop("from_file", False)
    return Situation(name, head, settings, mail, outcome, earlier or {}, from_file)


def behind_another(system: System) -> Mapping[str, Any]:
    """Settings of a box at another provider, to which `system` hands mail on."""
    both = {**system.settings}
    for name, values in system.second.items():
        both[name] = (*both.get(name, ()), *values)
    return both
