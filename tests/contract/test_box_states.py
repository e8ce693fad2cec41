"""How boxes stand, on every database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.writer.box_states import record_box_states
from shared.contracts.box_state import BoxState
from shared.netgenium.database.engine import open_database
from shared.netgenium.own.tables import box_table
from tests.databases import our_tables
from tests.servers.ports import DatabaseServer

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql", "firebird"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database with our tables, empty."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    with server.database(prepare=our_tables) as url:
        engine = open_database(url)
        yield engine
        engine.dispose()


def a_state(**changes: Any) -> BoxState:
    """A mailbox that is read, told at noon."""
    given = {"box": "Zakázky", "source": "mailbox", "state": "reading", "told_at": NOON}
    return BoxState(**(given | changes))


def rows(engine: Engine) -> list[tuple[Any, ...]]:
    """What is known."""
    columns = box_table.c
    asked = select(columns.box, columns.source, columns.state, columns.why, columns.waiting)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(asked.order_by(columns.source))]


def test_the_newest_state_of_each_source_is_kept(engine: Engine) -> None:
    """O-4: told in another order or twice, one row for each source says how it stands."""
    minute = NOON + timedelta(minutes=1)
    why = "the server is unreachable: " + "x" * 2000
    later = a_state(state="waiting", why=why, waiting=7, read_at=NOON, told_at=minute)
    files = a_state(source="emlDir", waiting=0)

    record_box_states(engine, [later, a_state(), files])
    record_box_states(engine, [a_state(), files])

    directory, (*mailbox, told_why, waiting) = rows(engine)
    assert directory == ("Zakázky", "emlDir", "reading", None, 0)
    assert (mailbox, told_why[:26], waiting) == (["Zakázky", "mailbox", "waiting"], why[:26], 7)
    record_box_states(engine, [a_state(told_at=NOON + timedelta(minutes=2))])
    assert rows(engine)[1] == ("Zakázky", "mailbox", "reading", None, None)
