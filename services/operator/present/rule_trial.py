"""What `rules try` shows: for a person, and for programs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.answers.rule_trial import TrialCount, TriedMail
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.verdict import joined
from shared.language.language import Language


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


def trial_as_text(
    box: str, shown: Sequence[TriedMail], count: TrialCount, language: Language
) -> str:
    """Return the first mails, and how many there were."""
    lines = [line for one in shown for line in _lines(one, language)]
    lines.append(
        language.say(
            "box {box}: of {looked_at} mail(s) a rule holds for {hit}; "
            "{differ} would become something else than what was recorded",
            box=box,
            looked_at=count.looked_at,
            hit=count.hit,
            differ=count.differ,
        )
    )
    if passed := count.passed_over:
        lines.append(
            language.say(
                "{number} backup(s) of other boxes, or unreadable, passed over", number=passed
            )
        )
    return "\n".join(lines)


def _lines(tried: TriedMail, language: Language) -> Iterator[str]:
    yield f"{tried.mail_id}  {tried.sender or '-'}  {tried.subject}"
    yield from (f"  {language.reason(line)}" for line in tried.held)
    now = "; ".join((joined(tried.verdict), _made(tried.commands, language)))
    told = [language.say("would be: {words}", words=now)]
    if tried.mailbox:
        words = _disposal(tried.mailbox, language)
        told.append(language.say("in its box: {words}", words=words))
    if tried.differs:
        told.append(language.say("recorded was: {words}", words=_recorded(tried, language)))
    yield from (f"  {line}" for line in told)


def _recorded(tried: TriedMail, language: Language) -> str:
    parts = [joined(tried.recorded)]
    if tried.recorded_commands is not None:
        parts.append(_made(tried.recorded_commands, language))
    if tried.recorded_mailbox:
        words = _disposal(tried.recorded_mailbox, language)
        parts.append(language.say("in its box: {words}", words=words))
    return "; ".join(parts)


def _made(kinds: Sequence[str], language: Language) -> str:
    return ", ".join(kinds) or language.say("makes nothing")


def _disposal(wish: MailboxActions, language: Language) -> str:
    parts = [language.say("marked as seen")] if wish.seen else []
    if wish.then == "move":
        parts.append(language.say("moved to {folder}", folder=wish.folder))
    elif wish.then == "delete":
        parts.append(language.say("deleted"))
    else:
        parts.append(language.say("stays"))
    return ", ".join(parts)
