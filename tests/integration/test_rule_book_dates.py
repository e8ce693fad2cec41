"""Dates that mails claim for themselves are believed only within bounds."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from shared.netgenium.own.tables import soft_bounce_table
from tests.builders import raw_mail
from tests.installation import Installation, an_installation
from tests.rule_book_mails import JAN, PETR, bounce, problem

DAYS = (2, 3, 4)


def _receive(installation: Installation, raw: bytes, at: datetime) -> None:
    """One mail in a run of its own, that came at this moment."""
    name = f"{len(installation.recorded)}.eml"
    installation.drop(name, raw)
    os.utime(installation.eml / name, (at.timestamp(), at.timestamp()))
    installation.run()


def _counted_days(installation: Installation) -> list[date]:
    with installation.erp.engine.connect() as connection:
        days = connection.scalars(select(soft_bounce_table.c.bounced_on))
        return sorted(days)


@pytest.mark.parametrize(
    ("month", "counted"),
    [("11", [date(2026, 11, 15)] * 3), ("10", [date(2026, 10, 20)] * 3)],
    ids=["long ago", "in the future"],
)
def test_three_soft_bounces_of_one_day_do_not_mark_by_their_dates(
    tmp_path: Path, month: str, counted: list[date]
) -> None:
    """B-3: mails of 20 October or November dated 2 to 4 November count for one day, as received."""
    installation = an_installation(tmp_path)

    for day in DAYS:
        came = datetime(2026, int(month), 20, 12, day, tzinfo=UTC)
        _receive(installation, bounce(PETR, "5.2.2", day), came)

    assert _counted_days(installation) == counted
    assert installation.list("marks") == []


def test_a_soft_bounce_that_was_five_days_on_its_way_counts_for_its_day(tmp_path: Path) -> None:
    """B-3: after a box was away, bounces of three days that are fetched together mark."""
    installation = an_installation(tmp_path)

    for day in DAYS:
        came = datetime(2026, 11, 7, 12, day, tzinfo=UTC)
        _receive(installation, bounce(PETR, "5.2.2", day), came)

    assert _counted_days(installation) == [date(2026, 11, day) for day in DAYS]
    assert [row["mark"] for row in installation.list("marks")] == ["broken"]


def test_a_problem_mail_from_the_future_shuts_out_later_ones_for_a_day(tmp_path: Path) -> None:
    """P-2: dated 2099, its state counts as a day after the mail came; then others overwrite it."""
    installation = an_installation(tmp_path)
    ahead = problem("new", 1).replace(b"02 Nov 2026", b"02 Nov 2099")
    next_day = problem("solved", 2).replace(b"02 Nov 2026", b"03 Nov 2026")

    _receive(installation, ahead, datetime(2026, 11, 2, 8, 0, tzinfo=UTC))
    _receive(installation, next_day, datetime(2026, 11, 3, 8, 3, tzinfo=UTC))

    (task,) = [row for row in installation.list("tasks") if row["problem_id"]]
    assert task["status"] == "solved"


@pytest.mark.parametrize(
    ("year", "kept"), [("2099", False), ("9999", False), ("2026", True), ("1999", True)]
)
def test_an_activity_is_not_dated_far_ahead(tmp_path: Path, year: str, kept: bool) -> None:  # noqa: FBT001 - a column of the table
    """H-10: what claims to be of a year to come is of the moment it was received."""
    installation = an_installation(tmp_path)
    raw = raw_mail(sender=PETR, to=JAN, date=f"02 Jan {year} 09:00:00 +0100")

    _receive(installation, raw, datetime(2026, 11, 20, 12, 0, tzinfo=UTC))

    (activity,) = installation.list("activities")
    assert activity["date"].startswith(f"{year}-01-02" if kept else "2026-11-20T12:00:00")
