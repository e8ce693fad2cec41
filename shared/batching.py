"""Cutting what waits into batches that are bounded in number and in bytes. Pure."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def batched(
    items: Iterable[T], weight: Callable[[T], int], most: int, most_bytes: int
) -> Iterator[list[T]]:
    """`items` in their order, in batches within both limits; one that is heavier comes alone."""
    batch: list[T] = []
    total = 0
    for item in items:
        heavy = weight(item)
        if batch and (len(batch) == most or total + heavy > most_bytes):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += heavy
    if batch:
        yield batch
