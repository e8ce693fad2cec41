"""What would be decided today about a mail of the journal: a dry run of its backup (O-9)."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from services.answers.decided_again import arrival_again, decided_again
from services.answers.difference import Then
from services.answers.named_differences import DifferenceNames
from services.answers.recorded import Recorded, Today
from services.assembly.classifying import look_up_in
from services.assembly.composition import Erp
from services.assembly.live_contexts import context_of
from services.classifier.facts.facts import BoxContext
from services.classifier.reading.journaled import read_mail
from shared.backup.store import BackupStore
from shared.errors import PermanentError, TransientError
from shared.netgenium.database.engine import database_errors
from shared.settings.box import Box


def today(then: Recorded, boxes: Sequence[Box], erp: Erp, data: Path) -> Today:
    """Decide again by the data and settings of now; writes nothing.

    Raises:
        TransientError: The database is unreachable.
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
    own, digest = then.mail, sha256(raw).hexdigest()
    arrival = arrival_again(own.mail_id, own.received_at, digest, own.source)
    mail = read_mail(raw, own.backup, context, arrival)
    (facts,) = look_up_in(erp)([(mail, context)])
    trace = [line.model_dump() for line in then.trace]
    recorded = Then(own.verdict, then.commands, then.mailbox, trace)
    decided, compared = decided_again(mail, facts, recorded)
    with database_errors(erp.engine), erp.engine.connect() as connection:
        names = DifferenceNames(connection, erp.tables, compared.differences)
    return Today(decided.words, names.compared(compared))
