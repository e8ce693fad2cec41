"""Whether the record that a token names is believed (behaviour S-5). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import not_believed
from services.classifier.facts.words import is_of_user, is_reply, words_of
from services.classifier.reading.mail import Mail
from shared.contracts.references import RecordRef
from shared.contracts.said import Said, said
from shared.domain.addresses import domain_of
from shared.domain.earlier import Thread
from shared.domain.notes import Note
from shared.domain.tokens import record_said
from shared.domain.vocabulary import TokenKind


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a mail's first token.

    Attributes:
        taken: It counts; else the mail is as one without a token.
        foreign: It counts, but a person should look.
        notes: Why, for the trace.
    """

    taken: bool = True
    foreign: bool = False
    notes: Sequence[Note] = ()


def judge(mail: Mail, facts: Facts, thread: Thread | None) -> Judgement:
    """Judge the first token of `mail`, whose thread is assigned to `thread`."""
    if not mail.tokens:
        return Judgement()
    token = mail.tokens[0]
    record = facts.directory.match(token.kind, token.number).record
    of_user = is_of_user(mail, facts)
    if record is None or (thread and (token.kind, record) in thread.records):
        return Judgement()
    named = record_said(token.kind, record.number)
    if of_user and token.place == "quoted text" and is_reply(mail, facts):
        if thread is None and _belongs(mail, facts, token.kind, record):
            return Judgement()
        reason = said(
            "{token} is only quoted, and neither of the thread nor of a recipient: passed over",
            token=named,
        )
        return Judgement(taken=False, notes=(Note("S-5", "token", False, reason),))
    doubt = (
        _doubt_of_user(mail, facts, token.kind, record)
        if of_user
        else _doubt_of_other(mail, facts, token.kind, record)
    )
    return _doubted(named, doubt, facts) if doubt else Judgement()


def judge_inherited(
    mail: Mail, facts: Facts, records: Mapping[TokenKind, RecordRef]
) -> tuple[Note, ...]:
    """Return why a person should look at what an outsider's mail inherits by its thread.

    Whoever has seen a Message-ID can answer it. It is inherited all the same: customers answer from
    private addresses, too.
    """
    if is_of_user(mail, facts):
        return ()
    doubts = (
        (record_said(kind, record.number), _doubt_of_other(mail, facts, kind, record))
        for kind, record in records.items()
    )
    return tuple(
        Note("S-5", "thread", True, _flagged(named, doubt)) for named, doubt in doubts if doubt
    )


def _flagged(named: Said, doubt: Said) -> Said:
    return said("{token}: {why}: taken, and flagged foreign", token=named, why=doubt)


def companies_of(mail: Mail, facts: Facts) -> frozenset[int]:
    """Return ids of the companies that a mail is about: of a user's mail those it goes to."""
    if is_of_user(mail, facts):
        return facts.directory.companies_of(mail.recipients)
    return facts.directory.companies_of([mail.sender] if mail.sender else [])


def _belongs(mail: Mail, facts: Facts, kind: TokenKind, record: RecordRef) -> bool:
    return bool(facts.directory.owners_of(kind, record) & companies_of(mail, facts))


def _doubt_of_user(mail: Mail, facts: Facts, kind: TokenKind, record: RecordRef) -> Said | None:
    """Return the doubt about what a user only carries on; his own choice needs no reason."""
    if "record" in words_of(mail, facts)[0].own:
        return None
    if _belongs(mail, facts, kind, record) or not facts.directory.owners_of(kind, record):
        return None
    return said("it is not a user's own words, and of another company than the recipients")


def _doubt_of_other(mail: Mail, facts: Facts, kind: TokenKind, record: RecordRef) -> Said | None:
    if not_believed(mail, facts):
        return said("the sender is not believed")
    sender = mail.sender or ""
    if domain_of(sender) in facts.context.box.own_domains:
        return None
    if not facts.directory.knows(sender):
        return said("the address book does not know the sender")
    if _belongs(mail, facts, kind, record) or not facts.directory.owners_of(kind, record):
        return None
    return said("the sender is of another company")


def _doubted(named: Said, doubt: Said, facts: Facts) -> Judgement:
    if facts.context.box.foreign_tokens == "refuse":
        reason = said("{token}: {why}: passed over (foreignTokens=refuse)", token=named, why=doubt)
        return Judgement(taken=False, notes=(Note("S-5", "token", False, reason),))
    note = Note("S-5", "token", True, _flagged(named, doubt))
    return Judgement(foreign=True, notes=(note,))
