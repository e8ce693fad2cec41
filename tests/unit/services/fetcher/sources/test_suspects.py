from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.fetcher.memory import Memory
from services.fetcher.sources.suspects import BrokeOffError, Suspects, rest_after
from shared.contracts.said import said
from shared.errors import TransientError

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PLACE = "INBOX"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Of the memory."""
    return tmp_path / "box.db"


@pytest.fixture
def suspects(file: Path, clock: Clock) -> Iterator[Suspects]:
    """Of one box, none so far."""
    with closing(Memory(file)) as memory:
        yield Suspects("crm", memory, clock)


def test_who_broke_the_connection_alone_is_counted(suspects: Suspects) -> None:
    """F-59: asked for together, each is a suspect; asked for alone, it is the culprit."""
    with pytest.raises(BrokeOffError), suspects.blamed(PLACE, ["1", "2"]):
        raise BrokeOffError(said("gone"))
    assert suspects.tries(PLACE) == {"1": 0, "2": 0}
    assert suspects.count() == 0

    with pytest.raises(BrokeOffError), suspects.blamed(PLACE, ["2"]):
        raise BrokeOffError(said("gone"))

    assert suspects.tries(PLACE) == {"1": 0, "2": 1}
    assert suspects.count() == 1


def test_another_trouble_is_nobodys_fault(suspects: Suspects) -> None:
    """F-57: a server that throttles, or says that it is not available, blames no message."""
    with pytest.raises(TransientError), suspects.blamed(PLACE, ["1"]):
        raise TransientError(said("throttled"), retry_after_seconds=60)

    assert suspects.tries(PLACE) == {}


def test_after_three_tries_it_rests_and_others_do_not(suspects: Suspects, clock: Clock) -> None:
    """F-59: two more tries in the next rounds, then a quarter of an hour, then half an hour."""
    for _ in range(2):
        suspects.hold(PLACE, "1", "hung up")
        assert suspects.resting(PLACE) == set()
    suspects.hold(PLACE, "1", "hung up")
    assert suspects.resting(PLACE) == {"1"}
    assert suspects.resting("Other") == set()

    clock.now += timedelta(minutes=15)
    assert suspects.resting(PLACE) == set()
    suspects.hold(PLACE, "1", "hung up")
    clock.now += timedelta(minutes=29)
    assert suspects.resting(PLACE) == {"1"}


def test_the_rests_grow_to_a_day() -> None:
    """F-59: a message that can never be read costs one try a day."""
    assert [rest_after(tries) for tries in (1, 2)] == [timedelta(0)] * 2
    assert rest_after(3) == timedelta(minutes=15)
    assert rest_after(7) == timedelta(hours=4)
    assert rest_after(1000) == timedelta(days=1)


def test_tries_outlive_a_restart(suspects: Suspects, file: Path, clock: Clock) -> None:
    """F-59: a restart does not begin anew."""
    for _ in range(3):
        suspects.hold(PLACE, "1", "hung up")

    with closing(Memory(file)) as memory:
        again = Suspects("crm", memory, clock)
        assert again.tries(PLACE) == {"1": 3}
        assert again.resting(PLACE) == {"1"}


def test_a_clock_that_was_wrong_puts_nothing_to_rest_for_years(
    suspects: Suspects, clock: Clock
) -> None:
    """F-71: no rest is longer than a day."""
    for _ in range(3):
        suspects.hold(PLACE, "1", "hung up")

    clock.now -= timedelta(days=400)

    assert suspects.resting(PLACE) == set()


def test_what_was_read_or_has_gone_is_forgotten(suspects: Suspects) -> None:
    """F-59: the memory is not larger than the trouble."""
    for name in ("1", "2", "3"):
        suspects.hold(PLACE, name, "hung up")

    suspects.clear(PLACE, ["1", "9"])
    suspects.keep_only(PLACE, ["2", "9"])

    assert suspects.tries(PLACE) == {"2": 1}
