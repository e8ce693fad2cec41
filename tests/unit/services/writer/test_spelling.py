"""Commands are spelled as the database can hold them, whatever their fields."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, func, make_url, select

from services.writer.group_locks import locks_of
from services.writer.spelling import as_spelled
from shared.contracts.commands import AnyCommand
from shared.contracts.events import Invited
from shared.netgenium.database.engine import open_database
from shared.netgenium.database.servers import remember_charset
from shared.netgenium.own.tables import problem_table
from tests.databases import ERP, all_tables
from tests.servers.sqlite import sqlite_file
from tests.writing import a_classified, a_content, a_mark, a_task, a_writer, an_invitation


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A prepared database."""
    return open_database(sqlite_file(tmp_path / "a.db", all_tables))


def test_problems_that_are_stored_alike_are_one(engine: Engine, tmp_path: Path) -> None:
    """NG-7, P-2: a NUL makes no second problem, in one group either."""
    mails = [
        a_classified(name, a_task(name, problem_id=problem, status=name))
        for name, problem in (("new", "7"), ("open", "7\0"), ("done", "\x007"))
    ]
    a_writer(engine, ERP, tmp_path, lambda _: pytest.fail("a conflict")).handle(mails)

    task = ERP.table("task")
    with engine.connect() as connection:
        assert connection.scalars(select(task.c.status)).all() == ["done"]
        assert connection.scalar(select(func.count()).select_from(problem_table)) == 1


def test_what_is_stored_alike_has_one_lock() -> None:
    """NG-7, R-e: two writers of values that the database cannot tell apart follow each other."""
    dialect = make_url("postgresql+psycopg://").get_dialect()()
    remember_charset(dialect, "WIN1250")
    pairs: list[tuple[AnyCommand, AnyCommand]] = [
        (a_mark("a", "b\0ob@x.example"), a_mark("b", "bob@x.example")),
        (a_mark("a", "\u0431\u043e\u0431@x.example"), a_mark("b", "???@x.example")),
        (a_task("a", problem_id="7\ud800"), a_task("b", problem_id="7?")),
        (an_invitation("a", "漢", "REQUEST", 0), an_invitation("b", "?", "CANCEL", 1)),
    ]
    for one, other in pairs:
        first, second = (as_spelled(a_classified("x", each), dialect) for each in (one, other))
        assert locks_of([first]) == locks_of([second])
        assert len(locks_of([first])) == 1


def test_texts_inside_of_lists_are_spelled_too() -> None:
    """NG-7: attendees, and the Message-ID of the content; a mail without such is left alone."""
    dialect = make_url("sqlite://").get_dialect()()
    people = (Invited(address="a\0@x.example", answer="ACCEPTED"),)
    event = an_invitation("a", "u", "REQUEST", 0, attendees=people)
    mail = a_classified("a", event, content=a_content("a", message_id="<\ud800>"))

    spelled = as_spelled(mail, dialect)

    (command,) = spelled.commands
    assert command == event.model_copy(
        update={"attendees": (Invited(address="a@x.example", answer="ACCEPTED"),)}
    )
    assert spelled.content is not None
    assert spelled.content.message_id == "<?>"
    clean = a_classified("clean", an_invitation("a", "žluť", "REQUEST", 0))
    assert as_spelled(clean, dialect) is clean
