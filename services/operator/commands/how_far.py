"""How far a long command came where it does not come to its end (behaviour O-6)."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from services.operator.commands.options import tell
from shared.contracts.said import Said, said

Item = TypeVar("Item")


class Counted(Generic[Item]):
    """Items that are gone through one by one.

    Attributes:
        done: Of so many the work is behind us: the next one was asked for.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        """Count `items`."""
        self.done = 0
        self._items = items

    def __iter__(self) -> Iterator[Item]:
        """Yield each item."""
        for item in self._items:
            yield item
            self.done += 1


@contextmanager
def told_how_far(sentence: Callable[[], Said]) -> Iterator[None]:
    """Tell `sentence` where the block does not come to its end: by Ctrl-C, or by an error."""
    tells = True
    try:
        yield
        tells = False
    except BrokenPipeError:
        # Whoever reads has what it wanted.
        tells = False
        raise
    finally:
        if tells:
            tell(sentence())


def of_all(done: int, count: int) -> Said:
    """Say how many of all mails are done."""
    return said("{done} of {all}", done=done, all=count)
