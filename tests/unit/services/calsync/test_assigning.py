"""What an activity made from an event belongs to (K-2c)."""

from typing import Any

import pytest
from sqlalchemy import insert

from services.calsync import assigning
from services.calsync.assigning import Assigner, calendar_type
from shared.contracts.references import ActivityTypeRef
from shared.domain.vocabulary import build_vocabulary
from shared.errors import ConfigurationError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.queries.address_book import read_address_book
from shared.netgenium.schema.tables import ManyTable
from tests.calendar_world import JAN, CalendarWorld, a_content

PETR = "petr@acme.example"
TYPES = {"schuzka": ActivityTypeRef(id=2, name="Schůzka")}


@pytest.fixture
def world(world: CalendarWorld) -> CalendarWorld:
    """A company with a customer, two contracts, and roles of three depths."""
    world.assigning = Assigner(
        world.erp, build_vocabulary({}), frozenset({"firma.cz"}), TYPES["schuzka"]
    )
    rows = {
        "relationship": [{"id": 5, "name": "ACME"}],
        "contact": [{"id": 6, "relationship": 5, "last_name": "Petr"}],
        "contract": [{"id": 7, "number": "123"}, {"id": 8, "number": "124"}],
        "role": [
            {"id": 1, "name": "Board", "parent": None},
            {"id": 2, "name": "Sales", "parent": 1},
            {"id": 3, "name": "Trainee", "parent": 2},
        ],
    }
    with write_transaction(world.engine) as connection:
        for entity, values in rows.items():
            connection.execute(insert(world.erp.table(entity)), values)
        emails, roles = world.erp.many("contact", "emails"), world.erp.many("user", "roles")
        assert isinstance(emails, ManyTable)
        assert isinstance(roles, ManyTable)
        connection.execute(insert(emails.table), {"owner": 6, "value": PETR})
        connection.execute(insert(roles.table), {"owner": JAN.user_id, "value": 2})
    return world


def _made(world: CalendarWorld, subject: str, **facts: object) -> tuple[int, str]:
    event = world.calendar.add(JAN.mailbox, a_content(subject), **facts)
    world.settle()
    return next(iter(world.activities())), event


def _scope(world: CalendarWorld, activity: int) -> list[int]:
    with world.engine.connect() as connection:
        found = values_by_owner(connection, world.erp, "activity", "scope", [activity])
    return sorted(found.get(activity, ()))


def test_a_token_in_the_users_own_event_assigns_type_and_scope(world: CalendarWorld) -> None:
    """K-2c: as in a mail that the user wrote (T-1 to T-5)."""
    activity, _ = _made(world, "Contract:123 Documentation p1")
    row = world.activity(activity)

    assert (row["contract"], row["type"]) == (7, 3)
    assert _scope(world, activity) == [1]


def test_an_outsiders_token_assigns_but_widens_nothing(world: CalendarWorld) -> None:
    """K-2c: the type is the calendar's, the scope the default's; the assignment counts."""
    activity, _ = _made(world, "Contract:123 Documentation p3", own=False, organizer=PETR)
    row = world.activity(activity)

    assert (row["contract"], row["type"]) == (7, 2)
    assert _scope(world, activity) == [1, 2]


@pytest.mark.parametrize(("word", "scope"), [("p1", [1]), ("p-", [1, 2])])
def test_an_outsider_may_only_narrow_the_scope(
    world: CalendarWorld, word: str, scope: list[int]
) -> None:
    """K-2c: `pN` only if it is narrower than the default; `p-` not for a record of ours."""
    activity, _ = _made(world, f"Contract:123 {word}", own=False, organizer=PETR)

    assert _scope(world, activity) == scope


def test_people_from_outside_link_contact_and_company(world: CalendarWorld) -> None:
    """K-2c: organiser and attendees from outside the own domains (A-2)."""
    activity, _ = _made(world, "Visit", attendees=("eva.mala@firma.cz", PETR))
    row = world.activity(activity)

    assert (row["contact"], row["relationship"]) == (6, 5)


def test_it_is_decided_again_when_the_subject_changes(world: CalendarWorld) -> None:
    """K-2c: also when a token disappears."""
    activity, event = _made(world, "Contract:123")
    world.calendar.edit(JAN.mailbox, event, subject="Contract:124 p1")
    world.settle()
    assert world.activity(activity)["contract"] == 8
    assert _scope(world, activity) == [1]

    world.calendar.edit(JAN.mailbox, event, subject="Nothing")
    world.settle()
    assert world.activity(activity)["contract"] is None
    assert _scope(world, activity) == [1, 2]


def test_it_is_decided_again_when_the_attendees_change(world: CalendarWorld) -> None:
    """K-2c: nothing of the synced fields has changed."""
    activity, event = _made(world, "Visit")
    world.calendar.set_facts(JAN.mailbox, event, attendees=(PETR,))
    world.settle()

    assert world.activity(activity)["contact"] == 6


def test_what_a_person_has_changed_is_left_alone(world: CalendarWorld) -> None:
    """K-2c: the field that he changed, and no other."""
    activity, event = _made(world, "Contract:123 Documentation")
    world.edit(activity, contract=99)
    world.calendar.edit(JAN.mailbox, event, subject="Contract:124")
    world.settle()
    row = world.activity(activity)

    assert (row["contract"], row["type"]) == (99, 2)


def test_a_private_event_is_assigned_to_nothing(world: CalendarWorld) -> None:
    """K-4: no tokens and no links; what was there before is taken away."""
    activity, event = _made(world, "Contract:123", attendees=(PETR,))
    assert world.activity(activity)["contact"] == 6
    world.calendar.edit(JAN.mailbox, event, private=True)
    world.settle()
    row = world.activity(activity)

    assert (row["contract"], row["contact"], row["relationship"]) == (None, None, None)


def test_the_type_is_the_first_of_the_usual_ones() -> None:
    """K-2b: `calendarActivityType`, else the first of the usual types that exists."""
    types = {"udalost": ActivityTypeRef(id=9, name="Událost"), **TYPES}

    assert calendar_type(types, None).id == 2
    assert calendar_type(types, "Událost").id == 9
    with pytest.raises(ConfigurationError, match="no activity type Schůzka or Meeting or Událost"):
        calendar_type({}, None)


def test_people_are_looked_up_once_a_round(
    world: CalendarWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K-2c: a first round with many events reads each group of people once, the next one anew."""
    asked = list[int]()

    def counted(*given: Any) -> Any:
        asked.append(1)
        return read_address_book(*given)

    monkeypatch.setattr(assigning, "read_address_book", counted)
    for number in range(5):
        world.calendar.add(JAN.mailbox, a_content(f"Event {number}", 5 + number))
    world.round()
    assert len(asked) == 1

    world.calendar.add(JAN.mailbox, a_content("Contract:123", 12))
    world.round()

    assert len(asked) == 2
