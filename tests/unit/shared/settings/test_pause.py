from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.settings.pause import is_paused

_PRAGUE = ZoneInfo("Europe/Prague")


def _paused(moment: str, start: str, end: str) -> bool:
    return is_paused(
        datetime.fromisoformat(moment), time.fromisoformat(start), time.fromisoformat(end), _PRAGUE
    )


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-06-10T21:59:59+02:00", False),
        ("2026-06-10T22:00:00+02:00", True),
        ("2026-06-11T00:00:00+02:00", True),
        ("2026-06-11T05:59:59+02:00", True),
        ("2026-06-11T06:00:00+02:00", False),
        ("2026-06-11T04:00:00+00:00", False),
    ],
)
def test_a_pause_may_cross_midnight(moment: str, *, expected: bool) -> None:
    """I-4: from 22:00 to 06:00 covers the night; the start is inside, the end is not."""
    assert _paused(moment, "22:00", "06:00") is expected


@pytest.mark.parametrize("at", ["2026-06-11T00:00:00+02:00", "2026-06-11T06:00:00+02:00"])
def test_equal_times_mean_no_pause(at: str) -> None:
    """I-4: 06:00 to 06:00 is no pause, neither at that time nor at another."""
    assert not _paused(at, "06:00", "06:00")


def _paused_minutes(day: str, start: str, end: str) -> int:
    """Count the paused minutes of one day in Prague, which has 23, 24 or 25 hours."""
    first = datetime.fromisoformat(day).replace(tzinfo=_PRAGUE)
    after = first + timedelta(days=1)
    length = int((after.astimezone(UTC) - first.astimezone(UTC)).total_seconds()) // 60
    minutes = (first.astimezone(UTC) + timedelta(minutes=each) for each in range(length))
    ends = time.fromisoformat(start), time.fromisoformat(end)
    return sum(is_paused(minute, *ends, _PRAGUE) for minute in minutes)


@pytest.mark.parametrize(
    ("day", "start", "end", "minutes"),
    [
        ("2026-03-28", "00:00", "06:00", 360),
        ("2026-03-29", "00:00", "06:00", 300),
        ("2026-03-29", "02:15", "02:45", 0),
        ("2026-03-29", "01:30", "02:30", 30),
        ("2026-03-29", "02:30", "04:00", 60),
        ("2026-10-25", "00:00", "06:00", 420),
        ("2026-10-25", "02:15", "02:45", 60),
        ("2026-10-25", "22:00", "04:00", 420),
    ],
)
def test_the_pause_follows_the_wall_clock_when_it_changes(
    day: str, start: str, end: str, minutes: int
) -> None:
    """I-4: on the days of 23 and 25 hours the pause is what a clock on the wall shows."""
    assert _paused_minutes(day, start, end) == minutes


def test_both_passages_of_a_doubled_hour_are_paused() -> None:
    """I-4: 02:30 comes twice on 25 October 2026, and is inside both times."""
    for moment in ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"):
        assert _paused(moment, "02:00", "03:00")
    assert not _paused("2026-10-25T03:00:00+01:00", "02:00", "03:00")


def test_a_naive_moment_is_refused() -> None:
    """I-4: a moment without zone would be guessed at, so it is a mistake of the caller."""
    with pytest.raises(ValueError, match="aware"):
        _paused("2026-06-10T22:00:00", "22:00", "06:00")


@pytest.mark.parametrize(
    ("moment", "zone"),
    [
        (datetime.min.replace(tzinfo=UTC), "America/New_York"),
        (datetime.max.replace(tzinfo=UTC), "Asia/Tokyo"),
    ],
)
def test_a_moment_without_local_date_is_no_pause(moment: datetime, zone: str) -> None:
    """I-4: at the ends of the calendar, where no local date exists, the answer is no."""
    assert not is_paused(moment, time(0, 0), time(23, 59), ZoneInfo(zone))
