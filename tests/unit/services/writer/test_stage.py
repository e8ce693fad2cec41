"""The writer's stage: what becomes of a group that meets other writers, and of hostile ids."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from services.writer.stage import WriterStage
from shared.contracts.flags import PROBLEM_NOT_BELIEVED
from shared.contracts.messages import MailClassified, Otherwise
from shared.contracts.references import RecordRef
from shared.errors import ContractError, PermanentError
from shared.netgenium.database.engine import ConflictError, open_database, write_transaction
from shared.netgenium.own.tables import journal_table
from tests.databases import ERP, all_tables
from tests.servers.sqlite import sqlite_file
from tests.writing import a_classified, a_mark, a_task, a_writer, an_activity


@pytest.fixture
def pauses() -> list[float]:
    """How long the writer wanted to wait."""
    return []


@pytest.fixture
def stage(tmp_path: Path, pauses: list[float]) -> WriterStage:
    """A writer into an ERP in which no two activities may have one subject."""
    engine = open_database(sqlite_file(tmp_path / "a.db", all_tables))
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


def a_problem(name: str, sender: str, contract: int, status: str) -> MailClassified:
    """A customer's problem, classified while there was no task: else it is an activity."""
    told = {"problem_id": "77", "status": status, "contract": RecordRef(id=contract, number="x")}
    activity = an_activity(name, flags=(PROBLEM_NOT_BELIEVED,), answers_to=("<none@x>",))
    otherwise = Otherwise(
        verdict=("PROCESSED",),
        direction="incoming",
        trace=(),
        commands=(activity,),
        flags=(PROBLEM_NOT_BELIEVED,),
    )
    task = a_task(name, by_customer=True, **told)
    words = ("Task application", "NEW TASK CREATED", "DELETED")
    return a_classified(name, task, sender=sender, verdict=words, otherwise=otherwise)


@pytest.mark.parametrize(
    ("sender", "contract", "task"),
    [
        ("other@acme.example", 1, True),
        ("other@acme.example", 2, False),
        ("p@home.cz", 1, False),
        ("x@sub.acme.example", 1, False),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_of_two_domains_that_tell_one_new_problem_the_first_has_it(
    stage: WriterStage, sender: str, contract: int, *, task: bool, together: bool
) -> None:
    """S-8, R-e: what the classifier could not see yet; the other's mail is an ordinary activity."""
    mails = [a_problem("a", "petr@acme.example", 1, "new"), a_problem("b", sender, contract, "end")]

    groups = [mails] if together else [mails[:1], mails[1:]]
    recorded = [one for group in groups for one in stage.handle(group)]

    with stage.engine.connect() as connection:
        table, activities = ERP.table("task"), ERP.table("activity")
        status = connection.scalars(select(table.c.status)).all()
        made = connection.scalars(select(activities.c.subject)).all()
        which = journal_table.c.mail_id == mails[1].mail_id
        journal = connection.execute(select(journal_table).where(which)).one()
    assert (status, made) == ((["end"], []) if task else (["new"], ["b"]))
    assert ("PROCESSED" in recorded[-1].verdict) is not task
    assert (PROBLEM_NOT_BELIEVED in journal.flags) is not task
    assert ("S-8: " in journal.trace) is not task
    assert stage.handle(mails[1:])[0].again
