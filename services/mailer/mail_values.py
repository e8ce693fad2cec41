"""What a template is filled with beside what the outbox says (behaviours E-1, M-4)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from pydantic import ValidationError

from services.mailer.outbox_mail import SAID
from shared.contracts.line import one_line
from shared.contracts.sentence import Sentence
from shared.domain.own_mail import OwnMail
from shared.domain.tickets import REPLY_ABOVE, ticket
from shared.language.language import ENGLISH, LanguageName, language

_SEVERAL_LINES = ("comment", "text", "told")


def values_of(
    given: Mapping[str, object], name: LanguageName, own_mail: OwnMail
) -> Mapping[str, object]:
    """Return the values: with the marker, the task's tag, and sentences in the mail's language."""
    values = {**given, **dict(_said_in(given, name))}
    values = {key: _fitting(key, one) for key, one in values.items() if not key.endswith(SAID)}
    values |= {"reply_above": REPLY_ABOVE[name], "ticket": ""}
    if number := given.get("task_number"):
        values["ticket"] = ticket(str(number), own_mail)
    return values


def _said_in(given: Mapping[str, object], name: LanguageName) -> Iterator[tuple[str, object]]:
    """Yield what is kept as sentences; what was cut since stays in English."""
    if name == ENGLISH.name:
        # The values are in English, in the singular or plural that sentences do not keep.
        return
    for key, kept in given.items():
        if key.endswith(SAID):
            with suppress(ValidationError):
                yield key.removesuffix(SAID), "\n".join(_say(kept, name))


def _say(kept: object, name: LanguageName) -> Iterator[str]:
    several = kept if isinstance(kept, Sequence) and not isinstance(kept, str) else [kept]
    for one in several:
        yield language(name).sentence(Sentence.read_json(str(one)))


def _fitting(name: str, value: object) -> object:
    """Return a value that may be in the first line, the subject, without line ends."""
    return one_line(value) if isinstance(value, str) and name not in _SEVERAL_LINES else value
