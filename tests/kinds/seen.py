"""What is seen of a mail that was read and decided, by the names that rows use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from services.classifier.chain import SoFar
from services.classifier.parse.quotes import split_quotes
from services.classifier.reading.mail import Mail
from shared.contracts.commands import CountSoftBounce, CreateActivity, MarkForbidden
from tests.builders import a_box, a_mail, activities, decide, some_facts, tasks
from tests.kinds.row import Row


@dataclass(frozen=True)
class Seen:
    """A mail and what was decided about it."""

    mail: Mail
    decided: SoFar

    @cached_property
    def activity(self) -> CreateActivity | None:
        """The first activity, where there is one."""
        made = activities(self.decided)
        return made[0] if made else None

    def of(self, kind: type[MarkForbidden | CountSoftBounce]) -> list[str]:
        """Addresses of the commands of a kind."""
        return [one.address for one in self.decided.commands if isinstance(one, kind)]


def look(row: Row) -> Seen:
    """Read a row's mail and decide about it, as the classifier does."""
    box = a_box(**row.box)
    mail = a_mail(row.raw, box)
    return Seen(mail, decide(mail, some_facts(box, **row.known)))


SEEN: Mapping[str, Callable[[Seen], object]] = {
    "sender": lambda one: one.mail.sender,
    "name": lambda one: one.mail.parsed.senders[0].name,
    "to": lambda one: list(one.mail.recipients),
    "subject": lambda one: one.mail.parsed.subject,
    "date": lambda one: f"{one.mail.parsed.date:%Y-%m-%d %H:%M}" if one.mail.parsed.date else None,
    "id": lambda one: one.mail.parsed.message_id,
    "answers": lambda one: list(one.mail.answers_to),
    "text": lambda one: one.mail.parsed.text.strip(),
    "own": lambda one: split_quotes(one.mail.parsed.text).own,
    "token": lambda one: str(one.mail.tokens[0]) if one.mail.tokens else None,
    "files": lambda one: [f"{file.name} {file.size}" for file in one.mail.parsed.attachments],
    "words": lambda one: ", ".join(one.decided.words),
    "direction": lambda one: one.activity and one.activity.direction,
    "type": lambda one: one.activity and one.activity.type.name,
    "roles": lambda one: one.activity and len(one.activity.scope),
    "assigned": lambda one: one.activity and one.activity.task and one.activity.task.number,
    "contact": lambda one: one.activity and one.activity.contact and one.activity.contact.email,
    "completed": lambda one: one.activity and one.activity.completed,
    "tasks": lambda one: [task.subject for task in tasks(one.decided)],
    "marks": lambda one: one.of(MarkForbidden),
    "soft": lambda one: one.of(CountSoftBounce),
    "named": lambda one: [failed.address for failed in one.mail.parsed.reports.failures],
    "bounce": lambda one: one.mail.bounce is not None,
    "starts": lambda one: [
        f"{event.start}" + (" all day" if event.all_day else "") for event in one.mail.parsed.events
    ],
}
"""`has` and `lacks` are beside these: pieces of the text."""


def differences(row: Row) -> dict[str, tuple[object, object]]:
    """Return what is not as it should be: the name, what is seen, and what is right."""
    seen = look(row)
    wrong = {
        name: (SEEN[name](seen), right)
        for name, right in row.want.items()
        if name in SEEN and SEEN[name](seen) != right
    }
    body = seen.mail.parsed.text
    if missing := [piece for piece in row.want.get("has", ()) if piece not in body]:
        wrong["has"] = (body, missing)
    if unwanted := [piece for piece in row.want.get("lacks", ()) if piece in body]:
        wrong["lacks"] = (body, unwanted)
    return wrong
