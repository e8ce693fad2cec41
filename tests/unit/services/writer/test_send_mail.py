"""The command that has a mail sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select

from services.answers.made import Made, made_by
from shared.contracts.bounds import MAIL_VALUE_LENGTH
from shared.contracts.commands import SendMail
from shared.contracts.references import RecordRef
from shared.netgenium.database.engine import open_database
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.tables import journal_table, outbox_table
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables
from tests.messages import A_KEY
from tests.writing import PETR, a_classified, a_task, a_writer, an_id

ERP = ErpTables(load_mapping(None))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty ERP."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    create_reference_schema(engine, ERP)
    migrate(engine)
    yield engine
    engine.dispose()


def _mail(**more: Any) -> SendMail:
    fields = {"name": "support", "recipient": "support@firma.cz", "template": "forward"} | more
    return SendMail(command_id=an_id(f"mail {fields['name']}"), **fields)


def _rows(engine: Engine) -> list[Row[Any]]:
    with engine.connect() as connection:
        return list(connection.execute(select(outbox_table)).all())


def test_a_mail_may_tell_of_a_task_of_the_same_transaction(engine: Engine, tmp_path: Path) -> None:
    """M-1: the row names the task, and its template gets the number that it was given."""
    task = a_task("t")
    asked = _mail(
        task_command=task.command_id, attach_original=True, values={"reason": "x\0\ud800"}
    )

    a_writer(engine, ERP, tmp_path, lambda _: None).handle([a_classified("a", task, asked)])

    (row,) = _rows(engine)
    values = json.loads(row.template_values)
    with engine.connect() as connection:
        table = ERP.table("task").c
        made = connection.execute(select(table.id, table.number)).one()
    assert (row.task_id, values["task_number"]) == tuple(made)
    assert values["reason"].startswith("x")
    assert "\0" not in values["reason"]
    assert json.loads(row.attachments) == [A_KEY]
    assert (row.recipient, row.template, row.state) == ("support@firma.cz", "forward", "waiting")


def test_a_mail_processed_again_asks_for_no_second_one(engine: Engine, tmp_path: Path) -> None:
    """M-1: neither a redelivery nor an explicit replay mails twice."""
    mail = a_classified("a", _mail(task=RecordRef(id=7, number="55")))
    writer = a_writer(engine, ERP, tmp_path, lambda _: None)

    for again in (mail, mail, mail.model_copy(update={"again": True})):
        writer.handle([again])

    (row,) = _rows(engine)
    assert row.task_id == 7


def test_what_a_mail_had_sent_is_told_without_what_it_says(engine: Engine, tmp_path: Path) -> None:
    """M-1, O-8: the answer names whom a mail goes to; the journal keeps no text of a template."""
    mail = a_classified("a", _mail(recipient=PETR.email, values={"text": "hidden words"}))

    a_writer(engine, ERP, tmp_path, lambda _: None).handle([mail])

    with engine.connect() as connection:
        made = made_by(connection, ERP, [mail.mail_id])[mail.mail_id]
        commands = connection.scalar(select(journal_table.c.commands))
    assert made == [Made("send_mail", address=PETR.email)]
    assert "hidden words" not in str(commands)
    assert PETR.email in str(commands)


def test_a_long_value_is_cut() -> None:
    """M-1: what a mail of ours says is bounded, whatever mail caused it."""
    value = _mail(values={"text": "a" * MAIL_VALUE_LENGTH * 2}).values["text"]

    assert value == "a" * MAIL_VALUE_LENGTH
