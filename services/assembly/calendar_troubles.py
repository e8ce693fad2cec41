"""What a person should know of the calendar: whose is not in step, and what waits (I-9, K-7)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from services.calsync.calendars.port import Participant
from services.calsync.round import Result, RoundOfUser
from shared.contracts.said import Said, said_many

FAILED: tuple[Result, ...] = ("failed", "refused")
"""Results that a person should know of."""

USERS, HELD = "calendars of users", "held deletions"
"""Kinds of notices."""


@dataclass(slots=True)
class CalendarTroubles:
    """Remembers how the last round of each user ended; one thread writes, another one looks."""

    _failed: dict[str, str] = field(default_factory=dict, init=False)
    _held: dict[str, int] = field(default_factory=dict, init=False)

    def told(self, done: RoundOfUser) -> None:
        """Note how a round has ended."""
        self._held[done.user] = done.held
        if done.result in FAILED:
            self._failed[done.user] = done.reason or done.result
        else:
            self._failed.pop(done.user, None)

    def keep(self, users: Collection[Participant]) -> None:
        """Forget who takes no part any more."""
        addresses = {one.address for one in users}
        for known in (self._failed, self._held):
            for address in known.keys() - addresses:
                del known[address]

    def parts(self) -> Mapping[str, Said | None]:
        """Return the kinds of trouble with what there is of each; None: there is none."""
        failed, held = sorted(self._failed.copy().items()), sum(self._held.copy().values())
        return {USERS: _not_in_step(failed) if failed else None, HELD: _held(held)}


def _not_in_step(failed: list[tuple[str, str]]) -> Said:
    user, reason = failed[0]
    return said_many(
        "the calendar of {user} is not in step: {reason}",
        "{n} calendars are not in step; that of {user}: {reason}",
        len(failed),
        user=user,
        reason=reason,
    )


def _held(number: int) -> Said | None:
    if not number:
        return None
    return said_many(
        "{n} deletion is held until somebody decides: crmservice calendar held",
        "{n} deletions are held until somebody decides: crmservice calendar held",
        number,
    )
