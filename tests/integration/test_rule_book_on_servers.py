"""The rules that remember, with two writers at once in any order, on every server (R-e)."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from shared.errors import TransientError
from tests.builders import raw_mail
from tests.databases import all_tables
from tests.installation import COMPANY, Installation, an_installation
from tests.rule_book_mails import JAN, PETR, arrive, bounce, invitation, problem
from tests.servers.ports import DatabaseServer

MAILS = [
    raw_mail(subject="do not send", sender=PETR, to=JAN),
    raw_mail("x", subject="nechci", sender="max@elsewhere.example", to=JAN),
    raw_mail("y", subject="do not send", sender="max@elsewhere.example", to=JAN),
    *(bounce("p@home.cz", "5.2.2", day) for day in (2, 3, 4)),
    *(problem(status, minute) for minute, status in enumerate(("new", "open", "done"))),
    invitation("REQUEST", 0),
    invitation("REQUEST", 1, "20261111T080000Z"),
    invitation("CANCEL", 2, "20261111T080000Z"),
]


@pytest.fixture(params=["sqlite", "postgresql", "firebird"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A prepared database."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    server.start()
    with server.database(prepare=all_tables) as address:
        yield address


def _work(installation: Installation) -> None:
    for _ in range(50):
        try:
            installation.run()
        except TransientError:
            installation.erp.engine.dispose()
        else:
            return
    pytest.fail("it pauses again and again")


@pytest.mark.parametrize("seed", range(3))
def test_two_writers_in_any_order_end_alike(tmp_path: Path, url: str, seed: int) -> None:
    """R-e, INV-4, F-48: marks, the problem's task and the invitation are as by one writer."""
    writers = [
        an_installation(tmp_path / "one", database_url=url, bounce_reporter=("*",)),
        an_installation(tmp_path / "two", COMPANY, database_url=url, bounce_reporter=("*",)),
    ]
    for number, raw in enumerate(random.Random(seed).sample(MAILS, len(MAILS))):  # noqa: S311
        arrive(writers[number % 2], f"{number:02}.eml", raw)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_work, writers))

    first = writers[0]
    assert [list(one.eml.iterdir()) for one in writers] == [[], []]
    assert len(first.list("journal")) == len(MAILS)
    assert first.list("forbidden") == [{"address": "max@elsewhere.example", "mark": "do_not_send"}]
    marks = {(row["address"], row["mark"]) for row in first.list("marks")}
    assert marks == {
        (PETR, "do_not_send"),
        ("max@elsewhere.example", "do_not_send"),
        ("p@home.cz", "broken"),
    }
    assert [row["status"] for row in first.list("tasks") if row["problem_id"]] == ["done"]
    (invited,) = first.list("invitations")
    assert invited["cancelled"]
    contact = first.erp.tables.table("contact").c
    boxes = select(contact.allow_emails, contact.non_functional).where(contact.id == 1)
    with first.erp.engine.connect() as connection:
        assert connection.execute(boxes).one() == (False, True)
