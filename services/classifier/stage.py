"""The classifier's stage: parse, extract, look up for the whole batch, ask the chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.classifier.chain import SoFar
from services.classifier.decide import decide, decide_archived
from services.classifier.facts.facts import BoxContext, Facts, LookUp
from services.classifier.facts.words import with_spoken, words_of
from services.classifier.message_size import within_bounds
from services.classifier.outcome.content import mail_content
from services.classifier.reading.extract import Arrival
from services.classifier.reading.journaled import read_mail
from services.classifier.reading.mail import Mail
from shared.backup.store import BackupStore
from shared.contracts.commands import CreateActivity
from shared.contracts.content import FoundToken
from shared.contracts.messages import FetchedMail, MailClassified, MailFetched, Otherwise
from shared.contracts.origin import is_from_file
from shared.contracts.said import said
from shared.domain.own_words import Spoken
from shared.errors import PermanentError
from shared.log import Logger

_log = Logger()


@dataclass(frozen=True, slots=True)
class ClassifierStage:
    """Turns each backed up mail into its verdict and commands, by its own box's settings.

    Attributes:
        contexts: Of the boxes of the deployment, by the box's name.
        look_up: Where facts come from, once for the mails of all boxes.
        backup: Read for mail that travels without its body.
    """

    contexts: Mapping[str, BoxContext]
    look_up: LookUp
    backup: BackupStore
    name: str = "classifier"

    def handle(self, batch: Sequence[FetchedMail]) -> Sequence[MailClassified]:
        """Classify all of `batch`.

        Raises:
            TransientError: Database or backup is unreachable.
            PermanentError: A backup is missing, or a box is not configured here.
        """
        contexts = [self._context(fetched.message.box) for fetched in batch]
        mails = [
            (self._read(fetched, context), context)
            for fetched, context in zip(batch, contexts, strict=True)
        ]
        # Whose words tokens are depends on the mails before, which may be in the same batch (S-4).
        spoken: dict[str, Sequence[Spoken]] = {}
        outcomes = []
        for fetched, (mail, _), looked_up in zip(batch, mails, self.look_up(mails), strict=True):
            before = {one: spoken[one] for one in mail.answers_to if one in spoken}
            facts = with_spoken(looked_up, before)
            outcomes.append(_classified(fetched.message, mail, facts))
            if name := mail.parsed.message_id:
                spoken[name] = (*spoken.get(name, ()), *words_of(mail, facts))
        return outcomes

    def _context(self, box: str) -> BoxContext:
        if box not in self.contexts:
            raise PermanentError(
                said(
                    "No configuration of this service names the box {box}; start it with the box's "
                    "file and release the mail",
                    box=box,
                )
            )
        return self.contexts[box]

    def _read(self, fetched: FetchedMail, context: BoxContext) -> Mail:
        message = fetched.message
        raw = self.backup.read(message.backup_key) if fetched.raw is None else fetched.raw
        return read_mail(
            raw,
            message.backup_key,
            context,
            Arrival(
                message.mail_id,
                message.received_at,
                message.sha256,
                from_file=is_from_file(message.source),
                folder=message.folder,
            ),
        )


def _classified(message: MailFetched, mail: Mail, facts: Facts) -> MailClassified:
    if message.again:
        # An explicit replay: whoever processed the same before does not count (R-a).
        facts = replace(facts, processed=None)
    decided = decide_archived(mail, facts) if message.archive else decide(mail, facts)
    _log.debug("mail classified", mail_id=str(mail.mail_id), verdict=decided.words)
    return classified(message, mail, facts, decided)


def _told(spoken: Spoken) -> FoundToken:
    token = spoken.token
    return FoundToken(
        kind=token.kind,
        number=token.number,
        words=token.following,
        place=token.place,
        own=tuple(sorted(spoken.own)),
    )


def _otherwise(decided: SoFar | None) -> Otherwise | None:
    if decided is None:
        return None
    return Otherwise(
        verdict=decided.words,
        direction=decided.direction,
        trace=decided.trace,
        commands=tuple(one for one in decided.commands if isinstance(one, CreateActivity)),
        flags=decided.flags,
    )


def classified(message: MailFetched, mail: Mail, facts: Facts, decided: SoFar) -> MailClassified:
    """Return the message to the writer, within its bound."""
    content = None
    if decided.commands:
        content = mail_content(mail, facts.context, message.backup_key, decided.events)
        if decided.confidential:
            content = content.model_copy(update={"text": "", "html": None, "attachments": ()})
    whole = MailClassified(
        mail_id=message.mail_id,
        box=message.box,
        source=message.source,
        received_at=message.received_at,
        content_sha256=message.sha256,
        backup_key=message.backup_key,
        key=mail.key,
        body_sha256=mail.parsed.body_sha256,
        subject=mail.parsed.subject,
        sender=mail.sender,
        message_id=mail.parsed.message_id,
        verdict=decided.words,
        direction=decided.direction,
        trace=decided.trace,
        commands=decided.commands,
        content=content,
        recipients=mail.recipients,
        tokens=tuple(map(_told, words_of(mail, facts))),
        refers_to=mail.refers_to,
        flags=decided.flags,
        own_domains=tuple(sorted(facts.context.box.own_domains)),
        again=message.again,
        text_sha256=mail.marks.text_sha256,
        otherwise=_otherwise(decided.otherwise),
        key_alone=mail.key_alone,
        mailbox=decided.mailbox,
    )
    return within_bounds(whole)
