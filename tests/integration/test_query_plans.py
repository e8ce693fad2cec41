"""Look-ups by record use the index of `crm_effect`, however many effects there are."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, insert, select

from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.own.tables import effect_table, journal_table
from shared.netgenium.queries.earlier import read_erp_message_ids
from shared.netgenium.queries.recorded import read_threads
from tests.databases import ERP, all_tables

EFFECTS = 2_000


def _prepare(url: str) -> None:
    """As many activities as effects."""
    all_tables(url)
    engine = open_database(url)
    numbers = range(1, EFFECTS + 1)
    empty = {"subject": "", "text": "", "direction": "incoming"}
    with write_transaction(engine) as connection:
        rows = [{"id": one, "message_id": f"<{one}@x.example>", **empty} for one in numbers]
        connection.execute(insert(ERP.table("activity")), rows)
        made = {"cause_kind": "mail", "kind": "create_activity", "entity": "activity"}
        effects = [
            {"command_id": UUID(int=one), "cause_id": UUID(int=one), "record_id": one, **made}
            for one in numbers
        ]
        connection.execute(insert(effect_table), effects)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


@pytest.fixture
def plans(tmp_path: Path) -> list[str]:
    """How SQLite runs what the classifier asks for a batch of mails of ours."""
    wanted = [f"<{number}@x.example>" for number in range(1, 101)]
    _prepare(url := f"sqlite:///{tmp_path / 'a.db'}")
    return _explained(url, wanted)


def _explained(url: str, wanted: list[str]) -> list[str]:
    engine, lines, busy = open_database(url), list[str](), list[bool]()

    def look(
        connection: Connection, _cursor: object, words: str, values: object, *_: object
    ) -> None:
        if busy or effect_table.name not in words:
            return
        busy.append(True)
        found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values)  # type: ignore[arg-type]
        lines.extend(str(row[-1]) for row in found)
        busy.clear()

    with engine.connect() as connection:
        event.listen(engine, "before_cursor_execute", look)
        assert read_erp_message_ids(connection, ERP, wanted) == frozenset()
        assert read_threads(connection, ERP, wanted) == {}
        event.remove(engine, "before_cursor_execute", look)
        assert connection.scalar(select(journal_table.c.mail_id)) is None
    engine.dispose()
    return lines


def test_effects_are_found_by_an_index(plans: list[str]) -> None:
    """R-f: no look-up reads the whole table of effects."""
    about = [line for line in plans if effect_table.name in line]

    assert any("ix_crm_effect_record" in line for line in about)
    assert [line for line in about if line.startswith("SCAN")] == []
