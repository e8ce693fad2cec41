"""However much waits, Firebird finds what the mailer asks for by an index, without sorting it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, event, select

from services.mailer.dead_letter_walk import DeadLetterWalk
from services.mailer.outbox_rows import OutboxRows
from shared.netgenium.database.engine import open_database
from shared.netgenium.own.tables import dead_letter_table
from tests.databases import our_tables
from tests.servers.firebird import Firebird

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture
def engine(firebird: Firebird) -> Iterator[Engine]:
    """Our tables."""
    with firebird.database(prepare=our_tables) as url:
        engine = open_database(url)
        yield engine
        engine.dispose()


def _plans(engine: Engine, connection: Connection, *tables: str) -> dict[str, str]:
    """Return what will have a plan: the queries that ask for an order, filled as they are asked."""
    found: dict[str, str] = {}

    def look(_connection: object, _cursor: object, words: str, *_: object) -> None:
        if "ORDER BY" in words and any(table in words for table in tables):
            cursor = connection.connection.cursor()
            # The driver's own: DB-API has no plans.
            with cursor.prepare(words) as statement:
                found[words] = str(statement.plan)
            cursor.close()

    event.listen(engine, "before_cursor_execute", look)
    return found


def test_what_is_due_is_not_sorted(engine: Engine) -> None:
    """M-1, M-6: mail and notices are found by an index each."""
    with engine.connect() as other:
        plans = _plans(engine, other, "crm_outbox")
        OutboxRows(engine).take("crm", 200, NOW)

    notices, others = plans.values()
    assert "ORDER IX_CRM_OUTBOX_DUE" in notices
    assert "ORDER IX_CRM_OUTBOX_STATE" in others
    assert "SORT" not in notices + others


def test_what_died_is_not_sorted(engine: Engine) -> None:
    """E-3: where a look ends is found by the index; only what it looks at is sorted."""
    walk = DeadLetterWalk(timedelta(days=2))
    with engine.connect() as other, engine.connect() as connection:
        plans = _plans(engine, other, "crm_dead_letter")
        walk.look(connection, select(dead_letter_table), NOW)

    end, _ = plans.values()
    assert "ORDER IX_CRM_DEAD_LETTER_DIED_AT" in end
    assert "SORT" not in end
