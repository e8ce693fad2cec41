"""The claim of an identification key (behaviours R-1, R-a, R-e). Pure.

Only the writer claims a key, in the transaction that makes the effects. A mail whose key belongs
to another mail loses its commands and is recorded as a duplicate.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID, uuid5

from shared.contracts.commands import AnyCommand, CreateActivity, Direction
from shared.contracts.content import TraceLine, trace_line
from shared.contracts.messages import MailClassified
from shared.contracts.said import said
from shared.contracts.verdict import Word


@dataclass(frozen=True, slots=True)
class Claim:
    """Who owns a key."""

    mail_id: UUID
    body_sha256: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A mail with its final verdict.

    Attributes:
        mail: As it was classified.
        claims: Whether its key becomes its own.
        differs: A duplicate whose body is another one than the first mail's.
        found_by: Numbers of records that it has made: people look for it by them.
    """

    mail: MailClassified
    verdict: tuple[str, ...]
    direction: Direction | None
    trace: tuple[TraceLine, ...]
    commands: tuple[AnyCommand, ...]
    claims: bool
    differs: bool = False
    found_by: tuple[str, ...] = ()


def late_command_id(owner: UUID, user_id: int) -> UUID:
    """The id of the activity of the key's owner for a user: every copy of the mail has the same."""
    return uuid5(owner, f"activity\0{user_id}")


def late_command_ids(
    mails: Iterable[MailClassified], owners: Mapping[str, Claim]
) -> AbstractSet[UUID]:
    """Ids of what duplicates and explicit replays among `mails` may have made before."""
    mails = list(mails)
    late = {
        late_command_id(owners[mail.key].mail_id, command.responsible.id)
        for mail in mails
        if mail.key in owners
        for command in _by_envelope(mail)
    }
    return late | {command.command_id for m in mails if m.again for command in m.commands}


def settle(
    mails: Iterable[MailClassified],
    owners: Mapping[str, Claim],
    made: AbstractSet[UUID] = frozenset(),
) -> list[Settled]:
    """Settle `mails` in order; the first of a key wins.

    Args:
        mails: As they were classified.
        owners: The keys claimed before.
        made: Those of `late_command_ids` that were made before.
    """
    claimed = dict(owners)
    done = set(made)
    settled = []
    for mail in mails:
        owner = claimed.get(mail.key)
        if mail.again:
            settled.append(_replayed(mail, owner, done))
            claimed.setdefault(mail.key, Claim(mail.mail_id, mail.body_sha256))
        elif owner is None and Word.DUPLICATE_KEY not in mail.verdict:
            claimed[mail.key] = Claim(mail.mail_id, mail.body_sha256)
            settled.append(_as_classified(mail, claims=True))
        elif owner is None or owner.mail_id == mail.mail_id:
            settled.append(_as_classified(mail, claims=False))
        else:
            settled.append(_duplicate(mail, owner, done))
        done.update(command.command_id for command in settled[-1].commands)
    return settled


def _as_classified(mail: MailClassified, *, claims: bool) -> Settled:
    return Settled(mail, mail.verdict, mail.direction, mail.trace, mail.commands, claims)


def _replayed(mail: MailClassified, owner: Claim | None, done: AbstractSet[UUID]) -> Settled:
    """An explicit replay: whatever its commands have not made yet, whoever has the key (R-a)."""
    owner_id = owner.mail_id if owner else mail.mail_id
    late = {
        command.command_id
        for command in _by_envelope(mail)
        if late_command_id(owner_id, command.responsible.id) in done
    }
    commands = tuple(c for c in mail.commands if c.command_id not in done | late)
    claims = owner is None
    return Settled(mail, mail.verdict, mail.direction, mail.trace, commands, claims=claims)


def _duplicate(mail: MailClassified, owner: Claim, done: AbstractSet[UUID]) -> Settled:
    differs = owner.body_sha256 != mail.body_sha256
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
    return Settled(mail, verdict, direction, trace, late, claims=False, differs=differs)


def _late(
    mail: MailClassified, owner: Claim, done: AbstractSet[UUID]
) -> tuple[CreateActivity, ...]:
    """Activities of users whom only this copy's envelope names, if none was made yet (R-c)."""
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
