"""The unit of work: one way to write rows of any kind of record, whatever the installation has."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, RowMapping, select

from services.writer.unit_of_work import UnitOfWork
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.own.tables import effect_table
from tests.databases import ERP, all_tables
from tests.servers.sqlite import sqlite_file
from tests.writing import CAME, a_classified, a_mark, a_task, an_activity

MAIL = a_classified("mail")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A transaction of an empty ERP."""
    engine = open_database(sqlite_file(tmp_path / "a.db", all_tables))
    with write_transaction(engine) as open_connection:
        yield open_connection
    engine.dispose()


@pytest.fixture
def work(connection: Connection) -> UnitOfWork:
    """A unit of work on it."""
    return UnitOfWork(connection, ERP, CAME)


def _one(connection: Connection, entity: str) -> RowMapping:
    return connection.execute(select(ERP.table(entity))).mappings().one()


def test_rows_of_any_kind_are_written_after_what_they_refer_to(
    connection: Connection, work: UnitOfWork
) -> None:
    """R-e: whatever is added first, a row finds the ids of the rows that it refers to."""
    task = work.add(MAIL.cause, a_task("t"), "task", {"number": "1", "subject": "t"}, {})
    values = {"subject": "a", "task": task}
    activity = work.add(MAIL.cause, an_activity("a"), "activity", values, {})
    note = {"task": task, "text": "done", "nothing": "unmapped"}
    work.add(MAIL.cause, a_mark("c", "x@y.example"), "task_comment", note, {})
    file = {"activity": activity, "name": "a.txt"}
    work.add(MAIL.cause, a_mark("f", "x@y.example"), "attachment", file, {})

    work.flush()

    assert _one(connection, "activity")["task"] == task.id
    assert _one(connection, "task_comment")["task"] == task.id
    assert _one(connection, "attachment")["activity"] == activity.id
    kinds = set(connection.scalars(select(effect_table.c.entity)))
    assert kinds == {"task", "activity", "task_comment", "attachment"}


def test_rows_written_at_once_leave_out_what_the_installation_lacks(
    connection: Connection, work: UnitOfWork
) -> None:
    """NG-1: an unmapped field is no error, neither of a new row nor of a change."""
    new_id = work.insert("task", {"number": "7", "subject": "before", "colour": "red"})
    work.update("task", new_id, {"subject": "after", "colour": "green"})
    work.update("task", new_id, {"colour": "green"})
    work.insert_all("attachment", [{"activity": 1, "name": "a.txt", "colour": "red"}])

    task = _one(connection, "task")
    assert (task["id"], task["number"], task["subject"]) == (new_id, "7", "after")
    assert _one(connection, "attachment")["name"] == "a.txt"
