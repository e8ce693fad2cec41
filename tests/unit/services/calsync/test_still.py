"""A round that finds nothing new decodes and plans nothing, and notices everything (INV-10)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from services.calsync import brake, one_round
from services.calsync.calendars.erp import ErpCalendar
from services.calsync.ledger import Ledger
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.calendar_tables import calendar_item_table
from tests.calendar_world import EVA, JAN, CalendarWorld, a_content


def _looks(world: CalendarWorld, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bring Jan's sides into step; return a list that grows when links or activities are read."""
    world.plan(a_content("Planned"))
    world.calendar.add(JAN.mailbox, a_content("Event", 6))
    world.settle()
    looked: list[int] = []
    for owner, name in ((Ledger, "links"), (ErpCalendar, "changes")):
        method: Callable[..., Any] = getattr(owner, name)

        def counted(*given: Any, method: Callable[..., Any] = method) -> Any:
            looked.append(1)
            return method(*given)

        monkeypatch.setattr(owner, name, counted)
    return looked


def test_a_quiet_round_reads_no_link(world: CalendarWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """INV-10: one request, no link and no activity read, and the cursor moves on."""
    looked = _looks(world, monkeypatch)

    done = world.round()

    assert (done.result, done.requests, looked) == ("ok", 1, [])


def _edit_erp(world: CalendarWorld) -> None:
    world.edit(min(world.activities()), location="Room 9")


def _give_away(world: CalendarWorld) -> None:
    world.edit(min(world.activities()), responsible=EVA.user_id)


def _edit_event(world: CalendarWorld) -> None:
    world.calendar.edit(JAN.mailbox, min(world.events()), location="Room 9")


def _decide(world: CalendarWorld) -> None:
    with write_transaction(world.engine) as connection:
        connection.execute(update(calendar_item_table).values(changed_at=world.now))


def _lose_cursor(world: CalendarWorld) -> None:
    world.calendar.lose_cursors(JAN.mailbox)


def _next_day(world: CalendarWorld) -> None:
    world.now = world.now.replace(day=world.now.day + 1)


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(_edit_erp, id="an edit in the ERP"),
        pytest.param(_give_away, id="another responsible person"),
        pytest.param(lambda world: world.erase(1), id="a deletion in the ERP"),
        pytest.param(lambda world: world.plan(a_content("New", 7)), id="a new activity"),
        pytest.param(_edit_event, id="an edit in Outlook"),
        pytest.param(_lose_cursor, id="a lost cursor"),
        pytest.param(lambda world: world.lose_ledger(), id="a lost ledger"),
        pytest.param(_decide, id="a link that was written meanwhile"),
        pytest.param(_next_day, id="another day"),
    ],
)
def test_whatever_happens_is_noticed(
    world: CalendarWorld, monkeypatch: pytest.MonkeyPatch, happens: Callable[[CalendarWorld], None]
) -> None:
    """K-2, K-7: after any change on either side, or in the ledger, everything is looked at."""
    looked = _looks(world, monkeypatch)
    assert world.round().result == "ok"
    assert looked == []

    happens(world)

    assert world.round().result == "ok"
    assert looked


def test_an_edit_between_two_looks_is_not_lost(
    world: CalendarWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K-6: what is edited while a round with nothing to do ends is carried by the next one."""
    _looks(world, monkeypatch)
    world.still.forget(JAN)
    plan = brake.braked

    def edit(*given: Any) -> object:
        monkeypatch.setattr(one_round, "braked", plan)
        _edit_erp(world)
        return plan(*given)

    monkeypatch.setattr(one_round, "braked", edit)
    world.round()
    world.settle()

    assert "Room 9" in {one.location for one in world.events().values()}
