"""What the handlers of a group decided about each mail: its verdict, and why (behaviour R-e)."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from services.writer.decisions.claim import Settled
from shared.contracts.content import TraceLine, trace_line
from shared.contracts.messages import MailClassified, Otherwise
from shared.contracts.said import Said


@dataclass(slots=True)
class Outcome:
    """The final words and further reasons of the mails of one transaction."""

    _verdicts: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    _said: dict[UUID, list[TraceLine]] = field(default_factory=dict)
    _found_by: dict[UUID, list[str]] = field(default_factory=dict)
    _flags: dict[UUID, list[str]] = field(default_factory=dict)
    _instead: dict[UUID, Otherwise] = field(default_factory=dict)

    def reword(self, mail: MailClassified, verdict: tuple[str, ...]) -> None:
        """Say what was really done."""
        self._verdicts[mail.mail_id] = verdict

    def instead(self, mail: MailClassified, otherwise: Otherwise) -> None:
        """Say that the mail became something else than it was classified as."""
        self._instead[mail.mail_id] = otherwise

    def say(self, mail: MailClassified, identifier: str, about: str, reason: Said) -> None:
        """Add a line to the mail's trace."""
        line = trace_line(identifier, about, hit=True, reason=reason)
        self._said.setdefault(mail.mail_id, []).append(line)

    def flag(self, mail: MailClassified, flag: str) -> None:
        """Say what a person should know before trusting what the mail made."""
        self._flags.setdefault(mail.mail_id, []).append(flag)

    def find_by(self, mail: MailClassified, number: str) -> None:
        """Let people find the mail by the number of a record that it has made."""
        self._found_by.setdefault(mail.mail_id, []).append(number)

    def of(self, settled: Settled) -> Settled:
        """Return the mail with what was decided about it."""
        mail_id = settled.mail.mail_id
        if instead := self._instead.get(mail_id):
            settled = replace(settled, **dict(instead))
        verdict = self._verdicts.get(mail_id, settled.verdict)
        trace = (*settled.trace, *self._said.get(mail_id, ()))
        found_by = tuple(self._found_by.get(mail_id, ()))
        flags = tuple(dict.fromkeys((*settled.flags, *self._flags.get(mail_id, ()))))
        return replace(settled, verdict=verdict, trace=trace, found_by=found_by, flags=flags)
