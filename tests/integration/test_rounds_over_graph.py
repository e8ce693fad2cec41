"""Whole rounds of the calendar, between an ERP on SQLite and the double of Microsoft Graph."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.calsync.calendars.port import ItemContent
from services.calsync.writing import Done
from tests.calendar_of_graph import of_graph
from tests.calendar_world import EVA, JAN, CalendarWorld, a_content, a_copied_world, at
from tests.servers.graph import faults
from tests.servers.graph.events import PRAGUE, daily, meeting
from tests.servers.graph.mailbox import GraphMailbox
from tests.servers.graph.server import GraphServer


@dataclass
class Company:
    """The ERP, and the mailboxes of its two users."""

    erp: CalendarWorld
    graph: GraphServer
    jan: GraphMailbox
    eva: GraphMailbox

    def settle(self) -> None:
        """Rounds until nothing is open; then two more, which ask once and write nothing."""
        self.erp.settle()
        self.erp.settle(EVA)
        self.graph.company.calls.clear()
        for _ in range(2):
            for user in (JAN, EVA):
                quiet = self.erp.round(user)
                assert (quiet.to_calendar, quiet.to_erp, quiet.requests) == (Done(), Done(), 1)
        assert {call.method for call in self.graph.company.calls} == {"GET"}
        assert self.graph.company.outbox.mails == []

    def subjects(self) -> list[str]:
        """Subjects in Jan's default calendar."""
        return sorted(event.fields["subject"] for event in self.jan.living("calendar"))


@pytest.fixture
def company(graph: GraphServer, tmp_path: Path) -> Iterator[Company]:
    """A company whose calendars are at Microsoft."""
    jan, eva = (graph.company.add(user.address, object_id=user.mailbox) for user in (JAN, EVA))
    with a_copied_world() as erp, of_graph(graph, tmp_path) as client:
        calendar: Any = client.calendar
        erp.calendar = calendar
        yield Company(erp, graph, jan, eva)


def _an_event(subject: str = "Audit", **more: object) -> dict[str, Any]:
    return meeting(subject, "2026-11-05T09:00:00", "2026-11-05T10:00:00", PRAGUE, **more)


def test_both_sides_come_into_step_and_stay_quiet(company: Company) -> None:
    """K-2: and then a round costs one request for each user, and nobody gets a mail."""
    planned = a_content("Delivery", text="Bring the keys.\nAll of them.", location="Room 5")
    company.erp.plan(planned)
    company.jan.create(_an_event())
    company.jan.create(_an_event("Secret", sensitivity="private"))

    company.settle()

    subjects = sorted(content.subject for content in company.erp.activities().values())
    assert subjects == ["Audit", "Delivery", "Soukromá událost"]
    assert company.subjects() == ["Audit", "Delivery", "Secret"]
    assert planned in company.erp.activities().values()


def test_edits_on_both_sides_reach_the_other(company: Company) -> None:
    """K-6: each side's edits, also of one item in one round, field by field."""
    activity = company.erp.plan(a_content("Delivery"))
    company.settle()
    event = next(company.jan.living())

    company.erp.edit(activity, subject="New subject")
    company.jan.patch(company.jan.mutable_id(event), {"location": {"displayName": "Brno"}})
    company.settle()

    content = company.erp.activities()[activity]
    assert (content.subject, content.location) == ("New subject", "Brno")
    assert event.fields["subject"] == "New subject"


def test_a_change_that_means_nothing_is_not_carried(company: Company) -> None:
    """INV-10: another etag alone, as after an answer of an attendee, writes nothing."""
    company.erp.plan(a_content("Delivery"))
    company.settle()
    company.jan.touch(next(company.jan.living()))

    found = company.erp.round()

    assert (found.to_calendar, found.to_erp) == (Done(), Done())


@pytest.mark.parametrize("fault", [faults.lost_answer, lambda: faults.answered_after(504)])
@pytest.mark.parametrize("refuse", [True, False])
def test_a_lost_answer_makes_no_twin(
    company: Company,
    fault: Callable[[], faults.Fault],
    refuse: bool,  # noqa: FBT001
) -> None:
    """F-12: however the service treats a repeated transaction id, and though searches lag."""
    company.jan.refuse_repeated = refuse
    company.jan.search_lags = True
    company.erp.plan(a_content("Delivery"))
    company.graph.company.faults.add(fault(), method="POST", path="/events$")
    company.erp.round()
    company.erp.round()
    company.jan.reveal()

    company.settle()

    assert company.subjects() == ["Delivery"]
    assert len(company.erp.activities()) == 1


@pytest.mark.parametrize("page", [0, 1])
def test_a_lost_cursor_doubles_nothing(company: Company, page: int) -> None:
    """F-13: at the start or in the middle of a round; everything is matched again."""
    delta = company.graph.company.delta
    for number in range(3):
        company.jan.create(_an_event(f"{number}"))
    company.erp.plan(a_content("Delivery"))
    company.settle()
    delta.lose_tokens()
    delta.lose_at_page = page

    company.settle()

    assert company.subjects() == ["0", "1", "2", "Delivery"]
    assert len(company.erp.activities()) == 4


def test_a_lost_ledger_doubles_nothing(company: Company) -> None:
    """K-2: both sides are matched again, by tag or by start and subject."""
    company.jan.create(_an_event())
    company.erp.plan(a_content("Delivery"))
    company.settle()
    company.erp.lose_ledger()

    company.settle()

    assert company.subjects() == ["Audit", "Delivery"]
    assert len(company.erp.activities()) == 2


