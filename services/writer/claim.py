"""The claim of an identification key (behaviours R-1, R-a, R-e). Pure.

Only the writer claims a key, in the transaction that makes the effects. A mail whose key belongs
to another mail loses its commands and is recorded as a duplicate.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.commands import AnyCommand, Direction
from shared.contracts.content import TraceLine
from shared.contracts.messages import MailClassified

DUPLICATE = ("DUPLICATE KEY", "DELETED")


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
    """

    mail: MailClassified
    verdict: tuple[str, ...]
    direction: Direction | None
    trace: tuple[TraceLine, ...]
    commands: tuple[AnyCommand, ...]
    claims: bool
    differs: bool = False


def settle(mails: Iterable[MailClassified], owners: Mapping[str, Claim]) -> list[Settled]:
    """Settle `mails` in order; `owners` are the keys claimed before. The first of a key wins."""
    claimed = dict(owners)
    settled = []
    for mail in mails:
        owner = claimed.get(mail.key)
        if owner is None and DUPLICATE[0] not in mail.verdict:
            claimed[mail.key] = Claim(mail.mail_id, mail.body_sha256)
            settled.append(_as_classified(mail, claims=True))
        elif owner is None or owner.mail_id == mail.mail_id:
            settled.append(_as_classified(mail, claims=False))
        else:
            settled.append(_duplicate(mail, owner))
    return settled


def _as_classified(mail: MailClassified, *, claims: bool) -> Settled:
    return Settled(mail, mail.verdict, mail.direction, mail.trace, mail.commands, claims)


def _duplicate(mail: MailClassified, owner: Claim) -> Settled:
    differs = owner.body_sha256 != mail.body_sha256
    trace = mail.trace
    if DUPLICATE[0] not in mail.verdict:
        reason = f"{owner.mail_id} with the same date, sender, recipients and subject came first"
        trace = (TraceLine(id="R-1", rule="duplicate", hit=True, reason=reason), *trace)
    return Settled(mail, DUPLICATE, None, trace, (), claims=False, differs=differs)
