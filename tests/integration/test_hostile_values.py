"""Values of mails that a database cannot hold as they came: stored, and found again (NG-7)."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select

from services.writer.undo import undo_mail
from shared.contracts.events import Invited
from shared.domain.vocabulary import TokenKind
from shared.netgenium.database.engine import database_errors, open_database, write_transaction
from shared.netgenium.database.ids import insert_rows
from shared.netgenium.own.tables import OWN
from shared.netgenium.queries.address_book import read_address_book
from shared.netgenium.queries.earlier import read_erp_message_ids
from shared.netgenium.queries.recorded import read_problem_tasks, read_soft_bounces, read_threads
from shared.netgenium.queries.records import read_records
from tests.databases import ERP, a_company
from tests.servers.ports import DatabaseServer
from tests.writing import (
    CAME,
    a_classified,
    a_content,
    a_mark,
    a_soft_bounce,
    a_task,
    a_writer,
    an_activity,
    an_id,
    an_invitation,
)

HOSTILE = (
    "with a nul\0{}@x.example",
    "half a pair\ud800{}@x.example",
    "用户боб{}@例え.example",
    "an emoji\U0001f600{}@x.example",
    "žluťoučký{}@kůň.example",
    "{}" + "ž" * 700 + "@x.example",
    "{}" + "a" * 700 + "@x.example",
    "'; --%_\\{}@x.example",
)
"""Addresses and other values, with a place for a number."""

DATABASES = [
    ("sqlite", "UTF8"),
    ("postgresql", "UTF8"),
    ("postgresql", "WIN1250"),
    ("firebird", "UTF8"),
    ("firebird", "WIN1250"),
    ("firebird", "NONE"),
]


@pytest.fixture(params=DATABASES, ids=" ".join)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A prepared database with a character set."""
    name, charset = request.param
    server: DatabaseServer = request.getfixturevalue(name)
    server.start()
    with server.database(charset, a_company) as address:
        opened = open_database(address)
        yield opened
        opened.dispose()


def _write(engine: Engine, folder: Path, *mails: Any) -> None:
    stage = a_writer(engine, ERP, folder, lambda _: pytest.fail("a conflict"))
    for mail in mails:
        stage.handle([mail])


def _rows(engine: Engine, table: Table) -> list[Mapping[str, Any]]:
    with engine.connect() as connection:
        columns = [column.label(column.key) for column in table.c]
        return [dict(row) for row in connection.execute(select(*columns)).mappings()]


def test_a_mark_of_any_address_is_made_once(engine: Engine, tmp_path: Path) -> None:
    """NG-7, B-1: two mails about one address make one row, and both can be undone."""
    addresses = [value.format("") for value in HOSTILE]
    for name in "ab":
        marks = (a_mark(name, address) for address in addresses)
        _write(engine, tmp_path, a_classified(name, *marks))

    assert len(_rows(engine, ERP.table("forbidden_email"))) == len(HOSTILE)
    for name in "ba":
        with write_transaction(engine) as connection:
            undone = undo_mail(connection, ERP, an_id(name), "x", CAME)
        assert [one.done for one in undone] == [True] * len(HOSTILE)
    assert _rows(engine, ERP.table("forbidden_email")) == []


def test_soft_bounces_of_any_address_are_counted(engine: Engine, tmp_path: Path) -> None:
    """NG-7, B-3: three days mark it, and the classifier foretells the same."""
    addresses = [value.format("") for value in HOSTILE]
    for day in (2, 3, 4, 5):
        counted = (a_soft_bounce(str(day), address, day) for address in addresses)
        _write(engine, tmp_path, a_classified(str(day), *counted))

    assert len(_rows(engine, ERP.table("forbidden_email"))) == len(HOSTILE)
    with database_errors(engine), engine.connect() as connection:
        days = {date(2026, 11, day) for day in (2, 3, 4, 5)}
        found = read_soft_bounces(connection, [*addresses, "nobody@x.example"])
        assert found == dict.fromkeys(addresses, days)


