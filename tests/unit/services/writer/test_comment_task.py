"""What the writer makes of conversations: comments, tickets, and few automatic mails."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select

from services.answers.made import Made, made_by
from services.writer.handlers.send_mail import MOST_AUTOMATIC
from shared.contracts.bounds import COMMENT_LENGTH
from shared.contracts.commands import SendMail
from shared.contracts.conversation_commands import CommentTask
from shared.contracts.references import RecordRef
from shared.contracts.rule_commands import PutTask
from shared.netgenium.database.engine import open_database
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.tables import journal_table, outbox_table
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables
from tests.writing import ACME, CAME, JAN, PETR, a_classified, a_content, a_task, a_writer, an_id

ERP = ErpTables(load_mapping(None))
TASK = RecordRef(id=7, number="55")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty ERP."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    create_reference_schema(engine, ERP)
    migrate(engine)
    yield engine
    engine.dispose()


def _rows(engine: Engine, entity: str) -> list[Row[Any]]:
    with engine.connect() as connection:
        return list(connection.execute(select(ERP.table(entity))).all())


def _comment(name: str, **more: Any) -> CommentTask:
    fields: dict[str, Any] = {"task": TASK, "text": "It runs."} | more
    return CommentTask(command_id=an_id(f"{name} comment"), **fields)


def _answer(name: str, recipient: str) -> SendMail:
    return SendMail(
        command_id=an_id(f"{name} answer"),
        name=name,
        recipient=recipient,
        template="ticket",
        automatic=True,
    )


def test_a_comment_is_written_once_and_is_for_nobody_outside(
    engine: Engine, tmp_path: Path
) -> None:
    """E-1, E-2: with its author and the mail's date; it never goes out by itself."""
    mail = a_classified("a", _comment("a", author=JAN), content=a_content("a", sent_at=CAME))
    writer = a_writer(engine, ERP, tmp_path, lambda _: None)

    for _ in range(2):
        writer.handle([mail])

    (row,) = _rows(engine, "task_comment")
    assert (row.task, row.author, row.text) == (7, JAN.id, "It runs.")
    assert row.created_on == CAME
    assert (row.for_customer, row.sent_on) == (False, None)
    with engine.connect() as connection:
        made = made_by(connection, ERP, [mail.mail_id])[mail.mail_id]
    assert made == [Made("comment_task", "task_comment", str(row.id))]


def test_an_erp_without_comments_takes_the_mail_all_the_same(
    engine: Engine, tmp_path: Path
) -> None:
    """E-1: the record is optional."""
    mapping = load_mapping(None)
    entities = {name: one for name, one in mapping.entities.items() if name != "task_comment"}
    erp = ErpTables(mapping.model_copy(update={"entities": entities}))

    (recorded,) = a_writer(engine, erp, tmp_path, lambda _: None).handle(
        [a_classified("a", _comment("a"), verdict=("FILED", "DELETED"))]
    )

    assert recorded.verdict == ("FILED", "DELETED")


def test_a_long_comment_has_a_bound() -> None:
    """E-1, H-3: the activity has the text whole."""
    assert len(_comment("a", text="x" * COMMENT_LENGTH).text) == COMMENT_LENGTH
    with pytest.raises(ValueError, match="at most"):
        _comment("a", text="x" * (COMMENT_LENGTH + 1))


def test_a_ticket_is_for_its_contact_and_company(engine: Engine, tmp_path: Path) -> None:
    """E-7: both stand in the task."""
    task = a_task("t", contact=PETR, relationship=ACME)

    a_writer(engine, ERP, tmp_path, lambda _: None).handle([a_classified("a", task)])

    (row,) = _rows(engine, "task")
    assert (row.contact, row.relationship) == (PETR.id, ACME.id)


@pytest.mark.parametrize(
    ("words", "status"), [({}, None), ({"new": "Nový"}, "Nový")], ids=["no word", "a word"]
)
def test_a_task_that_says_no_status_has_the_word_of_the_mapping(
    engine: Engine, tmp_path: Path, words: dict[str, str], status: str | None
) -> None:
    """E-7, NG-5: tickets and tasks of rules; a status that is said stays."""
    mapping = load_mapping(None)
    choices = {**mapping.choices, "task.status": words}
    erp = ErpTables(mapping.model_copy(update={"choices": choices}))
    mails = [
        a_classified("a", a_task("t")),
        a_classified("b", a_task("u", status="Čeká")),
        a_classified("c", PutTask(command_id=an_id("p"), subject="P", sender=PETR.email)),
    ]

    for mail in mails:
        a_writer(engine, erp, tmp_path, lambda _: None).handle([mail])

    assert [row.status for row in _rows(engine, "task")] == [status, "Čeká", status]


@pytest.mark.parametrize("address", ["petr@acme.example", "petr+{}@acme.example"])
@pytest.mark.parametrize("together", [True, False])
def test_a_mailbox_gets_few_automatic_mails(
    engine: Engine, tmp_path: Path, address: str, *, together: bool
) -> None:
    """E-7: five in two hours, of one group or of several, whatever is behind a plus sign."""
    names = [f"m{n}" for n in range(MOST_AUTOMATIC + 2)]
    mails = [a_classified(one, _answer(one, address.format(one))) for one in names]
    other = a_classified("other", _answer("other", "bob@beta.example"))
    writer = a_writer(engine, ERP, tmp_path, lambda _: None)

    for group in [[*mails, other]] if together else [[one] for one in [*mails, other]]:
        writer.handle(group)

    with engine.connect() as connection:
        to = list(connection.scalars(select(outbox_table.c.recipient)))
        traces = list(connection.scalars(select(journal_table.c.trace)))
    assert sum(one.startswith("petr") for one in to) == MOST_AUTOMATIC
    assert to.count("bob@beta.example") == 1
    assert sum("has had enough lately" in one for one in traces) == 2


def test_mails_that_are_processed_again_are_not_counted_again(
    engine: Engine, tmp_path: Path
) -> None:
    """E-7: a replay keeps what was answered and takes no place of those who come then."""
    names = [f"m{n}" for n in range(MOST_AUTOMATIC)]
    mails = [a_classified(one, _answer(one, PETR.email)) for one in names]
    writer = a_writer(engine, ERP, tmp_path, lambda _: None)
    writer.handle(mails[:-1])

    again = [one.model_copy(update={"again": True}) for one in mails[:-1]]
    writer.handle([*again, mails[-1]])
    writer.handle([mails[-1].model_copy(update={"again": True})])

    with engine.connect() as connection:
        to = list(connection.scalars(select(outbox_table.c.recipient)))
        traces = list(connection.scalars(select(journal_table.c.trace)))
    assert to.count(PETR.email) == MOST_AUTOMATIC
    assert not any("has had enough lately" in one for one in traces)
