"""What a template is filled with beside what the outbox says (behaviours E-1, M-4)."""

from collections.abc import Mapping

from services.mailer.outbox_mail import OutboxMail
from shared.contracts.line import one_line
from shared.contracts.sentence import Sentence
from shared.domain.own_mail import OwnMail
from shared.domain.tickets import REPLY_ABOVE, ticket
from shared.language.language import LanguageName, language

_SEVERAL_LINES = ("comment", "text")


def values_of(mail: OutboxMail, name: LanguageName, own_mail: OwnMail) -> Mapping[str, object]:
    """Return the values: with the marker, the task's tag, and the reason in the mail's language."""
    values = {key: _fitting(key, value) for key, value in mail.values.items()}
    values |= {"reply_above": REPLY_ABOVE[name], "ticket": ""}
    if number := mail.values.get("task_number"):
        values["ticket"] = ticket(str(number), own_mail)
    if told := values.pop("reason_said", None):
        values["reason"] = language(name).sentence(Sentence.read_json(str(told)))
    return values


def _fitting(name: str, value: object) -> object:
    """Return a value that may be in the first line, the subject, without line ends."""
    return one_line(value) if isinstance(value, str) and name not in _SEVERAL_LINES else value
