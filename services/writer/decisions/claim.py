"""The claim of an identification key (behaviours R-1, R-a, R-e, S-9). Pure.

Only the writer claims a key, in the transaction that makes the effects. A copy of the mail that has
claimed it loses its commands and is recorded as a duplicate; another mail with the key is processed
and flagged, and claims keys of its own, so that of its copies, too, one alone is processed.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from shared.contracts.commands import AnyCommand, CreateActivity, Direction
from shared.contracts.content import TraceLine, trace_line
from shared.contracts.flags import DIFFERS
from shared.contracts.messages import MailClassified
from shared.contracts.said import said
from shared.contracts.verdict import Word
from shared.domain.copies import CopyMarks, another_mail, claimed_by


@dataclass(frozen=True, slots=True)
class Claim:
    """Who owns a key, and what its copies have in common with it."""

    mail_id: UUID
    marks: CopyMarks


@dataclass(frozen=True, slots=True)
class Settled:
    """A mail with its final verdict.

    Attributes:
        mail: As it was classified.
        claims: The keys that become its own.
        differs: Another mail with its key came first, with another body.
        flags: What was odd about it.
        found_by: Numbers of records that it has made: people look for it by them.
    """

    mail: MailClassified
    verdict: tuple[str, ...]
    direction: Direction | None
    trace: tuple[TraceLine, ...]
    commands: tuple[AnyCommand, ...]
    claims: tuple[str, ...] = ()
    differs: bool = False
    flags: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()

    @property
    def may_apply(self) -> tuple[AnyCommand, ...]:
        """Its commands, and those that are applied instead if its problem is not believed."""
        otherwise = self.mail.otherwise
        return (*self.commands, *(otherwise.commands if otherwise else ()))


def marks_of(mail: MailClassified) -> CopyMarks:
    """Return what copies of `mail` have in common with it."""
    return CopyMarks.of(mail.message_id, mail.body_sha256, mail.text_sha256)


def keys_of(mail: MailClassified) -> tuple[str, ...]:
    """Return the keys that a mail which it is a copy of may have claimed."""
    return (mail.key, *marks_of(mail).keys(mail.key))


def late_command_id(owner: UUID, user_id: int) -> UUID:
    """Return the id of the owner's activity for a user: every copy of the mail has the same."""
    return uuid5(owner, f"activity\0{user_id}")


def late_command_ids(
    mails: Iterable[MailClassified], owners: Mapping[str, Claim]
) -> AbstractSet[UUID]:
    """Return ids of what duplicates and explicit replays among `mails` may have made before."""
    mails = list(mails)
    late = {
        late_command_id(owner.mail_id, command.responsible.id)
        for mail in mails
        if (owner := _first(mail, owners))
        for command in _by_envelope(mail)
    }
    return late | {command.command_id for m in mails if m.again for command in m.commands}


def settle(
    mails: Iterable[MailClassified],
    owners: Mapping[str, Claim],
    made: AbstractSet[UUID] = frozenset(),
) -> list[Settled]:
    """Settle `mails` in order; of copies of one mail the first wins.

    Args:
        mails: As they were classified.
        owners: The keys claimed before.
        made: Those of `late_command_ids` that were made before.
    """
    claimed = dict(owners)
    done = set(made)
    settled = []
    for mail in mails:
        settled.append(_settled(mail, _first(mail, claimed), done))
        claimed |= dict.fromkeys(settled[-1].claims, Claim(mail.mail_id, marks_of(mail)))
        done.update(command.command_id for command in settled[-1].commands)
    return settled


def _settled(mail: MailClassified, first: Claim | None, done: AbstractSet[UUID]) -> Settled:
    """Settle one mail; `first` is what it is a copy of, else who has its key."""
    if mail.again:
        return _replayed(mail, first, done)
    if first is None:
        # Mail that NET Genium has sent itself is a duplicate of what nobody has claimed (R-f).
        claims = () if Word.DUPLICATE_KEY in mail.verdict else (mail.key,)
        return _as_classified(mail, claims)
    if first.mail_id == mail.mail_id:
        return _as_classified(mail, ())
    # Without its commands a mail cannot be processed any more, whatever it differs in.
    if Word.DUPLICATE_KEY in mail.verdict or _is_copy(mail, first):
        return _duplicate(mail, first, done)
    return _another(mail, first)


