"""Where the activities of a mail are filed: by its token, else by its thread (A-6, S-4 to S-6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import not_believed
from services.classifier.facts.words import words_of
from services.classifier.outcome.presets import Presets
from services.classifier.outcome.token_trust import Judgement, companies_of, judge, judge_inherited
from services.classifier.reading.mail import Mail
from shared.contracts.commands import Direction
from shared.contracts.flags import FOREIGN
from shared.contracts.references import ActivityTypeRef, RecordRef
from shared.contracts.said import said, with_commas
from shared.domain.assignment import Assignment, assign
from shared.domain.earlier import Thread
from shared.domain.notes import Note
from shared.domain.own_words import NOTHING
from shared.domain.scope import ScopeChoice
from shared.domain.threads import Correspondents, counting
from shared.domain.tokens import record_said
from shared.domain.vocabulary import TokenKind


@dataclass(frozen=True, slots=True)
class Filing:
    """What all activities of a mail have in common.

    Attributes:
        type: Their type.
        scope: What the mail says of who sees them.
        records: What they are assigned to, by kind.
        answers_to: Message-IDs by which the writer looks again for what they inherit (A-6).
        notes: For the trace.
        flags: What a person should know before trusting the assignment.
    """

    type: ActivityTypeRef
    scope: ScopeChoice = field(default_factory=ScopeChoice)
    records: Mapping[TokenKind, RecordRef] = field(default_factory=dict)
    answers_to: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    flags: tuple[str, ...] = ()

    def preset(self, presets: Presets | None) -> "Filing":
        """Return it as a rule of the administrator wants it (C-2)."""
        if presets is None:
            return self
        filing = self
        if presets.type:
            filing = replace(filing, type=presets.type)
        if presets.scope is not None:
            filing = replace(filing, scope=ScopeChoice(presets.scope))
        if presets.contract:
            filing = replace(filing, records={"contract": presets.contract}, answers_to=())
        return filing


def file_mail(mail: Mail, facts: Facts, direction: Direction) -> Filing:
    """Decide it; what is made in the name of a user who is not believed says nothing (S-3)."""
    if direction == "outgoing" and not_believed(mail, facts):
        return Filing(assign((), facts.directory, direction).type)
    thread, thread_notes = _inherited(mail, facts)
    judgement = judge(mail, facts, thread)
    tokens = mail.tokens if judgement.taken else ()
    own = words_of(mail, facts)[0].own if tokens else NOTHING
    assignment = assign(tokens, facts.directory, direction, own)
    notes = (*assignment.notes, *judgement.notes)
    scope = ScopeChoice(assignment.scope, "scope" in own, _may_hide(mail, facts, assignment))
    if tokens:
        flags = (FOREIGN,) if judgement.foreign else ()
        return Filing(assignment.type, scope, _of_token(assignment), (), notes, flags)
    records = dict(thread.records) if thread else {}
    doubts = judge_inherited(mail, facts, records)
    return Filing(
        assignment.type,
        scope,
        records,
        mail.answers_to,
        (*notes, *thread_notes, *doubts),
        (FOREIGN,) if doubts else (),
    )


def record_of_token(mail: Mail, facts: Facts, kind: TokenKind) -> RecordRef | None:
    """Return the record of `kind` that the mail's token stands for, if the token is taken."""
    thread, _ = _inherited(mail, facts)
    judgement: Judgement = judge(mail, facts, thread)
    if not (judgement.taken and mail.tokens and mail.tokens[0].kind == kind):
        return None
    return facts.directory.match(kind, mail.tokens[0].number).record


def _of_token(assignment: Assignment) -> Mapping[TokenKind, RecordRef]:
    if assignment.token is None or assignment.record is None:
        return {}
    return {assignment.token.kind: assignment.record}


def _may_hide(mail: Mail, facts: Facts, assignment: Assignment) -> bool:
    """Whether somebody else's `p-` counts: his own records, and those of nobody, he may hide."""
    if assignment.token is None or assignment.record is None:
        return True
    owners = facts.directory.owners_of(assignment.token.kind, assignment.record)
    return not owners or bool(owners & companies_of(mail, facts))


def _inherited(mail: Mail, facts: Facts) -> tuple[Thread | None, Sequence[Note]]:
    """Return what the nearest mail recorded before is assigned to, if to anything (A-6)."""
    addresses = frozenset((mail.sender or "", *mail.recipients))
    correspondents = Correspondents(addresses, facts.context.box.own_domains)
    passed_over = False
    for message_id in mail.answers_to:
        found = facts.earlier.threads.get(message_id, ())
        counts = counting([one.origin for one in found], correspondents)
        for thread, one_counts in zip(found, counts, strict=True):
            if one_counts and thread.records:
                return thread, _thread_notes(thread, passed_over=passed_over)
            passed_over = passed_over or (bool(thread.records) and not one_counts)
    return None, _thread_notes(None, passed_over=passed_over)


def _thread_notes(thread: Thread | None, *, passed_over: bool) -> Sequence[Note]:
    notes = []
    if passed_over:
        other = said(
            "a mail with the same Message-ID is passed over: its sender does not take part"
        )
        notes.append(Note("S-6", "thread", False, other))
    if thread:
        records = with_commas([record_said(kind, one.number) for kind, one in thread.records])
        reason = said("{records}, as the mail that this one answers", records=records)
        notes.append(Note("A-6", "thread", True, reason))
    return notes
