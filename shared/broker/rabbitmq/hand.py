"""What a link has received and not acknowledged. Its owner locks it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.broker.letters import Delivery


@dataclass(slots=True)
class Hand:
    """Deliveries that nobody has asked for yet, and the count of those in hand altogether.

    Attributes:
        prefetch: How many may be in hand.
        held: How many are.
    """

    prefetch: int = 0
    held: int = 0
    _waiting: deque[Delivery] = field(default_factory=deque)
    _acknowledged: int = 0
    _ahead: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._waiting)

    @property
    def full(self) -> bool:
        """Whether the broker sends no more until something is acknowledged."""
        return self.held >= self.prefetch

    def put(self, delivery: Delivery) -> None:
        """A delivery came."""
        self.held += 1
        self._waiting.append(delivery)

    def take(self, most: int, most_bytes: int) -> list[Delivery]:
        """The oldest that wait: at least one if there is any, within both limits."""
        taken: list[Delivery] = []
        size = 0
        while self._waiting and len(taken) < most:
            size += len(self._waiting[0].letter.body)
            if taken and size > most_bytes:
                break
            taken.append(self._waiting.popleft())
        return taken

    def take_all(self) -> list[Delivery]:
        """Everything that waits."""
        rest = list(self._waiting)
        self._waiting.clear()
        return rest

    def acknowledgements(self, tags: Iterable[int]) -> tuple[int | None, list[int]]:
        """How `tags` are told to the broker: all up to one, and some beyond it.

        An unbroken run is told at once: of many single ones that are told just before the
        connection ends, a quorum queue drops some.
        """
        done, wanted = self._acknowledged, set(tags) | self._ahead
        while self._acknowledged + 1 in wanted:
            self._acknowledged += 1
        beyond = {tag for tag in wanted if tag > self._acknowledged}
        alone = sorted(beyond - self._ahead)
        self._ahead = beyond
        return (self._acknowledged if self._acknowledged > done else None), alone
