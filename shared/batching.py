"""Cutting what waits into batches that are bounded in number and in bytes. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def is_full(count: int, total: int, heavy: int, most: int, most_bytes: int) -> bool:
    """Whether a batch of `count` items takes no further one that weighs `heavy`."""
    return count > 0 and (count == most or total + heavy > most_bytes)


def batched(
    items: Iterable[T], weight: Callable[[T], int], most: int, most_bytes: int
) -> Iterator[list[T]]:
    """`items` in their order, in batches within both limits; one that is heavier comes alone."""
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