def _first(mail: MailClassified, claimed: Mapping[str, Claim]) -> Claim | None:
    return claimed_by(claimed, mail.key, marks_of(mail), key_alone=mail.key_alone)


def _is_copy(mail: MailClassified, first: Claim) -> bool:
    return mail.key_alone or marks_of(mail).are_of_a_copy_of(first.marks)


def _as_classified(mail: MailClassified, claims: tuple[str, ...]) -> Settled:
    return Settled(
        mail,
        mail.verdict,
        mail.direction,
        mail.trace,
        mail.commands,
        claims,
        differs=DIFFERS in mail.flags,
        flags=mail.flags,
    )


def _another(mail: MailClassified, first: Claim) -> Settled:
    """Return another mail with the key of `first` (S-9)."""
    settled = _as_classified(mail, marks_of(mail).keys(mail.key))
    if DIFFERS in mail.flags:
        return settled
    line = trace_line("S-9", "duplicate", hit=False, reason=another_mail(first.mail_id))
    flags = (*mail.flags, DIFFERS)
    commands = tuple(
        one.model_copy(update={"flags": (*one.flags, DIFFERS)})
        if isinstance(one, CreateActivity)
        else one
        for one in mail.commands
    )
    trace = (line, *mail.trace)
    return replace(settled, trace=trace, commands=commands, differs=True, flags=flags)


def _replayed(mail: MailClassified, first: Claim | None, done: AbstractSet[UUID]) -> Settled:
    """Settle an explicit replay: whatever its commands have not made yet (R-a)."""
    copy = first is not None and _is_copy(mail, first)
    owner_id = first.mail_id if first and copy else mail.mail_id
    late = {
        command.command_id
        for command in _by_envelope(mail)
        if late_command_id(owner_id, command.responsible.id) in done
    }
    commands = tuple(c for c in mail.commands if c.command_id not in done | late)
    if first is None:
        claims: tuple[str, ...] = (mail.key,)
    else:
        claims = () if copy else marks_of(mail).keys(mail.key)
    return replace(_as_classified(mail, claims), commands=commands)


def _duplicate(mail: MailClassified, owner: Claim, done: AbstractSet[UUID]) -> Settled:
    differs = owner.marks.body_sha256 != mail.body_sha256
    trace = mail.trace
    if Word.DUPLICATE_KEY not in mail.verdict:
        reason = said(
            "{mail_id} with the same date, sender, recipients and subject came first",
            mail_id=owner.mail_id,
        )
        trace = (trace_line("R-1", "duplicate", hit=True, reason=reason), *trace)
    late = _late(mail, owner, done)
    verdict = (Word.DUPLICATE_KEY, Word.PROCESSED if late else Word.DELETED)
    direction = mail.direction if late else None
    # A copy of a mail that differs from the first is flagged as that one is.
    return Settled(mail, verdict, direction, trace, late, differs=differs, flags=mail.flags)


def _late(
    mail: MailClassified, owner: Claim, done: AbstractSet[UUID]
) -> tuple[CreateActivity, ...]:
    """Return activities, not made yet, of users whom only this copy's envelope names (R-c)."""
    late = []
    for command in _by_envelope(mail):
        command_id = late_command_id(owner.mail_id, command.responsible.id)
        if command_id not in done:
            # Its task, if any, belongs to the copy that came first.
            update = {"command_id": command_id, "task_command": None}
            late.append(command.model_copy(update=update))
    return tuple(late)


def _by_envelope(mail: MailClassified) -> Iterator[CreateActivity]:
    for command in mail.commands:
        if isinstance(command, CreateActivity) and command.by_envelope:
            yield command
