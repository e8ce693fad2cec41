"""What would be decided today about a mail of the journal: a dry run of its backup (O-9)."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from services.answers.difference import Then, differ
from services.answers.recorded import Recorded, Today
from services.assembly.classifying import look_up_in
from services.assembly.composition import Erp
from services.assembly.live_contexts import context_of
from services.classifier.decide import decide, decide_archived
from services.classifier.facts.facts import BoxContext
from services.classifier.reading.extract import Arrival
from services.classifier.reading.journaled import read_mail
from services.fetcher.sources.imap.message_info import folder_of
from shared.backup.store import BackupStore
from shared.contracts.origin import is_from_file
from shared.errors import PermanentError, TransientError
from shared.settings.box import Box


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
    mail = read_mail(
        raw,
        then.mail.backup,
        context,
        Arrival(
            then.mail.mail_id,
            then.mail.received_at,
            digest,
            from_file=is_from_file(then.mail.source),
            folder=folder_of(then.mail.source),
        ),
    )
    (facts,) = look_up_in(erp)([(mail, context)])
    old = any(line.rule == "archive" for line in then.trace)
    decided = decide_archived(mail, facts) if old else decide(mail, facts)
    said = {(line.id, line.rule, line.hit, line.reason) for line in then.trace}
    other = tuple(
        line for line in decided.trace if (line.id, line.rule, line.hit, line.reason) not in said
    )
    differs = differ(decided, Then(then.mail.verdict, then.commands, then.mailbox))
    return Today(differs, decided.words, other)
