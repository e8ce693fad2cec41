from shared.retry import Backoff


def test_pauses_double_up_to_a_limit() -> None:
    """F-40: no hot loop, and no pause for ever."""
    backoff = Backoff(1.0, 60.0, chance=lambda _low, _high: 1.0)

    assert [backoff.seconds() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_success_begins_again() -> None:
    """INV-6: after the fault the next one is short again."""
    backoff = Backoff(1.0, 60.0, chance=lambda _low, _high: 1.0)
    backoff.seconds()
    backoff.seconds()

    backoff.succeeded()

    assert backoff.seconds() == 1.0


def test_what_the_other_side_asks_for_is_kept() -> None:
    """F-57: a server that asks for five minutes gets them."""
    assert Backoff().seconds(asked=299.961) == 299.961


def test_pauses_are_never_in_step() -> None:
    """INV-6: jitter keeps services from coming back all at once."""
    assert len({Backoff().seconds() for _ in range(50)}) > 10