def test_a_problem_of_any_id_has_one_task(engine: Engine, tmp_path: Path) -> None:
    """NG-7, P-2: its second state finds the task of the first, in a group of its own or not."""
    ids = [value.format("")[:50] for value in HOSTILE]
    for number, problem in enumerate(ids):
        mails = [
            a_classified(name, a_task(name, problem_id=problem, status=name[:4]), sender=problem)
            for name in (f"new {number}", f"open {number}", f"done {number}")
        ]
        _write(engine, tmp_path, mails[0])
        _write(engine, tmp_path, *mails[1:])

    tasks = [row for row in _rows(engine, ERP.table("task")) if row["number"] != "55"]
    assert [row["status"] for row in tasks] == ["done"] * len(HOSTILE)
    with database_errors(engine), engine.connect() as connection:
        found = read_problem_tasks(connection, ERP, [*ids, "7"])
    assert found == {
        problem: (row["id"], row["number"]) for problem, row in zip(ids, tasks, strict=True)
    }


def test_an_event_of_any_uid_and_people_has_one_record(engine: Engine, tmp_path: Path) -> None:
    """NG-7, V2-1: request, change, answer and end meet at one record."""
    steps = [("REQUEST", 0), ("REQUEST", 1), ("REPLY", 1), ("CANCEL", 2)]
    for value in HOSTILE:
        uid, organizer, guest = (value.format(number) for number in range(3))
        for method, sequence in steps:
            people = (Invited(address=guest, answer="ACCEPTED" * 9),)
            sender = guest if method == "REPLY" else organizer
            event: dict[str, Any] = {
                "organizer": organizer,
                "attendees": people,
                "sender": sender,
                "location": uid,
            }
            name = f"{uid} {method} {sequence}"
            told = an_invitation(name, uid, method, sequence, **event)
            _write(engine, tmp_path, a_classified(name, told, sender=sender))

    records = _rows(engine, ERP.table("invitation"))
    assert [row["cancelled"] for row in records] == [True] * len(HOSTILE)
    states = _rows(engine, OWN.tables["crm_invitation"])
    assert [row["revision"] for row in states] == [2] * len(HOSTILE)
    assert len(_rows(engine, OWN.tables["crm_answer"])) == len(HOSTILE)


def test_an_answer_to_any_message_id_inherits(engine: Engine, tmp_path: Path) -> None:
    """NG-7, A-6, R-f: by our journal, and by what NET Genium has sent itself."""
    table = ERP.table("activity")
    ours, theirs = ([f"<{value.format(one)}>" for value in HOSTILE] for one in range(2))
    for number, message_id in enumerate(ours):
        first = an_activity(f"first {number}", contract={"id": 4, "number": "8"})
        reply = an_activity(f"reply {number}", answers_to=(message_id,))
        content = a_content("first", message_id=message_id)
        asked = a_classified(f"first {number}", first, message_id=message_id, content=content)
        _write(engine, tmp_path, asked, a_classified(f"reply {number}", reply, message_id=None))
    row = {"contract": 4, "subject": "sent", "text": "", "type": 1, "direction": "outgoing"}
    with write_transaction(engine) as connection:
        sent = [{**row, "message_id": message_id} for message_id in theirs]
        insert_rows(connection, table, sent, "identity")

    assert {one["contract"] for one in _rows(engine, table)} == {4}
    with database_errors(engine), engine.connect() as connection:
        found = read_threads(connection, ERP, [*ours, *theirs, "<nobody>"])
        assert found.keys() == {*ours, *theirs}
        assert {one.ids["contract"] for several in found.values() for one in several} == {4}
        sent_by_erp = read_erp_message_ids(connection, ERP, [*ours, *theirs, "<nobody>"])
        assert sent_by_erp == set(theirs)


def test_looking_up_anything_finds_nobody_else(engine: Engine) -> None:
    """NG-7, A-2, T-3: no failed statement, and no owner for what nobody has."""
    texts = [value.format("") for value in HOSTILE]
    with database_errors(engine), engine.connect() as connection:
        book = read_address_book(connection, ERP, texts)
        assert (book.by_address, book.by_domain) == ({}, {})
        wanted: list[tuple[TokenKind, str]] = [("contract", text) for text in texts]
        wanted += [("task", f"2026-{text}") for text in texts]
        assert read_records(connection, ERP, wanted) == {}
