"""Cutting what waits into batches that are bounded in number and in bytes. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def is_full(count: int, total: int, heavy: int, most: int, most_bytes: int) -> bool:
    """Return whether a batch of `count` items takes no further one that weighs `heavy`."""
    return count > 0 and (count == most or total + heavy > most_bytes)


def batched(
    items: Iterable[T], weight: Callable[[T], int], most: int, most_bytes: int
) -> Iterator[list[T]]:
    """Yield `items` in order, in batches within both limits; a heavier one comes alone."""
    batch: list[T] = []
    total = 0
    for item in items:
        heavy = weight(item)
        if is_full(len(batch), total, heavy, most, most_bytes):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += heavy
    if batch:
        yield batch
