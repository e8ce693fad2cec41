"""What `rules try` shows: for a person, and for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.answers.cause_of_difference import RULES
from services.answers.rule_trial import TriedMail
from services.answers.trial_run import TrialCount
from services.operator.present.differences import (
    compared_as_json,
    compared_as_lines,
    disposal_as_text,
)
from services.operator.present.labels import kind_label
from services.operator.present.verdicts import verdict_as_text
from shared.language.language import Language


def tried_as_json(tried: TriedMail) -> Mapping[str, Any]:
    """Return one mail as an object."""
    then = tried.recorded_commands
    return {
        "mail_id": str(tried.mail_id),
        "subject": tried.subject,
        "sender": tried.sender,
        "rules": [line.reason for line in tried.rules],
        "verdict": list(tried.verdict),
        "commands": list(tried.commands),
        "recorded_verdict": list(tried.recorded),
        "recorded_commands": None if then is None else list(then),
        "differs": tried.differs,
        "mailbox": tried.mailbox.model_dump() if tried.mailbox else None,
        "recorded_mailbox": tried.recorded_mailbox.model_dump() if tried.recorded_mailbox else None,
        **compared_as_json(tried.compared),
    }


def trial_as_text(
    box: str, shown: Sequence[TriedMail], count: TrialCount, language: Language
) -> str:
    """Return the first mails, and how many there were."""
    lines = [line for one in shown for line in _lines(one, language)]
    numbers = {**asdict(count), "box": box, "others": count.differ - count.by_rules}
    lines += [
        language.say("box {box}: of {looked_at} mail(s) a rule holds for {hit}", **numbers),
        language.say("{by_rules} would become something else because of the rules", **numbers),
        language.say(
            "{others} because of changes in ERP or settings since, not of rules",
            **numbers,
        ),
    ]
    if count.passed_over:
        lines.append(
            language.say(
                "{passed_over} backup(s) of other boxes, too large, or unreadable, passed over",
                **numbers,
            )
        )
    if count.done < count.total:
        lines.append(
            language.say(
                "ended early: {done} of {total} backups were looked at", done=count.done, **numbers
            )
        )
    return "\n".join(lines)


def _lines(tried: TriedMail, language: Language) -> Iterator[str]:
    yield f"{tried.mail_id}  {tried.sender or '-'}  {tried.subject}"
    yield from (f"  {language.reason(line)}" for line in tried.rules)
    verdict = verdict_as_text(tried.verdict, language)
    made = _made(tried.commands, language)
    yield "  " + language.say("would be: {verdict}; {made}", verdict=verdict, made=made)
    if tried.mailbox:
        disposal = disposal_as_text(tried.mailbox.model_dump(), language)
        yield "  " + language.say("in its box: {disposal}", disposal=disposal)
    others = tuple(line for line in tried.compared.because if line.id not in RULES)
    compared = tried.compared._replace(because=others)
    yield from (f"  {line}" for line in compared_as_lines(compared, language))


def _made(kinds: Sequence[str], language: Language) -> str:
    """Say kinds with their counts, as `2 create_activity`."""
    told = []
    for one in kinds:
        count, _, kind = one.rpartition(" ")
        told.append(f"{count} {kind_label(kind, language)}".strip())
    return ", ".join(told) or language.say("makes nothing")
