from datetime import date, timedelta

import pytest

from shared.domain.soft_bounces import enough_soft_bounces

DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("days_from_new", "enough"),
    [
        ([], False),
        ([-1], False),
        ([-1, -2], True),
        ([0, -1], False),
        ([0, 0, 0], False),
        ([-29, -15], True),
        ([-30, -15], False),
        ([-60, -59], False),
        ([1, 2], True),
        ([-15, 14], True),
        ([-15, 15], False),
        ([-20, -19, 20, 21], True),
    ],
)
def test_three_different_days_within_thirty_mark(
    days_from_new: list[int],
    enough: bool,  # noqa: FBT001
) -> None:
    """B-3: the first and the thirtieth day count together, the thirty-first does not."""
    earlier = [DAY + timedelta(days=days) for days in days_from_new]

    assert enough_soft_bounces(earlier, DAY) == enough


def test_a_forged_date_at_the_end_of_time_is_only_a_day() -> None:
    """B-3, H-20: nothing is reckoned beyond the calendar."""
    assert not enough_soft_bounces([date.min], date.max)
    assert not enough_soft_bounces([date.max], date.min)
