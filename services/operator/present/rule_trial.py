"""What `rules try` shows: for a person, and for programs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.answers.rule_trial import TrialCount, TriedMail
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.verdict import joined


def tried_as_json(tried: TriedMail) -> Mapping[str, Any]:
    """Return one mail as an object."""
    then = tried.recorded_commands
    return {
        "mail_id": str(tried.mail_id),
        "subject": tried.subject,
        "sender": tried.sender,
        "rules": list(tried.rules),
        "verdict": list(tried.verdict),
        "commands": list(tried.commands),
        "recorded_verdict": list(tried.recorded),
        "recorded_commands": None if then is None else list(then),
        "differs": tried.differs,
        "mailbox": tried.mailbox.model_dump() if tried.mailbox else None,
        "recorded_mailbox": tried.recorded_mailbox.model_dump() if tried.recorded_mailbox else None,
    }


def trial_as_text(box: str, shown: Sequence[TriedMail], count: TrialCount) -> str:
    """Return the first mails, and how many there were."""
    lines = [line for one in shown for line in _lines(one)]
    lines.append(
        f"box {box}: of {count.looked_at} mail(s) a rule holds for {count.hit}; "
        f"{count.differ} would become something else than what was recorded"
    )
    if count.passed_over:
        lines.append(f"{count.passed_over} backup(s) of other boxes, or unreadable, passed over")
    return "\n".join(lines)


def _lines(tried: TriedMail) -> Iterator[str]:
    yield f"{tried.mail_id}  {tried.sender or '-'}  {tried.subject}"
    yield from (f"  {reason}" for reason in tried.rules)
    yield f"  would be: {joined(tried.verdict)}; {_made(tried.commands)}"
    if tried.mailbox:
        yield f"  in its box: {_disposal(tried.mailbox)}"
    if tried.differs:
        then = tried.recorded_commands
        made = "" if then is None else f"; {_made(then)}"
        box = f"; in its box {_disposal(tried.recorded_mailbox)}" if tried.recorded_mailbox else ""
        yield f"  recorded was: {joined(tried.recorded)}{made}{box}"


def _made(kinds: Sequence[str]) -> str:
    return ", ".join(kinds) or "makes nothing"


def _disposal(wish: MailboxActions) -> str:
    parts = ["marked as seen"] if wish.seen else []
    if wish.then == "move":
        parts.append(f"moved to {wish.folder}")
    elif wish.then == "delete":
        parts.append("deleted")
    else:
        parts.append("stays")
    return ", ".join(parts)
