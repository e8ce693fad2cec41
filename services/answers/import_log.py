"""`import-log`: what the original service has processed is known, and not processed again (O-5).

Each mail of its backup is backed up here, too, and recorded with its identification key: a later
copy is a duplicate. No record of the ERP is made: the original has made them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from itertools import islice

from services.answers.originals import Original, read_original
from services.classifier.facts.facts import BoxContext
from services.classifier.parse.mail import parse_mail
from services.classifier.reading.extract import Arrival, extract
from services.fetcher.mail_id import mail_id
from services.writer.stage import WriterStage
from shared.backup.store import BackupStore
from shared.contracts.content import TraceLine, trace_line
from shared.contracts.messages import MailClassified, MailRecorded
from shared.contracts.said import said
from shared.contracts.verdict import Word, joined
from shared.owner import refuse_strangers

_AT_ONCE = 50
_KIND = "original"


@dataclass(frozen=True, slots=True)
class ImportLog:
    """Takes mails of the original in.

    Attributes:
        context: Of the box that they belong to.
        writer: Records them.
        backup: Keeps them.
    """

    context: BoxContext
    writer: WriterStage
    backup: BackupStore

    def take_in(self, originals: Sequence[Original]) -> Iterator[MailRecorded]:
        """Record `originals`; one that was recorded before is given with `again`.

        Raises:
            TransientError: Database or disk is unreachable.
            WrongUseError: A file cannot be read.
        """
        refuse_strangers(self.backup.root)
        rest = iter(originals)
        while chunk := list(islice(rest, _AT_ONCE)):
            yield from self.writer.handle([self._recorded(one) for one in chunk])

    def _recorded(self, original: Original) -> MailClassified:
        raw, box = read_original(original), self.context.box
        day = original.written_at.astimezone(box.time_zone).date()
        named = partial(mail_id, box.email, _KIND, original.file.name)
        backup = self.backup.write_large([raw], day, named)
        mail = extract(
            parse_mail(raw, backup.key),
            self.context,
            Arrival(backup.mail_id, original.written_at.astimezone(UTC), backup.sha256),
        )
        return MailClassified(
            mail_id=backup.mail_id,
            box=box.name,
            source=f"{_KIND}:{original.file.name}",
            received_at=mail.received_at,
            content_sha256=backup.sha256,
            backup_key=backup.key,
            key=mail.key,
            body_sha256=mail.parsed.body_sha256,
            subject=mail.parsed.subject,
            sender=mail.sender,
            message_id=mail.parsed.message_id,
            verdict=(Word.IMPORTED,),
            direction=None,
            trace=(_line(original),),
            commands=(),
            content=None,
            recipients=mail.recipients,
            # It claims its key if nobody has, and is no duplicate in the log's words.
            again=True,
            text_sha256=mail.marks.text_sha256,
            key_alone=box.strict_manual_duplicates,
        )


def _line(original: Original) -> TraceLine:
    reason = said("the original service has processed it; only its key is kept")
    if original.logged:
        reason = said(
            "the original service has processed it: {words}; only its key is kept",
            words=joined(original.logged.words),
        )
    return trace_line("O-5", "import_log", hit=True, reason=reason)
