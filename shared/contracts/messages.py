"""The messages between the stages.

Adding an optional field is compatible, because readers pass over what they do not know; anything
else is a new version.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, model_validator

from shared.contracts.base import Contract
from shared.contracts.cause import Cause
from shared.contracts.commands import AnyCommand, CreateActivity, Direction
from shared.contracts.content import FoundToken, SentContent, TraceLine
from shared.contracts.line import Line
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.primitives import BackupKey, ByteCount, Sha256
from shared.contracts.said import said
from shared.errors import ContractError


class MailFetched(Contract):
    """A mail is backed up and waits to be classified.

    Attributes:
        mail_id: The backup's GUID (behaviour I-5), the mail's name everywhere.
        box: Label of the technology box.
        source: Where it came from, as `emlDir:offer.eml`.
        received_at: When the source got it (file time, INTERNALDATE).
        size, sha256: Of the raw bytes.
        backup_key: Path of the backup below the data folder.
        archive: An old mail: recorded without tasks, marks and forwards (I-11).
        again: An explicit replay that bypasses the duplicate rule (R-a).
        folder: The folder of its box that it was in; None where a box has none, or from an
            earlier version.
    """

    kind: Literal["mail_fetched"] = "mail_fetched"
    schema_version: Literal[1] = 1
    mail_id: UUID
    box: Line
    source: Line
    received_at: AwareDatetime
    size: ByteCount
    sha256: Sha256
    backup_key: BackupKey
    archive: bool = False
    again: bool = False
    folder: Line | None = None


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """`MailFetched` on its way, with the raw bytes beside it.

    Attributes:
        message: The message.
        raw: The mail byte for byte, or None above the inline limit: then the backup is read.
    """

    message: MailFetched
    raw: bytes | None

    @property
    def mail_id(self) -> UUID:
        """The mail's id."""
        return self.message.mail_id


class Otherwise(Contract):
    """What becomes of a mail if the writer finds that its problem is somebody else's (S-8).

    Attributes:
        verdict, direction, trace, flags: As of `MailClassified`.
        commands: The activities that it makes instead.
    """

    verdict: tuple[Line, ...]
    direction: Direction | None
    trace: tuple[TraceLine, ...]
    commands: tuple[CreateActivity, ...]
    flags: tuple[Line, ...]


class MailClassified(Contract):
    """A mail's verdict, its explanation and the commands it gives; every mail has one.

    Attributes:
        content_sha256: Digest of the raw mail.
        key: Identification key (behaviour R-a), as a hex digest.
        body_sha256: Digest of the body: different bodies under one key are flagged.
        text_sha256: Digest of the folded text, by which copies are known (S-9); None from an
            earlier version.
        key_alone: Every mail with its key is a copy of it, whatever it says (S-9).
        otherwise: Of a problem mail of a customer: what it is if another domain was first.
        verdict: The log words in order (R-d).
        direction: None if the chain stopped before the direction was decided.
        commands: Their ids are distinct: two effects of one id could never be recorded.
        content: What the commands' records say; None if there is no command.
        recipients: Distinct addresses of To and Cc.
        tokens: Assignment tokens, the first of which wins.
        flags: What was odd about the mail, for people.
        refers_to: Message-IDs of the mails that it answers, or that came back with it.
        own_domains: The company's: its lists send copies of other people's mail (S-6).
        mailbox: What the administrator's rules want done with it in its box (C-2).
        again: An explicit replay: claimed keys and the journal's row do not stop it (R-a).

    Raises:
        ContractError: Two commands have one id.
    """

    kind: Literal["mail_classified"] = "mail_classified"
    schema_version: Literal[1] = 1
    mail_id: UUID
    box: Line
    source: Line
    received_at: AwareDatetime
    content_sha256: Sha256
    backup_key: BackupKey
    key: Sha256
    body_sha256: Sha256
    subject: str
    sender: str | None
    message_id: str | None
    verdict: tuple[Line, ...]
    direction: Direction | None
    trace: tuple[TraceLine, ...]
    commands: tuple[AnyCommand, ...]
    content: SentContent | None
    recipients: tuple[Line, ...] = ()
    tokens: tuple[FoundToken, ...] = ()
    flags: tuple[Line, ...] = ()
    refers_to: tuple[str, ...] = ()
    own_domains: tuple[Line, ...] = ()
    again: bool = False
    text_sha256: Sha256 | None = None
    key_alone: bool = False
    otherwise: Otherwise | None = None
    mailbox: MailboxActions | None = None

    @property
    def cause(self) -> Cause:
        """What the rows of its effects name."""
        return Cause("mail", self.mail_id)

    @model_validator(mode="after")
    def _each_command_has_its_own_id(self) -> Self:
        counted = Counter(command.command_id for command in self.commands)
        if twice := [one for one in self.commands if counted[one.command_id] > 1]:
            kinds = ", ".join(sorted({one.kind for one in twice}))
            # No ValueError: pydantic would not let the reason through.
            raise ContractError(
                said(
                    "Commands of mail {mail_id} share the id {command_id} ({kinds}): the "
                    "classifier must give each its own",
                    mail_id=self.mail_id,
                    command_id=twice[0].command_id,
                    kinds=kinds,
                )
            )
        return self


class MailRecorded(Contract):
    """A mail's final verdict is in the journal, with its effects, in one commit.

    Attributes:
        again: True when the mail id was in the journal before, so nothing was done this time.
        calendar_users: Users whose invitations were recorded: their calendars may have an answer.
        mailbox: What is to be done with it in its box; None: what the box's `disposition` says.
    """

    kind: Literal["mail_recorded"] = "mail_recorded"
    schema_version: Literal[1] = 1
    mail_id: UUID
    box: Line
    source: Line
    subject: str
    verdict: tuple[Line, ...]
    again: bool
    calendar_users: tuple[int, ...] = ()
    mailbox: MailboxActions | None = None
