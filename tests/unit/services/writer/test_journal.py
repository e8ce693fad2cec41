"""What the journal keeps of a mail, beside its verdict."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, select

from shared.contracts.content import FoundToken
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.own.tables import journal_table, recipient_table, word_table
from tests.databases import ERP, all_tables
from tests.servers.sqlite import sqlite_file
from tests.writing import a_classified, a_task, a_writer

TOKEN = FoundToken(kind="contract", number="2025-7", words="documentation p-", place="subject")
MAIL = a_classified(
    "Čerpadlo",
    a_task("Čerpadlo"),
    recipients=("eva.mala@firma.cz", "jan.novak@firma.cz"),
    tokens=(TOKEN,),
    flags=("sender not believed",),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An ERP into which the mail has come."""
    engine = open_database(sqlite_file(tmp_path / "a.db", all_tables))
    yield engine
    engine.dispose()


def _handle(engine: Engine, folder: Path, **changes: Any) -> None:
    a_writer(engine, ERP, folder, lambda _: None).handle([MAIL.model_copy(update=changes)])


def _found_by(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(select(word_table.c.word)))


def test_the_journal_keeps_tokens_flags_commands_and_recipients(
    engine: Engine, tmp_path: Path
) -> None:
    """R-d: what later mails of a thread and people are told does not need the mail again."""
    _handle(engine, tmp_path)

    with engine.connect() as connection:
        journal = connection.execute(select(journal_table)).one()
        own = recipient_table.c
        recipients = connection.scalars(select(own.address).order_by(own.place)).all()
    assert json.loads(journal.tokens) == [TOKEN.model_dump()]
    assert json.loads(journal.flags) == ["sender not believed"]
    assert [one["kind"] for one in json.loads(journal.commands)] == ["create_task"]
    assert recipients == ["eva.mala@firma.cz", "jan.novak@firma.cz"]


def test_a_mail_is_found_by_what_it_says_and_by_the_number_of_its_task(
    engine: Engine, tmp_path: Path
) -> None:
    """R-d: folded words of subject, sender, recipients and records."""
    _handle(engine, tmp_path)

    assert {"cerpadlo", "petr@acme.example", "novak", "2025-7", "1"} <= _found_by(engine)


def test_a_replay_adds_words_only_where_there_are_none(engine: Engine, tmp_path: Path) -> None:
    """R-a, R-d: words of a mail that an earlier version recorded come with its replay."""
    _handle(engine, tmp_path)
    task = a_task("another")
    _handle(engine, tmp_path, again=True, commands=(task,))
    before = _found_by(engine)
    with write_transaction(engine) as connection:
        connection.execute(delete(word_table))
        connection.execute(delete(recipient_table))

    _handle(engine, tmp_path, again=True, commands=(a_task("a third"),))

    assert {"cerpadlo", "novak"} <= _found_by(engine) & before


def test_a_group_that_nothing_waits_for_takes_four_connections(
    engine: Engine, tmp_path: Path
) -> None:
    """R-e: of effects, of its thread, and two of the legacy log; a stranger's mail returns none."""
    writer = a_writer(engine, ERP, tmp_path, lambda _: None)
    writer.handle([MAIL.model_copy(update={"message_id": "<1@x.example>"})])
    taken: list[object] = []
    event.listen(engine, "checkout", lambda *connection: taken.append(connection))

    writer.handle([a_classified("Next", a_task("Next"), message_id="<2@x.example>")])

    assert len(taken) == 4
