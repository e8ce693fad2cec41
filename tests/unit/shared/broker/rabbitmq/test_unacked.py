from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.broker.message import SIZE, BrokerMessage, Delivery
from shared.broker.rabbitmq.unacked import Unacked


@dataclass
class ABroker:
    """What RabbitMQ does with acknowledgements: a tag that it does not know ends the channel."""

    unacknowledged: set[int]
    finished: set[int] = field(default_factory=set)

    def told(self, up_to: int | None, alone: list[int]) -> None:
        if up_to is not None:
            assert up_to in self.unacknowledged, f"unknown delivery tag {up_to}"
            covered = {tag for tag in self.unacknowledged if tag <= up_to}
            assert covered <= self.finished, "acknowledges what is still being handled"
            self.unacknowledged -= covered
        for tag in alone:
            assert tag in self.unacknowledged, f"unknown delivery tag {tag}"
            assert tag in self.finished
            self.unacknowledged.remove(tag)


@pytest.mark.parametrize(
    ("finished", "told"),
    [
        ([[1, 2, 3]], [(3, [])]),
        ([[2, 3], [1]], [(None, [2, 3]), (1, [])]),
        ([[3], [1], [2]], [(None, [3]), (1, []), (2, [])]),
        ([[2], [1, 3], [4]], [(None, [2]), (3, []), (4, [])]),
        ([[4], [2], [1], [3, 5]], [(None, [4]), (None, [2]), (1, []), (5, [])]),
    ],
)
def test_a_tag_is_acknowledged_once(
    finished: list[list[int]], told: list[tuple[int | None, list[int]]]
) -> None:
    """F-21: a run ends at a tag that the broker still knows, whatever was told singly before."""
    unacked = Unacked()

    assert [unacked.acknowledgements(tags) for tags in finished] == told


@given(st.permutations(range(1, 16)), st.lists(st.integers(1, 5), max_size=15))
def test_every_order_of_acknowledgements_is_one_that_the_broker_takes(
    order: list[int], sizes: list[int]
) -> None:
    """F-21, F-14: each tag exactly once, never one that is being handled, and in the end all."""
    unacked, broker = Unacked(), ABroker(set(order))
    while order:
        size = sizes.pop() if sizes else 1
        done, order = order[:size], order[size:]
        broker.finished |= set(done)
        broker.told(*unacked.acknowledgements(done))
        assert broker.unacknowledged == set(order)


def _delivery(tag: int, body: bytes = b"", size: int = 0) -> Delivery:
    return Delivery(tag, BrokerMessage("", "message/rfc822", body, {SIZE: size}))


def test_what_lies_in_the_backup_weighs_as_much_as_in_the_body() -> None:
    """F-32: a bite is bounded by what its mails take in memory, not by what came over the line."""
    unacked = Unacked(prefetch=10)
    for tag in range(1, 6):
        unacked.put(_delivery(tag, size=1_700_000))

    bites = []
    while bite := unacked.take(100, 4_000_000):
        bites.append([delivery.tag for delivery in bite])

    assert bites == [[1, 2], [3, 4], [5]]


def test_one_that_is_heavier_than_the_limit_comes_alone() -> None:
    """F-28: nothing is too heavy to be handled."""
    unacked = Unacked(prefetch=10)
    for tag, size in enumerate((1, 10**9, 1), start=1):
        unacked.put(_delivery(tag, size=size))

    assert [len(unacked.take(100, 1000)) for _ in range(3)] == [1, 1, 1]


def test_what_was_taken_stays_in_hand_until_it_is_done() -> None:
    """F-14: what is given back is everything that was not acknowledged."""
    unacked = Unacked(prefetch=2)
    first, second = _delivery(1), _delivery(2)
    unacked.put(first)
    unacked.put(second)

    assert unacked.take(1, 10) == [first]
    assert (unacked.held, unacked.full) == ([first, second], True)
    unacked.done([first])
    assert (unacked.held, unacked.full) == ([second], False)
