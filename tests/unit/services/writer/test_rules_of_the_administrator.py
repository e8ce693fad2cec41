"""What the writer makes of the commands of rules: contacts and tasks."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, Row, insert, select, update

from services.answers.made import made_by
from services.writer.undo import undo_mail
from shared.contracts.commands import AnyCommand, SendMail
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.messages import MailClassified, MailRecorded
from shared.contracts.references import ContactRef, RecordRef
from shared.contracts.rule_commands import CreateContact, PutTask
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.tables import journal_table, outbox_table
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables
from tests.writing import ACME, CAME, EVA, PETR, a_classified, a_writer, an_activity, an_id

ERP = ErpTables(load_mapping(None))
NEW = "new@acme.example"
MADE, UPDATED = "NEW TASK CREATED", "TASK {} UPDATED"

Record = Callable[..., Sequence[MailRecorded]]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty ERP."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    create_reference_schema(engine, ERP)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def record(engine: Engine, tmp_path: Path) -> Record:
    """Records mails as one group."""
    writer = a_writer(engine, ERP, tmp_path, lambda _: None)
    return lambda *mails: writer.handle(mails)


def _mail(name: str, *commands: AnyCommand, **more: Any) -> MailClassified:
    return a_classified(name, *commands, verdict=(MADE, "DELETED"), **more)


def _task(name: str, **more: Any) -> PutTask:
    fields: dict[str, Any] = {"subject": "The printer", "contact": PETR, "sender": PETR.email}
    return PutTask(command_id=an_id(f"{name} put"), **(fields | more))


def _contact(name: str, address: str = NEW) -> CreateContact:
    return CreateContact(
        command_id=an_id(f"{name} contact"),
        address=address,
        first_name="Eva",
        last_name="Nová",
        relationship=ACME,
    )


def _rows(engine: Engine, entity: str) -> list[Row[Any]]:
    table = ERP.table(entity)
    with engine.connect() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)).all())


def _verdicts(recorded: Sequence[MailRecorded]) -> list[str]:
    return [one.verdict[0] for one in recorded]


def test_the_same_subject_of_the_same_contact_is_the_same_task(
    engine: Engine, record: Record
) -> None:
    """C-2: made once, changed by later mails, of the same group too."""
    values = {"status": "Otevřený", "priority": "Vysoká"}
    first = record(
        _mail("a", _task("a", values=values, solvers=(EVA,))),
        _mail("b", _task("b", values={"status": "Again"})),
    )
    second = record(_mail("c", _task("c", values={"text": "More"})))

    (task,) = _rows(engine, "task")
    assert _verdicts([*first, *second]) == [MADE, UPDATED.format(task.id), UPDATED.format(task.id)]
    assert (task.subject, task.status, task.priority) == ("The printer", "Again", "Vysoká")
    assert (task.text, task.contact, task.number) == ("More", PETR.id, "1")


@pytest.mark.parametrize(
    "other",
    [
        {"subject": "Another printer"},
        {"contact": ContactRef(id=9, email="x@y.example"), "sender": "x@y.example"},
        {"contact": None, "sender": ""},
        {"subject": ""},
    ],
    ids=["subject", "contact", "nobody", "none"],
)
def test_another_mail_makes_another_task(
    engine: Engine, record: Record, other: dict[str, Any]
) -> None:
    """C-2: another subject, another sender, or one who is not believed."""
    record(_mail("a", _task("a")))
    record(_mail("b", _task("b", **other)))

    assert len(_rows(engine, "task")) == 2


def test_a_stranger_comes_back_to_his_task_by_his_address(engine: Engine, record: Record) -> None:
    """C-2: whom the address book does not have; nobody else does, unless the rule says so."""
    stranger = {"contact": None, "sender": "max@elsewhere.example"}
    record(_mail("a", _task("a", **stranger), sender="max@elsewhere.example"))
    record(_mail("b", _task("b", **stranger), sender="max@elsewhere.example"))
    record(_mail("c", _task("c", **(stranger | {"same_contact": False, "sender": "x@y.example"}))))

    assert len(_rows(engine, "task")) == 1


def test_a_closed_task_is_not_the_one_that_is_meant(engine: Engine, record: Record) -> None:
    """C-2: a new question under an old subject is a new task."""
    record(_mail("a", _task("a")))
    with write_transaction(engine) as connection:
        connection.execute(update(ERP.table("task")).values(completed_on=CAME))

    record(_mail("b", _task("b")))

    assert len(_rows(engine, "task")) == 2


def test_a_task_that_is_named_is_changed_and_no_longer_there_made_anew(
    engine: Engine, record: Record
) -> None:
    """C-2, R-e: the writer looks whether it is still there."""
    record(_mail("a", _task("a")))
    named = RecordRef(id=_rows(engine, "task")[0].id, number="1")

    changed = record(_mail("b", _task("b", subject="Re", task=named, values={"status": "Open"})))
    gone = record(_mail("c", _task("c", subject="Re", task=RecordRef(id=99, number="9"))))

    assert _verdicts([*changed, *gone]) == [UPDATED.format(named.id), MADE]
    assert [task.status for task in _rows(engine, "task")] == ["Open", None]


def test_a_mail_processed_again_makes_nothing_twice(engine: Engine, record: Record) -> None:
    """C-2: neither a redelivery nor an explicit replay."""
    mail = _mail("a", _contact("a"), _task("a", contact=None, contact_of=NEW))

    for again in (mail, mail, mail.model_copy(update={"again": True})):
        record(again)

    assert (len(_rows(engine, "task")), len(_rows(engine, "contact"))) == (1, 1)


def test_a_new_contact_is_linked_and_made_once(engine: Engine, record: Record) -> None:
    """C-2, C-4: of two mails in a group; task and activity have it; its address is found."""
    linked = {"contact": None, "contact_of": NEW}
    record(
        _mail("a", _contact("a"), _task("a", **linked), an_activity("a", contact_of=NEW)),
        _mail("b", _contact("b"), an_activity("b", contact_of=NEW)),
    )
    record(_mail("c", _contact("c")))

    (contact,) = _rows(engine, "contact")
    assert (contact.first_name, contact.last_name, contact.relationship) == ("Eva", "Nová", ACME.id)
    assert [task.contact for task in _rows(engine, "task")] == [contact.id]
    assert {one.contact for one in _rows(engine, "activity")} == {contact.id}
    with engine.connect() as connection:
        made = made_by(connection, ERP, [an_id("a"), an_id("b")])
        trace = connection.scalar(
            select(journal_table.c.trace).where(journal_table.c.mail_id == an_id("c"))
        )
    kinds = {mail: [one.kind for one in made[mail]] for mail in (an_id("a"), an_id("b"))}
    assert kinds[an_id("a")] == ["create_activity", "create_contact", "create_task"]
    assert kinds[an_id("b")] == ["create_activity"]
    assert "is in the address book by now" in str(trace)


def test_a_change_of_a_rule_is_taken_back(engine: Engine, record: Record) -> None:
    """C-2, B-5: what stood there before comes back; a task that was made goes."""
    record(_mail("a", _task("a", values={"status": "Old"})))
    record(_mail("b", _task("b", values={"status": "New"})))

    def undo(mail_id: UUID) -> None:
        with write_transaction(engine) as connection:
            undo_mail(connection, ERP, mail_id, "eva", CAME)

    undo(an_id("b"))
    after_one = [task.status for task in _rows(engine, "task")]
    undo(an_id("a"))

    assert after_one == ["Old"]
    assert _rows(engine, "task") == []


def test_an_answer_has_the_number_of_the_task_that_was_there(
    engine: Engine, record: Record
) -> None:
    """C-2, M-1: also where the task was only changed."""
    record(_mail("a", _task("a")))
    task = _task("b")
    answer = SendMail(
        command_id=an_id("answer"),
        name="rule answer",
        recipient=PETR.email,
        template="answer",
        task_command=task.command_id,
        automatic=True,
    )

    record(_mail("b", task, answer))

    with engine.connect() as connection:
        (row,) = connection.execute(select(outbox_table)).all()
    assert row.task_id == _rows(engine, "task")[0].id
    assert '"task_number": "1"' in row.template_values


def test_the_word_to_the_fetcher_says_what_is_to_be_done(record: Record) -> None:
    """C-2, I-8: a redelivery, whose first word may be lost, hears what was recorded.

    However it is decided by then: its sender may be known now, or the file be another one. A
    duplicate's box is left alone.
    """
    wish, other = MailboxActions(then="move", folder="Done"), MailboxActions(then="delete")
    mail = _mail("a", mailbox=wish)
    again = [mail.model_copy(update={"mailbox": one}) for one in (wish, None, other)]
    copy = _mail("b", mailbox=wish, key=mail.key)

    told = [one.mailbox for one in (*record(mail), *record(*again), *record(copy))]

    assert told == [wish, wish, wish, wish, None]


def test_a_contact_that_people_have_made_meanwhile_is_the_one(
    engine: Engine, record: Record
) -> None:
    """C-2, R-e: looked for again in the transaction."""
    contact, emails = ERP.table("contact"), ERP.many("contact", "emails")
    with write_transaction(engine) as connection:
        connection.execute(insert(contact).values(id=7, relationship=1, last_name="X"))
        connection.execute(insert(emails.table).values(owner=7, value=f" {NEW.upper()}"))  # type: ignore[union-attr]

    record(_mail("a", _contact("a"), _task("a", contact=None, contact_of=NEW)))

    assert [one.id for one in _rows(engine, "contact")] == [7]
    assert [one.contact for one in _rows(engine, "task")] == [7]