def test_ids_that_are_issued_anew_double_nothing(company: Company) -> None:
    """K-7: an event is found again by its iCalUId."""
    event = company.jan.create(_an_event())
    company.settle()
    (activity,) = company.erp.activities()
    company.jan.reissue(event)

    company.settle()

    assert list(company.erp.activities()) == [activity]
    assert company.subjects() == ["Audit"]


def test_deletions_reach_the_other_side(company: Company) -> None:
    """K-7: proved in the calendar by two looks, in the ERP by a look that shows others."""
    kept = [company.erp.plan(a_content(f"{number}")) for number in range(4)]
    company.settle()
    events = {event.fields["subject"]: event for event in company.jan.living()}
    company.jan.delete(company.jan.mutable_id(events["0"]))
    company.erp.erase(kept[1])

    company.settle()

    assert company.subjects() == ["2", "3"]
    assert sorted(company.erp.activities()) == kept[2:]


def test_a_closed_mailbox_deletes_nothing(company: Company) -> None:
    """K-7: without a licence a mailbox has no events, which proves nothing."""
    company.jan.create(_an_event())
    company.settle()
    company.jan.account.mailbox = "unlicensed"
    assert [company.erp.round().result for _ in range(3)] != ["ok"] * 3
    assert len(company.erp.activities()) == 1

    company.jan.account.mailbox = "works"
    company.settle()

    assert len(company.erp.activities()) == 1


def test_a_series_keeps_its_activities(company: Company) -> None:
    """K-3: occurrences are activities, moved, taken out or changed; the rest stays."""
    event = company.jan.create(_an_event("Scrum", recurrence=daily(4)))
    company.settle()
    before = list(company.erp.activities())
    first = company.erp.calendar.between(JAN, at(5, 0), at(6, 0))[0]
    company.jan.delete(first.id)
    company.settle()
    taken_out = company.erp.activities()
    company.jan.patch(company.jan.mutable_id(event), {"subject": "Daily"})
    company.settle()

    assert len(before) == 4
    assert list(taken_out) == before[1:]
    after = company.erp.activities()
    assert list(after) == before[1:]
    assert {content.subject for content in after.values()} == {"Daily"}


def test_a_meeting_of_two_users_is_not_copied(company: Company) -> None:
    """K-4a: one activity for each, no event is made, and nobody gets a mail."""
    company.jan.create(
        meeting("Both", "2026-11-05T09:00:00", "2026-11-05T10:00:00", PRAGUE, EVA.address)
    )
    company.graph.company.outbox.mails.clear()

    company.settle()

    both = [company.erp.activities(user) for user in (JAN, EVA)]
    assert [[content.subject for content in each.values()] for each in both] == [["Both"]] * 2
    assert [len(list(each.living())) for each in (company.jan, company.eva)] == [1, 1]


def test_days_and_changes_of_clocks_are_kept(company: Company) -> None:
    """K-6: an all-day item is that day on both sides; no hour is lost in October."""
    day = ItemContent("Day", "", at(8).date(), at(9).date())
    company.erp.plan(day)
    company.jan.create(meeting("Night", "2026-10-25T02:30:00", "2026-10-25T03:30:00", PRAGUE))

    company.settle()

    night, planned = sorted(
        company.erp.activities().values(), key=lambda content: content.subject != "Night"
    )
    assert planned == day
    assert night.start == at(1).replace(month=10, day=25, hour=1, minute=30)
    days = [event for event in company.jan.living() if event.fields["isAllDay"]]
    assert days[0].fields["start"]["dateTime"].startswith("2026-11-08T00:00:00")


def test_a_series_in_another_calendar_rests(company: Company) -> None:
    """K-2, K-3: its list of occurrences says nothing of its place; back, it is as it was."""
    company.jan.calendars["other"] = "Other"
    event = company.jan.create(_an_event("Scrum", recurrence=daily(4)))
    company.settle()
    before = list(company.erp.activities())
    company.jan.move(event, "other")
    company.settle()
    assert {link.state for link in company.erp.links()} == {"parked"}
    company.erp.edit(before[0], location="Room 7")
    company.settle()
    assert {link.state for link in company.erp.links()} == {"parked"}

    company.jan.move(event, "calendar")
    company.settle()

    assert list(company.erp.activities()) == before
    assert {link.state for link in company.erp.links()} == {"in_step"}
    shown = company.erp.calendar.between(JAN, at(5, 0), at(6, 0))
    assert [one.content.location for one in shown] == ["Room 7"]


def test_a_series_in_deleted_items_is_gone(company: Company) -> None:
    """K-7: there it answers by its id, with all its occurrences; no calendar shows them."""
    for day in range(4):
        company.erp.plan(a_content(f"Other {day}", 6 + day))
    company.jan.deleted_answer = True
    event = company.jan.create(_an_event("Scrum", recurrence=daily(4)))
    company.settle()
    company.jan.delete(company.jan.mutable_id(event))

    company.settle()

    assert "Scrum" not in {one.subject for one in company.erp.activities().values()}
    assert len(company.erp.activities()) == 4


def test_what_is_seen_late_is_not_doubled(company: Company) -> None:
    """K-2: what delta and searches show only later is known all the same, and carried then."""
    company.jan.changes_are_late = company.jan.search_lags = True
    company.erp.plan(a_content("Made in the ERP"))
    company.jan.create(_an_event("Made in Outlook"))
    company.settle()
    assert company.subjects() == ["Made in Outlook", "Made in the ERP"]

    company.jan.reveal()
    company.settle()

    assert company.subjects() == ["Made in Outlook", "Made in the ERP"]
    assert len(company.erp.activities()) == 2
