"""What would be decided today about a mail of the journal: a dry run of its backup (O-9)."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from services.answers.recorded import Recorded, Today
from services.assembly.classifying import look_up_in
from services.assembly.composition import Erp
from services.assembly.live_contexts import context_of
from services.classifier.decide import decide, decide_archived
from services.classifier.facts.facts import BoxContext
from services.classifier.parse.mail import parse_mail
from services.classifier.reading.extract import Arrival, extract
from services.writer.compact import compact
from shared.backup.store import BackupStore
from shared.contracts.verdict import Word, kind_of, task_updated
from shared.errors import PermanentError, TransientError
from shared.settings.box import Box

_OF_ONE_RUN = {"command_id", "answers_to", "task_command", "by_envelope", "marks", "bounced_on"}
"""What may be another at each run, though the same comes of the mail."""

_OF_ITS_TASK = {"task", "solvers", "approver"}
"""What a problem mail says only of a task that is not there yet: since then it is."""

_TASK_KINDS = {"create_task", "update_task"}


def today(then: Recorded, boxes: Sequence[Box], erp: Erp, data: Path) -> Today:
    """Decide again by the data and settings of now; writes nothing.

    Raises:
        TransientError: The database is away.
    """
    box = next((one for one in boxes if one.name == then.mail.box), None)
    if box is None:
        return Today(error=f"no configuration names the box {then.mail.box}")
    try:
        raw = BackupStore(data).read(then.mail.backup)
    except (PermanentError, TransientError) as error:
        return Today(error=str(error))
    return _again(then, raw, context_of(box, erp), erp)


def _again(then: Recorded, raw: bytes, context: BoxContext, erp: Erp) -> Today:
    digest = sha256(raw).hexdigest()
    mail = extract(
        parse_mail(raw, then.mail.backup),
        context,
        Arrival(
            then.mail.mail_id,
            then.mail.received_at,
            digest,
            from_file=then.mail.source.startswith("emlDir:"),
        ),
    )
    (facts,) = look_up_in(erp)([(mail, context)])
    old = any(line.rule == "archive" for line in then.trace)
    decided = decide_archived(mail, facts) if old else decide(mail, facts)
    said = {(line.id, line.rule, line.hit, line.reason) for line in then.trace}
    other = tuple(
        line for line in decided.trace if (line.id, line.rule, line.hit, line.reason) not in said
    )
    differs = _kind(decided.words) != _kind(then.mail.verdict)
    if then.commands is not None:
        differs = differs or _told(compact(decided.commands)) != _told(then.commands)
    return Today(differs, decided.words, other)


def _kind(verdict: Sequence[str]) -> str:
    """A verdict without what the mail itself has changed since: its problem has a task now."""
    if Word.TASK_APPLICATION in verdict:
        of_its_task = {Word.NEW_TASK_CREATED, kind_of([task_updated(0)])}
        verdict = [word for word in verdict if kind_of([word]) not in of_its_task]
    return kind_of(verdict)


def _told(commands: str) -> list[str]:
    """Return what the commands would make, in a comparable form."""
    return sorted(json.dumps(_comparable(one), sort_keys=True) for one in json.loads(commands))


def _comparable(command: Mapping[str, Any]) -> Mapping[str, Any]:
    left_out = _OF_ONE_RUN
    if command.get("kind") in _TASK_KINDS and command.get("problem_id"):
        left_out = left_out | _OF_ITS_TASK | {"kind"}
    return {name: value for name, value in command.items() if name not in left_out}
