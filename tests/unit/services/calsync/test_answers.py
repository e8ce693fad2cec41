"""What is answered in Outlook reaches the record of the invitation that came by mail (K-4a)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from services.answers.calendar import explain_item
from services.calsync.answers import forget_answers, mail_uid
from services.operator.present.calendar import item_as_text
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.calendar_tables import calendar_answer_table, calendar_write_table
from shared.netgenium.own.tables import invitation_table
from tests.calendar_builders import only
from tests.calendar_world import CHIEF, EVA, JAN, NOON, CalendarWorld, a_content, at

MEETING: Mapping[str, Any] = {"own": False, "organizer": CHIEF, "attendees": (JAN.address,)}
FOREIGN_UID = (
    "040000008200E00074C5B7101A82E00800000000000000000000000000000000000000002B000000"
    "7643616C2D5569640100000061626340676F6F676C652E636F6D00"
)


def _answer(world: CalendarWorld, record_id: int) -> tuple[str | None, str]:
    """The record's answer, and Jan's line among the attendees."""
    table = world.erp.table("invitation").c
    query = select(table.answer, table.attendees).where(table.id == record_id)
    with world.engine.connect() as connection:
        row = connection.execute(query).one()
    return row.answer, row.attendees.split("\n")[1].partition(" ")[2]


def _set(world: CalendarWorld, record_id: int, **values: object) -> None:
    table = world.erp.table("invitation")
    with write_transaction(world.engine) as connection:
        connection.execute(table.update().where(table.c.id == record_id).values(**values))


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("accepted", "ACCEPTED"),
        ("declined", "DECLINED"),
        ("tentativelyAccepted", "TENTATIVE"),
    ],
)
@pytest.mark.parametrize("mail_first", [True, False])
def test_an_answer_given_in_outlook_reaches_the_record(
    world: CalendarWorld,
    answer: str,
    word: str,
    mail_first: bool,  # noqa: FBT001
) -> None:
    """K-4a: whichever comes first, mail or answer; written once, with its reason (K-8)."""
    called_off = answer == "declined"
    event = world.calendar.add(JAN.mailbox, a_content(), uid="u-1", **MEETING)
    record = world.invite("u-1") if mail_first else 0
    world.settle()
    world.calendar.set_facts(JAN.mailbox, event, answer=answer, called_off=called_off)
    world.settle()
    record = record or world.invite("u-1")
    world.settle()

    assert _answer(world, record) == (word, word)
    query = select(calendar_write_table.c.reason).where(calendar_write_table.c.field == "answer")
    with world.engine.connect() as connection:
        assert list(connection.scalars(query)) == ["K-4a: answered in Outlook"]
    assert world.round().requests == 1


def test_an_answer_that_is_known_is_not_written_over_a_persons(world: CalendarWorld) -> None:
    """K-4a: carried once; what the record is told later stays until the user answers anew."""
    event = world.calendar.add(JAN.mailbox, a_content(), uid="u-1", answer="accepted", **MEETING)
    record = world.invite("u-1")
    world.settle()
    _set(world, record, answer="DECLINED")
    world.calendar.set_facts(JAN.mailbox, event)
    world.settle()
    assert _answer(world, record)[0] == "DECLINED"

    world.calendar.set_facts(JAN.mailbox, event, answer="tentativelyAccepted")
    world.settle()

    assert _answer(world, record)[0] == "TENTATIVE"


def test_a_new_time_takes_the_answer_back_until_it_is_given_again(world: CalendarWorld) -> None:
    """K-4a, V2-3: the same answer to another time is carried again."""
    event = world.calendar.add(JAN.mailbox, a_content(), uid="u-1", answer="accepted", **MEETING)
    record = world.invite("u-1")
    world.settle()
    _set(world, record, answer=None)
    world.calendar.set_facts(JAN.mailbox, event, answer="notResponded")
    world.settle()
    assert _answer(world, record)[0] is None

    world.calendar.set_facts(JAN.mailbox, event, answer="accepted")
    world.settle()

    assert _answer(world, record)[0] == "ACCEPTED"


def test_an_occurrence_has_an_answer_of_its_own(world: CalendarWorld) -> None:
    """K-4a: the series' record gets the series' answer, the changed occurrence's its own."""
    starts = [at(5), at(12)]
    series = world.calendar.add_series(
        JAN.mailbox, a_content(), starts, uid="u-1", answer="accepted", **MEETING
    )
    event, _ = only("RECURRENCE-ID:20261112T080000Z", "DTSTART:20261112T080000Z")
    assert event.recurrence_id
    whole, second = world.invite("u-1"), world.invite("u-1", event.recurrence_id)
    occurrence = f"{series}@{at(12).isoformat()}"
    world.calendar.set_facts(JAN.mailbox, occurrence, answer="tentativelyAccepted")

    world.settle()

    assert (_answer(world, whole)[0], _answer(world, second)[0]) == ("ACCEPTED", "TENTATIVE")


