from hypothesis import given
from hypothesis import strategies as st

from services.fetcher.sources.port import BATCH_BYTES, BATCH_MAILS, batched


@given(st.lists(st.integers(0, 2 * BATCH_BYTES), max_size=300))
def test_batches_keep_order_and_bounds(sizes: list[int]) -> None:
    """I-2: at most 100 mails and 8 MB, or one mail that is larger alone."""
    mails = list(enumerate(sizes))

    found = list(batched(mails, lambda mail: mail[1]))

    assert [each for batch in found for each in batch] == mails
    for batch in found:
        assert 0 < len(batch) <= BATCH_MAILS
        assert len(batch) == 1 or sum(size for _, size in batch) <= BATCH_BYTES
