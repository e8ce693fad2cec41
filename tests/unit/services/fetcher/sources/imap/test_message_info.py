from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetcher.sources.imap.message_info import (
    MessageInfo,
    Opened,
    TakenNote,
    identity_of,
    in_utc,
    is_from,
    is_old,
    note_from,
    parts_of,
    search_since,
    searches,
)

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)


def opened(messages: int = 1, uid_next: int = 10) -> Opened:
    """A folder."""
    return Opened("INBOX", 7, uid_next, messages, read_only=False)


@given(st.text(), st.integers(0), st.integers(0))
def test_an_identity_can_be_read_back(folder: str, validity: int, uid: int) -> None:
    """I-5: whatever the folder is called, slashes included."""
    identity = identity_of(Opened(folder, validity, 1, 1, read_only=False), uid)

    assert parts_of(identity) == (folder, validity, uid)


@given(
    st.builds(MessageInfo, st.integers(1), st.integers(0), st.none() | st.just(NOON)), st.booleans()
)
def test_a_note_can_be_read_back(facts: MessageInfo, kept: bool) -> None:  # noqa: FBT001 - drawn
    """I-8: what is remembered of a mail is what was written."""
    note = TakenNote(7, facts.uid, facts.digest, kept)

    assert note_from(str(note)) == note


@pytest.mark.parametrize("text", ["", "7", "7/x 1@2", "INBOX/7/3", "/", "7/ 3"])
def test_what_is_no_note_is_none(text: str) -> None:
    """I-8: a memory that another version wrote spares nothing and deletes nothing."""
    assert note_from(text) is None


def test_a_search_covers_every_uid_once() -> None:
    """H-30: ranges without a gap; above a million messages several."""
    assert list(searches(opened(3, 2**32 - 1))) == ["1:*"]
    assert list(searches(opened(0, 1))) == ["1:*"]
    assert list(searches(opened(2_000_000, 2_500_001))) == [
        "1:1000000",
        "1000001:2000000",
        "2000001:*",
    ]


def test_a_search_names_the_month_in_english() -> None:
    """I-11: RFC 3501 dates, whatever the machine's language."""
    assert search_since(date(2026, 1, 2)) == "SINCE 2-Jan-2026"
    assert search_since(date(2026, 12, 31)) == "SINCE 31-Dec-2026"


def test_the_first_day_is_the_boxes() -> None:
    """I-11: 23:30 UTC is the next day in Prague; a time that cannot be read excludes nothing."""
    prague = ZoneInfo("Europe/Prague")
    late = MessageInfo(1, 1, datetime(2026, 11, 9, 23, 30, tzinfo=UTC))

    assert is_from(date(2026, 11, 10), late, prague)
    assert not is_from(date(2026, 11, 10), late, UTC)
    assert is_from(date(2026, 11, 10), MessageInfo(1, 1, None), UTC)


def test_what_was_there_before_is_old() -> None:
    """I-11: before the second of the opening; everything, while the folder is being opened."""
    at = MessageInfo(1, 1, NOON)

    assert is_old(at, None)
    assert is_old(at, NOON + timedelta(seconds=1))
    assert not is_old(at, NOON + timedelta(milliseconds=900))
    assert not is_old(MessageInfo(1, 1, None), NOON)


def test_times_without_a_zone_are_utc() -> None:
    """H-30: and what no calendar has is none."""
    assert in_utc(NOON.replace(tzinfo=None)) == NOON
    assert in_utc(NOON.astimezone(timezone(timedelta(hours=1)))) == NOON
    assert in_utc(None) is None
    assert in_utc(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=10)))) is None
