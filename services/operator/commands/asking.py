"""How `find` and `explain` answer: a recorded mail, or one that is not there."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from services.answers.recorded import Recorded, Today
from services.assembly.composition import Erp
from services.operator.output import write_json
from services.operator.present.answer import answer_as_text
from services.operator.present.console import stdout_console
from services.operator.present.never_text import never_as_text, next_step
from services.operator.present.recorded_json import never_as_json, recorded_as_json
from services.operator.present.recorded_text import recorded_as_text, today_as_text
from shared.contracts.line import one_line
from shared.language.language import Language
from shared.settings.box import Box
from shared.settings.environment import Environment


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks where, and how the answer is to look.

    Attributes:
        boxes: Those of the configuration, as far as it was given.
        zone: The company's.
    """

    environment: Environment
    erp: Erp
    boxes: Sequence[Box]
    zone: ZoneInfo
    language: Language
    as_json: bool

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.environment.data


def tell_recorded(asking: Asking, then: Recorded, now: Today | None = None) -> None:
    """Show a mail of the journal, and what would be decided now if that was asked."""
    if asking.as_json:
        answer = answer_as_text(then.made, then.trace, asking.language)
        write_json(recorded_as_json(then, answer, now))
        return
    console = stdout_console()
    console.print(recorded_as_text(then, asking.zone, asking.language))
    if now:
        console.print(today_as_text(now, asking.language))


def tell_never(
    asking: Asking,
    words: Mapping[str, int],
    message_id: str | None = None,
    mail_id: UUID | None = None,
) -> None:
    """Say where a mail may be that is not in the journal.

    Args:
        asking: Who asks.
        words: How many mails have each of the words.
        message_id: The mail's, if it is known.
        mail_id: The same of its id.
    """
    # Here, because only this answer needs the libraries of mailboxes and broker.
    from services.answers.arrivals import whereabouts  # noqa: PLC0415

    found = whereabouts(asking.erp, asking.environment, asking.boxes, mail_id)
    if asking.as_json:
        following = next_step(found, message_id, asking.language)
        write_json(never_as_json(found, words, following))
        return
    for line in never_as_text(found, words, message_id, asking.zone, asking.language):
        sys.stdout.write(f"{one_line(line)}\n")
