"""Whose round is next (K-2)."""

from hypothesis import given, strategies

from services.calsync.calendars.port import Participant
from services.calsync.turns import Turns

USERS = [Participant(n, f"user{n}@firma.cz", f"mailbox-{n}") for n in range(1, 5)]


def _turns(seconds: float = 100.0) -> Turns:
    turns = Turns(seconds)
    turns.renew(USERS, 1000.0)
    return turns


def _taken(turns: Turns, now: float) -> list[int]:
    found = []
    while (user := turns.take(now)) is not None:
        found.append(user.user_id)
    return found


def test_the_first_turns_come_at_once_and_the_next_are_spread() -> None:
    """K-2: after the first round each user has his place in the period."""
    turns = _turns()
    assert _taken(turns, 1000.0) == [1, 2, 3, 4]
    for user in USERS:
        turns.ended(user.user_id, 1001.0)

    begun: list[tuple[float, int]] = []
    while len(begun) < 8:
        due = turns.next_due()
        assert due is not None
        (user_id,) = _taken(turns, due)
        begun.append((due, user_id))
        turns.ended(user_id, due + 1)

    places = [(1000.0 + 25 * n, n % 4 + 1) for n in range(1, 9)]
    assert begun == places


def test_nobody_has_two_rounds_at_one_time() -> None:
    """K-2: a hint for a user whose round is running brings another one after it, once."""
    turns = _turns()
    user = turns.take(1000.0)
    assert user is not None
    for _ in range(3):
        turns.hint(user.user_id, 1001.0)
    assert user.user_id not in _taken(turns, 1002.0)

    turns.ended(user.user_id, 1003.0)
    assert _taken(turns, 1003.0) == [user.user_id]
    turns.ended(user.user_id, 1004.0)

    assert _taken(turns, 1004.0) == []


def test_a_hint_brings_one_user_forward() -> None:
    """K-2: at once, and nobody else; one for somebody who takes no part does nothing."""
    turns = _turns()
    for user_id in _taken(turns, 1000.0):
        turns.ended(user_id, 1001.0)

    turns.hint(3, 1002.0)
    turns.hint(99, 1002.0)

    assert _taken(turns, 1002.0) == [3]


def test_who_takes_part_no_more_has_no_turn() -> None:
    """K-1b: a round that is running ends, and none follows; who is new comes at once."""
    turns = _turns()
    running = turns.take(1000.0)
    assert running == USERS[0]
    new = Participant(9, "new@firma.cz", "mailbox-9")
    turns.renew([USERS[1], new], 1001.0)
    turns.hint(1, 1001.0)
    turns.ended(1, 1002.0)

    assert _taken(turns, 1002.0) == [2, 9]
    assert turns.running == 2


@given(strategies.lists(strategies.floats(0.1, 400.0), min_size=1, max_size=30))
def test_every_user_has_a_round_in_every_period(gaps: list[float]) -> None:
    """K-2: however late the rounds are begun, the next one is due within a period."""
    turns, now = _turns(), 1000.0
    for gap in gaps:
        now += gap
        for user_id in _taken(turns, now):
            turns.ended(user_id, now)
        due = turns.next_due()
        assert due is not None
        assert now < due <= now + 100.0
