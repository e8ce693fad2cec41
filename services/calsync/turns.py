"""Whose round is next: each user once a period, spread over it, or at once after a hint. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.calsync.calendars.port import Participant


@dataclass(slots=True)
class Turns:
    """The turns of all users; times are those of one clock, in seconds.

    Attributes:
        seconds: Between two rounds of one user.
    """

    seconds: float
    _begun: float = 0.0
    _users: dict[int, Participant] = field(default_factory=dict)
    _offsets: dict[int, float] = field(default_factory=dict)
    _due: dict[int, float] = field(default_factory=dict)
    _running: set[int] = field(default_factory=set)
    _hinted: set[int] = field(default_factory=set)

    @property
    def running(self) -> int:
        """How many rounds have been begun and have not ended."""
        return len(self._running)

    def renew(self, users: Sequence[Participant], now: float) -> None:
        """Take those who take part now; who is new has his turn at once."""
        self._begun = self._begun or now
        self._users = {user.user_id: user for user in users}
        self._offsets = {
            user.user_id: self.seconds * number / len(users) for number, user in enumerate(users)
        }
        self._due = {user_id: self._due.get(user_id, now) for user_id in self._users}

    def hint(self, user_id: int, now: float) -> None:
        """Bring a user forward; whose round is running has another one after it."""
        if user_id in self._running:
            self._hinted.add(user_id)
        elif user_id in self._due:
            self._due[user_id] = min(now, self._due[user_id])

    def next_due(self) -> float | None:
        """Return when the next turn is; None if nobody waits for one."""
        waiting = (due for user_id, due in self._due.items() if user_id not in self._running)
        return min(waiting, default=None)

    def take(self, now: float) -> Participant | None:
        """Begin the turn that has been due for longest; None if none is."""
        waiting = [(due, each) for each, due in self._due.items() if each not in self._running]
        due, user_id = min(waiting, default=(now + 1, 0))
        if due > now:
            return None
        self._running.add(user_id)
        return self._users[user_id]

    def ended(self, user_id: int, now: float) -> None:
        """End a turn; the next is at the user's place in the period."""
        self._running.discard(user_id)
        if user_id not in self._due:
            self._hinted.discard(user_id)
        elif user_id in self._hinted:
            self._hinted.discard(user_id)
            self._due[user_id] = now
        else:
            self._due[user_id] = self._next_place(user_id, now)

    def _next_place(self, user_id: int, now: float) -> float:
        first = self._begun + self._offsets[user_id]
        periods = max(0, int((now - first) // self.seconds) + 1)
        return first + periods * self.seconds
