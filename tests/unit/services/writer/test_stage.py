"""The writer's stage: what becomes of a group that meets other writers, and of hostile ids."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from services.writer.stage import WriterStage
from shared.errors import ContractError, PermanentError
from shared.netgenium.database.engine import ConflictError, open_database, write_transaction
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables
from tests.writing import a_classified, a_mark, a_task, a_writer, an_activity

ERP = ErpTables(load_mapping(None))


@pytest.fixture
def pauses() -> list[float]:
    """How long the writer wanted to wait."""
    return []


@pytest.fixture
def stage(tmp_path: Path, pauses: list[float]) -> WriterStage:
    """A writer into an ERP in which no two activities may have one subject."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    create_reference_schema(engine, ERP)
    migrate(engine)
    table = ERP.table("activity")
    with write_transaction(engine) as connection:
        unique = f"CREATE UNIQUE INDEX one ON {table.name} ({table.c.subject.name})"
        connection.execute(text(unique))
    return a_writer(engine, ERP, tmp_path, pauses.append)


def test_a_conflict_that_stays_is_raised_after_some_tries(
    stage: WriterStage, pauses: list[float]
) -> None:
    """F-43: a unique column of the ERP is met each time; the runner decides about the mail."""
    stage.handle([a_classified("first", an_activity("first"))])
    content = a_classified("first").content

    with pytest.raises(ConflictError, match="UNIQUE"):
        stage.handle([a_classified("second", an_activity("second"), content=content)])

    assert len(pauses) == 3
    assert all(0 <= seconds <= 0.2 for seconds in pauses)
    stage.handle([a_classified("third", an_activity("third"))])


def test_a_conflict_that_has_gone_costs_one_pause(stage: WriterStage, pauses: list[float]) -> None:
    """F-43: the next try sees what the other writer has done meanwhile."""
    stage.handle([a_classified("first", an_activity("first"))])
    content = a_classified("first").content

    def gives_way(seconds: float) -> None:
        pauses.append(seconds)
        with write_transaction(stage.engine) as connection:
            connection.execute(text("DROP INDEX one"))

    second = a_classified("second", an_activity("second"), content=content)
    (recorded,) = replace(stage, pause=gives_way).handle([second])

    assert (len(pauses), recorded.again) == (1, False)


def test_two_commands_of_one_id_are_refused_with_the_reason() -> None:
    """V2-1a: no mail waits for itself for ever; it is refused wherever it is made or read."""
    mark = a_mark("a", "bob@x.example")

    with pytest.raises(ContractError, match=r"share the id .*mark_forbidden"):
        a_classified("a", mark, a_mark("a", "bob@x.example"))
    with pytest.raises(PermanentError, match="must give each its own"):
        a_classified("a", a_task("a"), a_task("a"))
    assert a_classified("a", mark, a_task("a")).commands == (mark, a_task("a"))
