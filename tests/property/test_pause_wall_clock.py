from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from shared.settings.pause import is_paused

_ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in ("Europe/Prague", "UTC", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu")
    ]
)
_ANY_MOMENT = st.datetimes(timezones=st.one_of(st.just(UTC), _ZONES))
_TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
_MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(_ANY_MOMENT, _TIMES, _TIMES, _ZONES)
def test_a_pause_answers_for_any_aware_moment(
    moment: datetime, start: time, end: time, zone: ZoneInfo
) -> None:
    """I-4: the first and the last year of the calendar are answered too, never raised about."""
    assert is_paused(moment, start, end, zone) in (True, False)


@given(_ANY_MOMENT, _TIMES, _ZONES)
def test_equal_times_never_pause(moment: datetime, start: time, zone: ZoneInfo) -> None:
    """I-4: equal times mean no pause at any moment."""
    assert not is_paused(moment, start, start, zone)


@given(_MOMENTS, _TIMES, _TIMES, _ZONES)
def test_a_pause_and_its_reverse_share_the_day(
    moment: datetime, start: time, end: time, zone: ZoneInfo
) -> None:
    """I-4: a moment is inside exactly one of a pause and the one from its end to its start."""
    if start != end:
        assert is_paused(moment, start, end, zone) != is_paused(moment, end, start, zone)


@given(_MOMENTS, _TIMES, _TIMES, _ZONES)
def test_a_pause_across_midnight_is_evening_or_morning(
    moment: datetime, start: time, end: time, zone: ZoneInfo
) -> None:
    """I-4: across midnight, a moment is inside after the start or before the end."""
    late, early = max(start, end), min(start, end)
    wall = moment.astimezone(zone).time()
    if late != early:
        assert is_paused(moment, late, early, zone) == (wall >= late or wall < early)
