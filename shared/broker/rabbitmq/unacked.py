"""What a connection has received and not acknowledged. Its owner locks it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.broker.message import Delivery


@dataclass(slots=True)
class Unacked:
    """Deliveries in hand: those that nobody has asked for yet, and those that are being handled.

    Attributes:
        prefetch: How many may be in hand.
    """

    prefetch: int = 0
    _held: dict[int, Delivery] = field(default_factory=dict)
    _waiting: deque[Delivery] = field(default_factory=deque)
    _run_end: int = 0
    _told_alone: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._waiting)

    @property
    def held(self) -> list[Delivery]:
        """Everything in hand, oldest first."""
        return list(self._held.values())

    @property
    def full(self) -> bool:
        """Whether the broker sends no more until something is acknowledged."""
        return self.count >= self.prefetch

    @property
    def count(self) -> int:
        """How many are in hand."""
        return len(self._held)

    def more_than(self, count: int) -> bool:
        """Return whether more than `count` are in hand."""
        return self.count > count

    def put(self, delivery: Delivery) -> None:
        """Put a delivery that came."""
        self._held[delivery.tag] = delivery
        self._waiting.append(delivery)

    def done(self, deliveries: Iterable[Delivery]) -> None:
        """Take deliveries out of the hand."""
        for delivery in deliveries:
            self._held.pop(delivery.tag, None)

    def take(self, most: int, most_bytes: int) -> list[Delivery]:
        """Return the oldest that wait: at least one if there is any, within both limits.

        Args:
            most: Deliveries.
            most_bytes: What they weigh together.
        """
        taken: list[Delivery] = []
        weight = 0
        while self._waiting and len(taken) < most:
            weight += self._waiting[0].message.weight
            if taken and weight > most_bytes:
                break
            taken.append(self._waiting.popleft())
        return taken

    def take_all(self) -> list[Delivery]:
        """Return everything that waits."""
        rest = list(self._waiting)
        self._waiting.clear()
        return rest

    def acknowledgements(self, tags: Iterable[int]) -> tuple[int | None, list[int]]:
        """Return how `tags` are told to the broker: all up to one, and some beyond it.

        An unbroken run is told at once: of many single ones that are told just before the
        connection ends, a quorum queue drops some. A tag is told once, singly or in a run: the
        broker closes the channel over a tag that it does not know any more (F-21). So a run ends
        at its last tag that was not told before.
        """
        fresh = {tag for tag in tags if tag > self._run_end} - self._told_alone
        end, last_fresh = self._run_end, None
        while end + 1 in fresh or end + 1 in self._told_alone:
            end += 1
            if end in fresh:
                last_fresh = end
            self._told_alone.discard(end)
        self._run_end = end
        alone = sorted(tag for tag in fresh if tag > end)
        self._told_alone.update(alone)
        return last_fresh, alone
