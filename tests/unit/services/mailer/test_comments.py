"""Comments for customers become mail, once (E-2)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, Row, insert, select, update

from services.mailer.comments import Comments, can_post
from services.mailer.mail_values import values_of
from services.mailer.outbox_mail import outbox_mail_of
from services.mailer.rendering import Templates
from shared.contracts.said import said, said_many, with_line_ends
from shared.contracts.sentence import sentence_of
from shared.domain.own_mail import OwnMail
from shared.domain.tickets import REPLY_ABOVE, ticket
from shared.language.language import LanguageName
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.tables import outbox_table
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables, ManyTable

ERP = ErpTables(load_mapping(None))
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
BOX, PETR, EVA, GONE = "crm@firma.cz", "petr@acme.example", "eva@firma.cz", "gone@firma.cz"
OWN = OwnMail(SecretStr("secret"))
HOSTILE = "{{ 7 * 7 }} [#1]\r\nBcc: eve@evil.example"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An ERP with one task: for Petr, watched by Eva and somebody who has left."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    create_reference_schema(engine, ERP)
    migrate(engine)
    with write_transaction(engine) as connection:
        for entity, values in (
            ("user", {"id": 1, "login": "eva", "name": "Eva Malá", "active": True}),
            ("user", {"id": 2, "login": "gone", "name": "Gone", "active": False}),
            ("contact", {"id": 1, "relationship": 1, "last_name": "Svoboda"}),
            ("task", {"id": 5, "number": "55", "subject": "Pump", "contact": 1}),
            ("task", {"id": 6, "number": "56", "subject": "Lost"}),
        ):
            connection.execute(insert(ERP.table(entity)).values(values))
        for entity, field, owner, value in (
            ("user", "emails", 1, "EVA@firma.cz"),
            ("user", "emails", 2, GONE),
            ("contact", "emails", 1, "Petr@ACME.example"),
            ("task", "watchers", 5, 1),
            ("task", "watchers", 5, 2),
        ):
            _link(connection, entity, field, owner, value)
    yield engine
    engine.dispose()


def _link(connection: Any, entity: str, field: str, owner: int, value: object) -> None:
    places = ERP.many(entity, field)
    if isinstance(places, ManyTable):
        connection.execute(insert(places.table).values(owner=owner, value=value))
    else:
        table = ERP.table(entity)
        column = places.columns[0].key
        connection.execute(update(table).where(table.c.id == owner).values({column: value}))


def _say(engine: Engine, number: int, *, task: int = 5, **more: Any) -> None:
    values = {"id": number, "task": task, "text": f"comment {number}", "author": 1}
    flagged = {"for_customer": True, "created_on": NOW}
    with write_transaction(engine) as connection:
        connection.execute(insert(ERP.table("task_comment")).values(values | flagged | more))


def _comments(engine: Engine, reports: list[str] | None = None) -> Comments:
    told = [] if reports is None else reports
    return Comments(engine, ERP, "crm", frozenset({BOX}), lambda _kind, why: told.append(why))


def _outbox(engine: Engine) -> list[Row[Any]]:
    own = outbox_table.c
    with engine.connect() as connection:
        query = select(outbox_table).order_by(own.created_at, own.recipient)
        return list(connection.execute(query).all())


def test_a_flagged_comment_goes_to_the_contact_and_the_watchers(engine: Engine) -> None:
    """E-2: others stay inside, and whoever has left gets none."""
    _say(engine, 1)
    _say(engine, 2, for_customer=False)
    _say(engine, 3, for_customer=None)

    assert _comments(engine).post(NOW) == 1

    rows = _outbox(engine)
    assert [(row.recipient, row.template, row.task_id) for row in rows] == [
        (EVA, "comment", 5),
        (PETR, "comment", 5),
    ]
    values = json.loads(rows[0].template_values)
    assert (values["comment"], values["author"]) == ("comment 1", "Eva Malá")


def test_a_comment_is_mailed_once(engine: Engine) -> None:
    """E-2: in a later round, by another mailer, and after a crash between the two."""
    _say(engine, 1)
    for _ in range(3):
        _comments(engine).post(NOW)
    with engine.connect() as connection:
        sent = connection.scalar(select(ERP.table("task_comment").c.sent_on))
    assert sent == NOW
    with write_transaction(engine) as connection:
        connection.execute(update(ERP.table("task_comment")).values(sent_on=None))

    _comments(engine).post(NOW)

    assert len(_outbox(engine)) == 2


def test_many_comments_are_all_mailed_past_those_that_cannot_be(engine: Engine) -> None:
    """E-2: a task without a contact holds up no other, and is told."""
    for number in range(1, 121):
        _say(engine, number, task=6 if number % 2 else 5)
    told: list[str] = []

    assert _comments(engine, told).post(NOW) == 60

    assert told == ["60 comment(s) for customers wait: their task has no contact with an address"]


@pytest.mark.parametrize("address", [BOX, "nobody", "a@b\r\nBcc: eve@evil.example"])
def test_what_is_no_address_of_a_person_gets_nothing(engine: Engine, address: str) -> None:
    """E-2, M-3: a box would send it back to us."""
    with write_transaction(engine) as connection:
        _link(connection, "contact", "emails", 1, address)
        places = ERP.many("contact", "emails")
        if isinstance(places, ManyTable):
            table = places.table
            connection.execute(table.delete().where(table.c.value != address))
    _say(engine, 1)

    assert _comments(engine).post(NOW) == 0
    assert _outbox(engine) == []


def test_the_customer_reads_what_he_was_told_before_and_nothing_internal(engine: Engine) -> None:
    """E-2, M-4: and each mail refers to the ones before."""
    _say(engine, 1)
    _say(engine, 2, for_customer=False)
    _comments(engine).post(NOW)
    with write_transaction(engine) as connection:
        connection.execute(update(outbox_table).values(message_id="<1.2@firma.cz>", sent_at=NOW))
    _say(engine, 3)

    _comments(engine).post(NOW + timedelta(hours=1))

    row = _outbox(engine)[-1]
    assert json.loads(row.template_values)["comments"] == ["comment 1"]
    assert json.loads(row.answers_to) == ["<1.2@firma.cz>"]


def test_the_mail_has_the_tag_and_the_marker_and_no_words_become_more(engine: Engine) -> None:
    """E-1, M-3, M-4: hostile names and comments stay what they are."""
    with write_transaction(engine) as connection:
        connection.execute(update(ERP.table("task")).values(subject=HOSTILE))
        connection.execute(update(ERP.table("user")).values(name=HOSTILE))
    _say(engine, 1, text=HOSTILE)
    _comments(engine).post(NOW)

    mail = outbox_mail_of(_outbox(engine)[-1])
    rendered = Templates("cs").render("comment", values_of(mail.values, "cs", OWN))

    assert rendered.subject.startswith(ticket("55", OWN))
    assert "\n" not in rendered.subject
    assert rendered.text.startswith(REPLY_ABOVE["cs"])
    assert "{{ 7 * 7 }}" in rendered.text
    assert not mail.is_automatic


def test_the_support_reads_the_reason_in_the_language_of_the_box() -> None:
    """E-3, M-4: as it was said by the rule."""
    one = said("no task has number {number}", number="77")
    two = said_many(
        "the XML {id} asks for {n} record", "the XML {id} asks for {n} records", 2, id="7"
    )
    reason = with_line_ends([one, two])
    told = {
        "told": reason,
        "told_said": [sentence_of(each).model_dump_json() for each in (one, two)],
        "reason": one,
        "reason_said": sentence_of(one).model_dump_json()[:-5],
    }

    words: dict[LanguageName, str] = {
        "en": "no task has number 77\nthe XML 7 asks for 2 records",
        "cs": "žádný úkol nemá číslo 77\nXML 7 žádá o 2 záznamy",
    }
    for name, text in words.items():
        values = values_of(told, name, OWN)
        # What was cut is in English: a mail is sent all the same.
        assert (values["told"], values["reason"]) == (text, "no task has number 77")
        assert not [key for key in values if key.endswith("_said")]


def test_an_erp_without_the_fields_mails_nothing(engine: Engine) -> None:
    """E-2: they are optional."""
    mapping = load_mapping(None)
    comment = mapping.entities["task_comment"]
    columns = {name: one for name, one in comment.columns.items() if name != "sent_on"}
    less = comment.model_copy(update={"columns": columns})
    entities = {**mapping.entities, "task_comment": less}
    erp = ErpTables(mapping.model_copy(update={"entities": entities}))

    assert not can_post(erp)
    assert Comments(engine, erp, "crm", frozenset()).post(NOW) == 0
