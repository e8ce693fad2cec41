"""`run --shadow`: decides, compares and writes nothing; mail stays where it is (O-5)."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from services.answers.original_log import differs
from services.answers.originals import Original, read_original, unreadable
from services.classifier.decide import decide
from services.classifier.facts.facts import BoxContext, Facts, LookUp
from services.classifier.reading.extract import Arrival
from services.classifier.reading.journaled import read_mail
from services.classifier.reading.mail import Mail
from services.fetcher.mail_id import mail_id
from services.fetcher.sources.file_time import moment_of
from services.fetcher.sources.of_box import BoxSource, SourceKind, sources_of
from services.fetcher.sources.opening import open_source
from shared.backup.store import key_of
from shared.contracts.content import TraceLine
from shared.contracts.origin import MailOrigin
from shared.contracts.verdict import NOT_IN_THE_MANUAL
from shared.domain.copies import claimed_by
from shared.domain.earlier import Processed
from shared.settings.box import Box

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that is looked at.

    Attributes:
        source: Where it lies.
        theirs: What the original's log says of it; None without a log, or where it says nothing.
        processed: Whether the original has processed it: its own activity may be there.
    """

    source: str
    received_at: datetime
    raw: bytes
    theirs: tuple[str, ...] | None = None
    processed: bool = False


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A mail with what would become of it.

    Attributes:
        ours, theirs: Our verdict in the manual's words, and the original's.
        trace: Every rule that was asked.
    """

    source: str
    subject: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...] | None
    trace: tuple[TraceLine, ...]

    @property
    def differs(self) -> bool:
        """Whether the original has decided otherwise."""
        return self.theirs is not None and differs(self.ours, self.theirs)


def waiting_mails(box: Box) -> Iterator[Waiting]:
    """Yield every mail in the box's sources, read and left there as it was.

    Raises:
        TransientError: A source is unreachable.
        CredentialsRefusedError: The mailbox refused the login.
    """
    for source in sources_of(box):
        match source.kind:
            case SourceKind.MAILBOX:
                yield from _mailbox(source)
            case SourceKind.EML_DIR:
                yield from _files(box.eml_dir or Path())


def backed_up_mails(originals: Iterable[Original]) -> Iterator[Waiting]:
    """Yield the mails that the original has backed up, with what its log says."""
    for one in originals:
        theirs = one.logged.words if one.logged else None
        raw = read_original(one)
        yield Waiting(f"file:{one.file.name}", one.written_at, raw, theirs, processed=True)


@dataclass(slots=True)
class Shadow:
    """Decides as the classifier and the writer would, and remembers what they would.

    Attributes:
        context: Of the box.
        look_up: Where facts come from.
        claimed: Identification keys of the mails so far.
    """

    context: BoxContext
    look_up: LookUp
    claimed: dict[str, Processed] = field(default_factory=dict)

    def decide(self, mails: Iterable[Waiting]) -> Iterator[Shadowed]:
        """Yield what would become of `mails`, in order.

        Raises:
            TransientError: The database is unreachable.
            PermanentError: The mapping does not fit the database.
        """
        rest = iter(mails)
        # The bytes of a mail are let go when it is read: a chunk may hold many large ones.
        while read := [(replace(one, raw=b""), self._read(one)) for one in islice(rest, _AT_ONCE)]:
            found = self.look_up([(mail, self.context) for _, mail in read])
            for (one, mail), facts in zip(read, found, strict=True):
                yield self._decided(one, mail, facts)

    def _read(self, waiting: Waiting) -> Mail:
        digest, box = sha256(waiting.raw).hexdigest(), self.context.box
        own_id = mail_id(box.email, "shadow", waiting.source, digest)
        return read_mail(
            waiting.raw,
            key_of(own_id, waiting.received_at.date()),
            self.context,
            Arrival(own_id, waiting.received_at.astimezone(UTC), digest),
        )

    def _decided(self, waiting: Waiting, mail: Mail, facts: Facts) -> Shadowed:
        decided = decide(mail, self._as_it_was(waiting, mail, facts))
        mine = Processed(mail.mail_id, mail.content_sha256, mail.marks)
        for key in (mail.key, *mail.marks.keys(mail.key)):
            self.claimed.setdefault(key, mine)
        ours = tuple(word for word in decided.words if word not in NOT_IN_THE_MANUAL)
        return Shadowed(
            waiting.source, mail.parsed.subject, ours, waiting.theirs, tuple(decided.trace)
        )

    def _as_it_was(self, waiting: Waiting, mail: Mail, facts: Facts) -> Facts:
        """Return `facts` from before the mail itself was processed, and after those before it."""
        processed = facts.processed
        if processed and processed.content_sha256 == mail.content_sha256:
            processed = None
        key_alone = self.context.box.strict_manual_duplicates
        mine = claimed_by(self.claimed, mail.key, mail.marks, key_alone=key_alone)
        facts = replace(facts, processed=processed or mine)
        if waiting.processed:
            # The activity with its Message-ID is the one that the original has made of it.
            facts = replace(facts, earlier=replace(facts.earlier, erp_message_ids=frozenset()))
        return facts


def _files(folder: Path) -> Iterator[Waiting]:
    try:
        files = sorted(folder.iterdir())
        for file in files:
            if file.suffix.lower() == ".eml" and file.is_file() and not file.is_symlink():
                moment = moment_of(file.stat().st_mtime)
                yield Waiting(f"{MailOrigin.EML_DIR}:{file.name}", moment, file.read_bytes())
    except OSError as error:
        raise unreadable(error) from None


def _mailbox(source: BoxSource) -> Iterator[Waiting]:
    """Yield mails without acknowledging any, so none is deleted, marked, moved or remembered."""
    with (
        TemporaryDirectory() as nothing_remembered,
        closing(
            open_source(source, Path(nothing_remembered), lambda: datetime.now(UTC))
        ) as mailbox,
    ):
        for batch in mailbox.batches():
            for mail in batch:
                raw = b"".join(mailbox.slices(mail)) if mail.raw is None else mail.raw
                yield Waiting(f"{mailbox.kind}:{mail.identity}", mail.received_at, raw)