def test_an_answer_to_a_series_of_days_finds_its_record(world: CalendarWorld) -> None:
    """K-4a: the occurrence of an all-day series is named by its day."""
    event, _ = only("RECURRENCE-ID;VALUE=DATE:20261112", "DTSTART;VALUE=DATE:20261112")
    assert event.recurrence_id
    day, after = datetime(2026, 11, 12).date(), datetime(2026, 11, 13).date()  # noqa: DTZ001
    content = a_content(start=day, end=after)
    world.calendar.add_series(JAN.mailbox, content, [day], uid="u-1", answer="accepted", **MEETING)
    record = world.invite("u-1", event.recurrence_id)

    world.settle()

    assert _answer(world, record)[0] == "ACCEPTED"


@pytest.mark.parametrize(
    ("facts", "invited"),
    [
        pytest.param({}, {"organizer": "other@acme.example"}, id="another organiser"),
        pytest.param({}, {"user": EVA.user_id}, id="another user"),
        pytest.param({}, {"recurrence_id": "20261105T080000Z"}, id="one occurrence"),
        pytest.param({"own": True}, {}, id="the user's own meeting"),
        pytest.param({"answer": "none"}, {}, id="no answer"),
    ],
)
def test_another_meetings_record_is_left_alone(
    world: CalendarWorld, facts: Mapping[str, Any], invited: Mapping[str, Any]
) -> None:
    """K-4a: UID, occurrence, user and organiser are the same, or it is another meeting."""
    given = {**MEETING, "answer": "accepted", **facts}
    world.calendar.add(JAN.mailbox, a_content(), uid="u-1", **given)
    record = world.invite("u-1", **invited)

    world.settle()

    assert _answer(world, record) == (None, "NEEDS-ACTION")


def test_a_private_meeting_tells_no_answer(world: CalendarWorld) -> None:
    """K-4a, K-4: of a private event nothing is told, and what was known is forgotten."""
    event = world.calendar.add(JAN.mailbox, a_content(), uid="u-1", answer="accepted", **MEETING)
    world.settle()
    world.calendar.edit(JAN.mailbox, event, private=True)
    world.settle()
    record = world.invite("u-1")
    world.settle()

    assert _answer(world, record)[0] is None
    with world.engine.connect() as connection:
        assert connection.execute(select(calendar_answer_table)).all() == []


def test_a_record_that_was_deleted_stays_away(world: CalendarWorld) -> None:
    """K-4a: nothing is made again, and the next record of the meeting gets the answer."""
    world.calendar.add(JAN.mailbox, a_content(), uid="u-1", answer="accepted", **MEETING)
    first = world.invite("u-1")
    table, own = world.erp.table("invitation"), invitation_table
    with write_transaction(world.engine) as connection:
        connection.execute(table.delete().where(table.c.id == first))
    world.settle()
    with write_transaction(world.engine) as connection:
        connection.execute(own.delete())
    second = world.invite("u-1")
    _set(world, second, id=first + 7)
    with write_transaction(world.engine) as connection:
        connection.execute(own.update().values(record_id=first + 7))

    world.settle()

    assert _answer(world, first + 7)[0] == "ACCEPTED"


@pytest.mark.parametrize(
    ("shown", "mailed"),
    [
        ("u-1@firma.cz", "u-1@firma.cz"),
        (FOREIGN_UID, "abc@google.com"),
        ("040000008200E00074C5B7101A82E008AB", "040000008200E00074C5B7101A82E008AB"),
        ("040000008200E00074C5B7101A82E008X", "040000008200E00074C5B7101A82E008X"),
    ],
)
def test_a_uid_is_known_as_mails_have_it(shown: str, mailed: str) -> None:
    """K-4a: Exchange wraps the UIDs of other programs; anything else stays as it is."""
    assert mail_uid(shown) == mailed


def test_answers_of_long_ago_are_forgotten(world: CalendarWorld) -> None:
    """K-4a: known for 400 days, as everything that the ledger remembers."""
    world.calendar.add(JAN.mailbox, a_content(), uid="u-1", answer="accepted", **MEETING)
    world.settle()

    def kept(days: int) -> int:
        with write_transaction(world.engine) as connection:
            forget_answers(connection, NOON + timedelta(days=days))
            return len(connection.execute(select(calendar_answer_table)).all())

    assert (kept(400), kept(401)) == (1, 0)


def test_explain_names_the_record_that_got_the_answer(world: CalendarWorld) -> None:
    """K-4a, K-8: the activity is tied to the invitation; an item without one has none."""
    event = world.calendar.add(JAN.mailbox, a_content(), uid="u-1", answer="accepted", **MEETING)
    own = world.plan(a_content("Own", 6))
    record = world.invite("u-1")
    world.settle()

    (tied,), (alone,) = (explain_item(world.engine, name) for name in (event, str(own)))

    assert (tied["invitation"], alone["invitation"]) == (record, None)
    assert f"invitation {record} has the answer" in item_as_text(tied, ZoneInfo("UTC"))
    assert "invitation" not in item_as_text(alone, ZoneInfo("UTC"))
