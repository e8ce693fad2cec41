"""What happened earlier: what mails recorded before mean for a batch of mails. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from shared.contracts.references import RecordRef
from shared.domain.copies import CopyMarks
from shared.domain.own_words import Spoken
from shared.domain.problem_tasks import ProblemTask
from shared.domain.threads import Origin
from shared.domain.vocabulary import TokenKind


@dataclass(frozen=True, slots=True)
class Processed:
    """A mail that has claimed an identification key before.

    Attributes:
        marks: What its copies have in common with it.
        responsible: Ids of the users who have an activity of it.
    """

    mail_id: UUID
    content_sha256: str
    marks: CopyMarks
    responsible: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Thread:
    """What a mail recorded before is assigned to (A-6).

    Attributes:
        origin: Who it is from.
    """

    origin: Origin
    contract: RecordRef | None = None
    order: RecordRef | None = None
    task: RecordRef | None = None
    opportunity: RecordRef | None = None

    @property
    def records(self) -> Sequence[tuple[TokenKind, RecordRef]]:
        """What it is assigned to, with its kind."""
        all_kinds: tuple[tuple[TokenKind, RecordRef | None], ...] = (
            ("contract", self.contract),
            ("order", self.order),
            ("task", self.task),
            ("opportunity", self.opportunity),
        )
        return [(kind, record) for kind, record in all_kinds if record]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier mails have left, as far as it was looked up.

    Attributes:
        processed: The mail that has claimed a key, by key.
        erp_message_ids: Message-IDs of mail that the ERP has sent itself (R-f).
        threads: What mails recorded before are assigned to, by Message-ID, which several may have
            (A-6).
        spoken: Tokens of mails recorded before, by Message-ID; empty where they held none (S-4).
        problem_tasks: Tasks by their problem id (P-2).
        soft_bounces: Days of earlier soft bounces, by address (B-3).
        sent: Recipients of recorded mail of ours, by Message-ID (S-7).
        answered: Tasks that mails of our outbox are about, by Message-ID (E-1a).
    """

    processed: Mapping[str, Processed] = field(default_factory=dict)
    erp_message_ids: frozenset[str] = frozenset()
    threads: Mapping[str, Sequence[Thread]] = field(default_factory=dict)
    spoken: Mapping[str, Sequence[Spoken]] = field(default_factory=dict)
    problem_tasks: Mapping[str, ProblemTask] = field(default_factory=dict)
    soft_bounces: Mapping[str, frozenset[date]] = field(default_factory=dict)
    sent: Mapping[str, frozenset[str]] = field(default_factory=dict)
    answered: Mapping[str, RecordRef] = field(default_factory=dict)
