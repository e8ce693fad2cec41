"""What was published over a connection and is not confirmed yet. Its owner locks it."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Confirms:
    """Counts what is on its way, and keeps what the broker did not take.

    Attributes:
        outstanding: Handed over and not confirmed yet.
    """

    outstanding: int = 0
    _sequence: int = 0
    _under_way: dict[int, str] = field(default_factory=dict)
    _refusals: list[str] = field(default_factory=list)

    def sent(self, queue: str) -> None:
        """Count a message for `queue` that went out: the broker numbers them from 1."""
        self._sequence += 1
        self._under_way[self._sequence] = queue

    def answered(self, last: int, *, multiple: bool, taken: bool) -> None:
        """Note the broker's answer for message `last`, and for all before it if `multiple`."""
        tags = [tag for tag in self._under_way if tag <= last] if multiple else [last]
        queues = [self._under_way.pop(tag) for tag in tags]
        self.outstanding -= len(queues)
        if not taken:
            self._refusals += [f"the queue {queue}, which refused it" for queue in queues]

    def returned(self, queue: str) -> None:
        """Note that the broker has no such queue; the message's confirm follows all the same."""
        self._refusals.append(f"the queue {queue}, which does not exist")

    def take_refusals(self) -> list[str]:
        """Return what was not taken since the last call."""
        taken, self._refusals = self._refusals, []
        return taken
