"""Whether a mail may be answered by itself: answers to answers never end (behaviour M-3). Pure."""

import re

from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import distrusted
from services.classifier.parse.bounce_marks import is_of_no_person
from services.classifier.parse.bounced_addresses import is_daemon
from services.classifier.reading.mail import Mail
from shared.contracts.said import Said, said
from shared.domain.folding import fold_line

_BULK = ("bulk", "list", "junk")
_NOBODY = re.compile(r"<\s*>")


def unanswered(mail: Mail, facts: Facts) -> Said | None:
    """Return why a mail gets no automatic answer; None if it may get one."""
    if mail.sender is None:
        return mail.sender_problem
    if distrusted(mail, facts):
        return said("the sender is not believed")
    if mail.sender == facts.context.box.email:
        return said("the box itself has sent it")
    if is_of_program(mail):
        return said("no person wrote the mail")
    precedence = {fold_line(one) for one in mail.field_values("precedence")}
    if mail.field_values("list-id") or precedence.intersection(_BULK):
        return said("the mail came by a list")
    return None


def is_of_program(mail: Mail) -> bool:
    """Whether a program has sent the mail, and nobody hears what is answered."""
    return bool(
        mail.bounce
        or mail.parsed.auto_submitted
        or is_daemon(mail.sender or "")
        or is_of_no_person(mail.parsed.headers)
        or any(_NOBODY.fullmatch(one.strip()) for one in mail.field_values("return-path"))
    )
