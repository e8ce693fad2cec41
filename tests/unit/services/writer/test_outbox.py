"""Mail to be sent: a row in the transaction of its cause, once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select

from services.writer.unit_of_work import UnitOfWork
from shared.contracts.cause import Cause
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.own.outbox import Outgoing, Posted
from shared.netgenium.own.tables import outbox_table
from tests.databases import ERP, all_tables
from tests.servers.sqlite import sqlite_file
from tests.writing import CAME, EVA, a_classified, a_task

COMMENT = Cause.named("comment", "4711")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty ERP."""
    engine = open_database(sqlite_file(tmp_path / "a.db", all_tables))
    yield engine
    engine.dispose()


def _notice(name: str = "notice", **values: object) -> Outgoing:
    return Outgoing(name, "crm", f"{EVA.email}\r\nBcc: x@y.example", "notice", values)


def _post(connection: Connection, *names: str) -> None:
    work = UnitOfWork(connection, ERP, CAME)
    for name in names:
        work.mail(Posted(COMMENT, _notice(name)))
    work.flush()


def _waiting(engine: Engine) -> int:
    with engine.connect() as connection:
        return len(connection.execute(select(outbox_table)).all())


def test_a_mail_waits_with_its_cause_and_the_ids_of_new_rows(engine: Engine) -> None:
    """INV-2: it may name a record that the same transaction makes; its header has one line."""
    with write_transaction(engine) as connection:
        work = UnitOfWork(connection, ERP, CAME)
        mail = a_classified("a")
        task = work.add(mail.cause, a_task("t"), "task", {"number": "1", "subject": "t"}, {})
        work.mail(Posted(COMMENT, _notice(task=task, due=CAME)))
        work.flush()

    with engine.connect() as connection:
        row = connection.execute(select(outbox_table)).one()
    assert (row.cause_kind, row.cause_id, row.state) == (*COMMENT, "waiting")
    assert json.loads(row.template_values) == {"task": task.id, "due": str(CAME)}
    assert row.recipient.startswith(EVA.email)
    assert row.recipient.isprintable()
    assert row.next_try_at == CAME


def test_the_same_cause_asks_for_the_same_mail_once(engine: Engine) -> None:
    """INV-2: processed again, only what is new is added."""
    with write_transaction(engine) as connection:
        _post(connection, "to Eva", "to Eva")
    with write_transaction(engine) as connection:
        _post(connection, "to Eva", "to Jan")

    assert _waiting(engine) == 2


def test_what_is_not_committed_is_never_sent(engine: Engine) -> None:
    """INV-2: the mail shares the fate of what caused it."""
    with engine.connect() as connection:
        _post(connection, "to Eva")
        connection.rollback()

    assert _waiting(engine) == 0
