"""Lists of values are asked for in pieces that every database takes."""

import pytest

from shared.netgenium.database.many import in_chunks


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (500, [500]), (501, [500, 1]), (1200, [500, 500, 200])]
)
def test_no_list_of_values_is_longer_than_databases_take(count: int, sizes: list[int]) -> None:
    """NG-9: Firebird takes 1,500 values of one list; every value is asked for once, in order."""
    chunks = list(in_chunks(range(count)))
    assert [len(chunk) for chunk in chunks] == sizes
    assert [value for chunk in chunks for value in chunk] == list(range(count))


def test_a_generator_is_read_only_as_far_as_needed() -> None:
    """NG-9: values may come from anywhere, also one at a time."""
    chunks = in_chunks(iter("abc"), 2)
    assert next(chunks) == ["a", "b"]
    assert list(chunks) == [["c"]]
