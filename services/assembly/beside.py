"""What a process does in threads of its own, beside what it is there for."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def doing(
    name: str, works: Sequence[Callable[[], None]], stopped: threading.Event
) -> Iterator[None]:
    """Do `works` until `stopped`, which is set at the end of the block.

    A work that ends by itself, or fails, sets it, too: the whole ends with it, and a supervisor
    starts it again.

    Args:
        name: Of the threads.
        works: Each is done in a thread of its own, and ends soon after `stopped` is set.
        stopped: Ends the works, and whatever is done in the block.

    Raises:
        Exception: What the first work that failed has raised, once all have ended.
    """

    def until_its_end(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            stopped.set()

    with ThreadPoolExecutor(max(len(works), 1), name) as pool:
        under_way = [pool.submit(until_its_end, work) for work in works]
        try:
            yield
        finally:
            stopped.set()
    for each in under_way:
        each.result()
