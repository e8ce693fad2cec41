from zoneinfo import ZoneInfo

import pytest

from shared.contracts.commands import UpsertInvitation
from tests.builders import (
    EVA,
    JAN,
    PETR,
    STRANGER,
    a_box,
    a_mail,
    activities,
    decide,
    hits,
    invitations,
    raw_mail,
    some_facts,
)

CALENDAR = "Content-Type: text/calendar; method={}; charset=utf-8\n"


def _event(method: str = "REQUEST", start: str = "DTSTART:20261110T080000Z", more: str = "") -> str:
    return (
        f"BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:{method}\nBEGIN:VEVENT\nUID:u1@acme\n"
        f"SEQUENCE:3\nDTSTAMP:20261101T080000Z\n{start}\nDTEND:20261110T090000Z\n"
        f"ORGANIZER:mailto:{PETR}\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{JAN}\n"
        f"SUMMARY:Lis\n{more}END:VEVENT\nEND:VCALENDAR\n"
    )


def _upserts(body: str, method: str = "REQUEST", **fields: str) -> list[UpsertInvitation]:
    box = a_box(time_zone=ZoneInfo("Europe/Prague"))
    raw = raw_mail(body, more=CALENDAR.format(method) + fields.pop("more", ""), **fields)
    decided = decide(a_mail(raw, box=box), some_facts(box))
    return invitations(decided)


def test_each_recipient_who_is_a_user_gets_a_record_and_an_activity() -> None:
    """R-5, V2-1: key and content of the event, and the mail as an activity."""
    raw = raw_mail(_event(), to=f"{JAN}, {EVA}, {STRANGER}", more=CALENDAR.format("REQUEST"))
    decided = decide(a_mail(raw))
    first, second = invitations(decided)

    assert (first.user.email, second.user.email) == (JAN, EVA)
    assert (first.uid, first.recurrence_id, first.sequence) == ("u1@acme", None, 3)
    assert (first.start, first.end) == ("2026-11-10T08:00:00Z", "2026-11-10T09:00:00Z")
    assert first.organizer == PETR
    assert [(one.address, one.answer) for one in first.attendees] == [(JAN, "ACCEPTED")]
    assert len(activities(decided)) == 2
    assert "R-5" in hits(decided)


@pytest.mark.parametrize(
    ("start", "wanted", "all_day"),
    [
        ("DTSTART:20261110T080000", "2026-11-10T07:00:00Z", False),
        ("DTSTART;VALUE=DATE:20261110", "2026-11-10", True),
        (
            "DTSTART;TZID=Central Europe Standard Time:20261110T080000",
            "2026-11-10T07:00:00Z",
            False,
        ),
    ],
)
def test_times_are_utc_dates_or_in_the_boxs_zone(start: str, wanted: str, all_day: bool) -> None:  # noqa: FBT001
    """V2-2: floating times count in the box's zone; Windows names of zones are known."""
    (command,) = _upserts(_event(start=start))

    assert (command.start, command.all_day) == (wanted, all_day)


def test_a_calendar_without_method_is_no_invitation() -> None:
    """R-5: an attached calendar that invites nobody."""
    raw = raw_mail(_event().replace("METHOD:REQUEST\n", ""), more="Content-Type: text/calendar\n")

    assert "R-5" not in hits(decide(a_mail(raw)))


def test_an_answer_concerns_the_user_who_gives_it() -> None:
    """V2-1: a user's own REPLY to somebody outside updates the user's record."""
    (command,) = _upserts(_event("REPLY"), "REPLY", sender=JAN, to=PETR)

    assert (command.user.email, command.method) == (JAN, "REPLY")


def test_a_counter_proposal_changes_nothing() -> None:
    """V2-1: COUNTER is noted only."""
    assert _upserts(_event("COUNTER"), "COUNTER") == []


def test_a_recurrence_rule_is_stored_and_never_expanded() -> None:
    """V2-2, H-26: every second for ever is one record."""
    (command,) = _upserts(_event(more="RRULE:FREQ=SECONDLY\n"))

    assert command.rule == "FREQ=SECONDLY"


def test_who_is_refuted_may_change_nothing() -> None:
    """S-1, H-26: the writer is told whether the sender is believed."""
    more = "Authentication-Results: mx; dmarc={} header.from=acme.example\n"
    box = a_box(authserv_id=("mx",))
    trusts = []
    for result in ("fail", "none", "pass"):
        raw = raw_mail(_event(), more=CALENDAR.format("REQUEST") + more.format(result))
        decided = decide(a_mail(raw, box=box), some_facts(box))
        trusts += [one.trust for one in invitations(decided)]

    assert trusts == ["refused", "unproven", "proven"]
