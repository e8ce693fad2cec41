"""The log of the original service: read mail by mail, and laid beside its backups."""

from datetime import UTC, datetime, timedelta

import pytest

from services.answers.original_log import LoggedMail, decoded, differs, logged_mails, paired

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LOG = """NOTICE 2026-11-02 12:00:00 PROCESSED
NOTICE 2026-11-02 12:00:01 Task application
NOTICE 2026-11-02 12:00:01 TASK 4711 UPDATED
NOTICE 2026-11-02 12:00:01 DELETED
ERROR 2026-11-02 12:00:02 the server does not answer
NOTICE 2026-11-02 12:00:02 Service started
NOTICE 2026-11-02 12:00:03 Inform other users...
NOTICE 2026-13-02 12:00:03 DELETED
NOTICE 2026-11-02 12:00:03 DELETED
NOTICE 2026-11-02 12:00:04 SPAM
"""


def _after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def _entries(*seconds: float) -> list[LoggedMail]:
    return [LoggedMail(_after(each), ("PROCESSED",)) for each in seconds]


@pytest.mark.parametrize("text", [LOG, LOG.replace("\n", "\r\n"), f"\n{LOG}"])
def test_a_mail_has_the_words_up_to_its_last(text: str) -> None:
    """O-5: other lines are passed over; what the log breaks off is no entry."""
    assert [(one.at, one.words) for one in logged_mails(text, UTC)] == [
        (NOON, ("PROCESSED",)),
        (_after(1), ("Task application", "TASK 4711 UPDATED", "DELETED")),
        (_after(3), ("Inform other users…", "DELETED")),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250"])
def test_a_log_is_read_in_the_encodings_of_windows(encoding: str) -> None:
    """O-5: with and without a mark at its begin."""
    assert decoded("NOTICE Notify other users…".encode(encoding)) == "NOTICE Notify other users…"


@pytest.mark.parametrize(
    ("backups", "logged", "found"),
    [
        ([0, 5, 9], [0, 6, 10], [0, 6, 10]),
        ([0, 1, 2], [3, 4, 5], [3, 4, 5]),
        ([0, 5], [-3600, 1, 6], [1, 6]),
        ([0, 3600], [3601], [None, 3601]),
        ([1.9], [0], [0]),
        ([0], [], [None]),
        ([], [0], []),
    ],
    ids=["one by one", "all at once", "older lines", "not logged", "rounded", "no log", "no mail"],
)
def test_backups_and_entries_meet_by_time_and_order(
    backups: list[float], logged: list[float], found: list[float | None]
) -> None:
    """O-5: an entry names no mail; it comes soon after the backup of its mail."""
    pairs = paired([_after(each) for each in backups], _entries(*logged))

    assert [one and (one.at - NOON).total_seconds() for one in pairs] == found


@pytest.mark.parametrize(
    ("ours", "theirs", "differ"),
    [
        (("PROCESSED",), ("PROCESSED",), False),
        (("PROCESSED",), ("DELETED",), True),
        (("SPAM", "DELETED"), ("DELETED",), True),
        (("TASK 7 UPDATED", "DELETED"), ("NEW TASK CREATED", "DELETED"), False),
        (("TASK 7 UPDATED", "DELETED"), ("TASK 8 UPDATED", "DELETED"), False),
        (("TASK 7 UPDATED", "DELETED"), ("INVALID TASK", "DELETED"), True),
    ],
)
def test_a_task_that_is_there_by_now_is_no_difference(
    ours: tuple[str, ...],
    theirs: tuple[str, ...],
    differ: bool,  # noqa: FBT001 - a column
) -> None:
    """O-5: the original has made it meanwhile; everything else is told."""
    assert differs(ours, theirs) is differ
