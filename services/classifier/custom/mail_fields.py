"""What conditions see of a mail (behaviour C-1). Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from services.classifier.chain import SoFar
from services.classifier.custom.conditions import HEADER
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import not_believed
from services.classifier.facts.words import is_of_user
from services.classifier.reading.mail import Mail
from services.classifier.reading.text import Text
from services.classifier.rules import direction
from shared.domain.linking import link_incoming


class MailFields:
    """The fields of one mail; each is read when a rule asks for it, and once.

    Implements `Fields`.
    """

    def __init__(self, mail: Mail, facts: Facts) -> None:
        """Take the mail and what is known of it."""
        self._mail = mail
        self._facts = facts
        self._read: dict[str, Sequence[Text]] = {}

    @property
    def size(self) -> int:
        """Bytes of the raw mail."""
        return self._mail.parsed.size

    def texts(self, name: str) -> Sequence[Text]:
        """Return the texts of a field."""
        if name == "body":
            return [self._mail.body]
        if name == "subject":
            return [self._mail.written_subject]
        if name not in self._read:
            self._read[name] = [Text(one) for one in self._values(name)]
        return self._read[name]

    def flag(self, name: str) -> bool:
        """Return whether the sender is known, or a user; one who is not believed is neither."""
        if name == "sender_user":
            return is_of_user(self._mail, self._facts)
        return self._sender_known

    @cached_property
    def _sender_known(self) -> bool:
        mail, facts = self._mail, self._facts
        return not not_believed(mail, facts) and not (
            link_incoming(mail.sender, facts.directory).unknown
        )

    def _values(self, name: str) -> Iterable[str]:
        mail, parsed = self._mail, self._mail.parsed
        if name.startswith(HEADER):
            return mail.field_values(name[len(HEADER) :].strip().lower())
        readers: Mapping[str, Callable[[], Iterable[str]]] = {
            "from": lambda: [one.email for one in parsed.senders],
            "to": lambda: [one.email for one in parsed.to],
            "cc": lambda: [one.email for one in parsed.cc],
            "recipients": lambda: (*mail.recipients, *mail.forwarded_from),
            "own_text": lambda: [parsed.own_and_quoted.own],
            "attachment": lambda: [one.name for one in parsed.attachments],
            "folder": lambda: [mail.folder] if mail.folder else [],
            "direction": lambda: [self._direction],
        }
        return readers[name]()

    @property
    def _direction(self) -> str:
        """As R-14 decides it later, which a rule before it cannot wait for."""
        hits = frozenset({"bounce"}) if self._mail.bounce else frozenset()
        decided = direction.check(self._mail, self._facts, SoFar(hits=hits))
        return decided.direction or ""
