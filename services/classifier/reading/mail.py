"""A mail as the rules ask about it: the parsed mail, and what is read out of it without I/O."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from services.classifier.parse.headers import decode_field
from services.classifier.parse.parsed_mail import FailedRecipient, ParsedMail
from services.classifier.reading.problem import ProblemReport
from services.classifier.reading.proof import UNKNOWN, Proof
from services.classifier.reading.text import Text
from services.classifier.xml_mail.request import XmlRequest
from shared.contracts.said import Said
from shared.domain.copies import CopyMarks
from shared.domain.notes import Note
from shared.domain.tickets import Ticket
from shared.domain.tokens import Token
from shared.domain.vocabulary import tight

if TYPE_CHECKING:
    from services.classifier.reading.body_text import BodyText


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that says that mail came back (behaviour R-2).

    Attributes:
        found_by: How it was recognised, for a person.
        failures: The addresses that it names.
        more: There were more addresses than are kept.
        by_phrase: Only phrases of the vocabulary tell it, which people quote, too (B-4).
    """

    found_by: Said
    failures: tuple[FailedRecipient, ...]
    more: bool = False
    by_phrase: bool = False


@dataclass(frozen=True)
class Mail:
    """One mail, read.

    Attributes:
        mail_id: Its name everywhere (I-5).
        received_at: When the source got it.
        content_sha256: Digest of the raw mail.
        parsed: What parsing gave.
        sender: The one valid sender address, or None (R-b).
        sender_problem: Why there is no sender; empty if there is one.
        recipients: Distinct addresses of To and Cc in header order (R-c).
        key: Identification key (R-a).
        subject: Folded, colons tight.
        unforwarded_subject: The subject as written, without forward prefixes.
        tokens: Assignment tokens in the order in which they win (T-1).
        body: The readable text, as it is compared, and what of it is the sender's own.
        is_our_own: We have sent it ourselves (R-0).
        proof: Whether the sender is who it says (S-1).
        forwarded_from: Addresses of mailboxes that it went through, from its envelope (R-c).
        forwards: Senders of the mails that it forwards, the outermost first (R-11).
        answers_to: Message-IDs of the mails before it, the nearest first (A-6).
        bounce: What came back, if it is a bounce.
        problem: What it says of a problem, if its subject is that of a problem mail (P-1).
        folder: The folder of its box that it was in, where the box has folders.
        tickets: Tags and numbers of tasks in its subject, the right tags first (E-1).
        xml: The XML by which it asks for records (E-4).
        journal: What is to be said of a journal report (I-14).
        key_alone: Every mail with its key is a copy of it, whatever it says (S-9).
    """

    mail_id: UUID
    received_at: datetime
    content_sha256: str
    parsed: ParsedMail
    sender: str | None
    sender_problem: Said
    recipients: tuple[str, ...]
    key: str
    subject: str
    unforwarded_subject: str
    tokens: tuple[Token, ...]
    body: "BodyText" = field(compare=False, repr=False)
    is_our_own: bool = False
    proof: Proof = UNKNOWN
    forwarded_from: tuple[str, ...] = ()
    forwards: tuple[str, ...] = ()
    answers_to: tuple[str, ...] = ()
    bounce: Bounce | None = None
    problem: ProblemReport | None = None
    folder: str | None = None
    tickets: tuple[Ticket, ...] = ()
    xml: XmlRequest | None = None
    key_alone: bool = False
    journal: Note | None = None

    @cached_property
    def text(self) -> str:
        """The readable text as one folded line, colons tight."""
        return tight(self.body.line)

    @cached_property
    def written_subject(self) -> Text:
        """The subject, as they compare it."""
        return Text(self.parsed.subject)

    @cached_property
    def marks(self) -> CopyMarks:
        """What its copies have in common with it (S-9)."""
        parsed = self.parsed
        text = self.text.encode("utf-8", "replace")
        digest = sha256(text).hexdigest() if text else parsed.body_sha256
        return CopyMarks.of(parsed.message_id, parsed.body_sha256, digest)

    def field_values(self, name: str) -> tuple[str, ...]:
        """Return decoded values of every header field with this lower-case name, from the top."""
        return field_values(self.parsed, name)

    @property
    def refers_to(self) -> tuple[str, ...]:
        """Message-IDs of the mails that it answers, or of the one that came back."""
        returned = self.parsed.reports.returned.message_id if self.bounce else None
        return tuple(dict.fromkeys((*self.answers_to, *([returned] if returned else []))))

    @property
    def sent_at(self) -> datetime:
        """Date of the mail; when it was received, if the mail has no valid date (H-10)."""
        return self.parsed.date or self.received_at


def field_values(parsed: ParsedMail, name: str) -> tuple[str, ...]:
    """Return decoded values of every header field with this lower-case name, from the top."""
    return tuple(decode_field(value, []) for value in parsed.headers.all(name))
