from hypothesis import given
from hypothesis import strategies as st

from shared.batching import batched


@given(st.lists(st.integers(0, 50)), st.integers(1, 5), st.integers(1, 60))
def test_batches_hold_everything_in_order_and_within_both_limits(
    weights: list[int], most: int, most_bytes: int
) -> None:
    """F-32: only one that is heavier than the limit comes beyond it, and then alone."""
    batches = list(batched(weights, lambda weight: weight, most, most_bytes))

    assert [weight for batch in batches for weight in batch] == weights
    for batch in batches:
        assert 0 < len(batch) <= most
        assert sum(batch) <= most_bytes or len(batch) == 1
