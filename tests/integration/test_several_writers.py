"""Several writers at once over mails of all kinds that meet at the same records (R-e, N-1)."""

import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select
from sqlalchemy.exc import SQLAlchemyError

from services.writer.stage import WriterStage
from shared.contracts.messages import MailClassified
from shared.netgenium.database.engine import (
    ConflictError,
    is_unique_violation,
    open_database,
)
from shared.netgenium.own.tables import change_table, journal_table, soft_bounce_table
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.tables import ErpTables
from tests.databases import a_company
from tests.servers.ports import DatabaseServer
from tests.servers.sqlite import sqlite_file
from tests.writing import EVA, a_classified, a_task, a_writer, an_activity, mails_of_all_kinds

WRITERS, GROUP = 4, 8
SECONDS = 120
"""Longest wait for another thread; nothing waits so long unless it hangs."""


def _erp(strategy: str) -> ErpTables:
    mapping = load_mapping(None)
    ids = mapping.ids.model_copy(update={"strategy": strategy})
    return ErpTables(mapping.model_copy(update={"ids": ids}))


@pytest.fixture(params=["sqlite", "postgresql", "firebird"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A prepared database."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    server.start()
    with server.database(prepare=a_company) as address:
        yield address


class Writers:
    """Writers with engines of their own, and every conflict that they met."""

    def __init__(self, url: str, folder: Path, strategy: str = "identity") -> None:
        """Nothing runs yet."""
        self.erp = _erp(strategy)
        self.conflicts: list[ConflictError] = []
        self._url, self._folder = url, folder

    def write(self, mails: Sequence[MailClassified]) -> None:
        """Let each of four writers write its share, all at once, in groups."""
        shares = [mails[number::WRITERS] for number in range(WRITERS)]
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(self.write_alone, shares, timeout=SECONDS))

    def write_alone(self, mails: Sequence[MailClassified], group: int = GROUP) -> None:
        """Let one writer write `mails`."""
        engine = open_database(self._url)
        stage = a_writer(engine, self.erp, self._folder, self.met_another)
        for begin in range(0, len(mails), group):
            _insist(stage, mails[begin : begin + group])
        engine.dispose()

    def met_another(self, _seconds: float) -> None:
        """Note the conflict that a writer is about to try again after."""
        conflict = sys.exc_info()[1]
        assert isinstance(conflict, ConflictError)
        self.conflicts.append(conflict)

    def lost_races(self) -> list[str]:
        """Deadlocks and what else is no other writer's claim of the same key."""
        return [str(one) for one in self.conflicts if not _is_claim(one)]


def _is_claim(conflict: ConflictError) -> bool:
    cause = conflict.__cause__
    return isinstance(cause, SQLAlchemyError) and is_unique_violation(cause)


def _insist(stage: WriterStage, group: Sequence[MailClassified]) -> None:
    """As a service does: a group that met others too often comes again."""
    for _ in range(20):
        try:
            stage.handle(group)
        except ConflictError:
            continue
        return
    pytest.fail("it meets others again and again")


def _rows(engine: Engine, table: Table, *names: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        columns = [table.c[name] for name in names]
        return sorted(map(tuple, connection.execute(select(*columns))), key=repr)


def _state(url: str, erp: ErpTables) -> Mapping[str, Any]:
    """What must not depend on who wrote first."""
    engine, invited = open_database(url), ("uid", "user", "cancelled")
    boxes = ("id", "allow_emails", "allow_bulk_emails", "non_functional")
    tasks = Counter(
        (problem, status if problem else subject)
        for problem, status, subject in _rows(
            engine, erp.table("task"), "problem_id", "status", "subject"
        )
    )
    found = {
        "activities": Counter(
            _rows(engine, erp.table("activity"), "subject", "responsible", "contract")
        ),
        "tasks": tasks,
        "forbidden": _rows(engine, erp.table("forbidden_email"), "address", "type"),
        "contacts": _rows(engine, erp.table("contact"), *boxes),
        "relationships": _rows(engine, erp.table("relationship"), *boxes),
        "invitations": _rows(engine, erp.table("invitation"), *invited),
        "soft bounces": _rows(engine, soft_bounce_table, "command_id", "bounced_on"),
        "journal": _rows(engine, journal_table, "mail_id"),
    }
    engine.dispose()
    return found


def _numbers_of_changes(url: str) -> list[list[int]]:
    """The numbers of each record's changes."""
    engine = open_database(url)
    numbers: dict[tuple[str, int], list[int]] = {}
    rows = _rows(engine, change_table, "entity", "record_id", "change_number")
    for entity, record_id, number in rows:
        numbers.setdefault((entity, record_id), []).append(number)
    engine.dispose()
    return [sorted(found) for found in numbers.values()]


def _one_after_the_other(tmp_path: Path, mails: Sequence[MailClassified]) -> Mapping[str, Any]:
    """What one writer alone leaves of `mails`, each in a group of its own."""
    url = sqlite_file(tmp_path / "alone.db", a_company)
    alone = Writers(url, tmp_path)
    alone.write_alone(mails, group=1)
    return _state(url, alone.erp)


@pytest.mark.parametrize("strategy", ["identity", "max_plus_one"])
def test_four_writers_never_wait_for_each_other(tmp_path: Path, url: str, strategy: str) -> None:
    """R-e, N-1, F-41: no deadlock, whatever mails meet; the records are those of one writer."""
    chance = random.Random(5)  # noqa: S311 - a test's own
    mails = mails_of_all_kinds(chance)
    # A quarter comes to two writers, as after a lost connection.
    coming = [*mails, *chance.sample(mails, len(mails) // 4)]
    chance.shuffle(coming)
    writers = Writers(url, tmp_path, strategy)

    writers.write(coming)

    assert writers.lost_races() == []
    assert _state(url, writers.erp) == _one_after_the_other(tmp_path, mails)
    assert all(found == list(range(1, len(found) + 1)) for found in _numbers_of_changes(url))


def test_writers_of_the_same_mails_in_opposite_order_end(tmp_path: Path, url: str) -> None:
    """F-41, F-43: one waits for the other's keys and then finds its rows, whatever comes first."""
    writers = Writers(url, tmp_path)
    names = [f"text {number}" for number in range(6 * 80)]
    mails = [a_classified(name, an_activity(name), an_activity(name, EVA)) for name in names]
    groups = [mails[begin : begin + 80] for begin in range(0, len(mails), 80)]
    together = threading.Barrier(2, timeout=SECONDS)

    def write(step: int) -> None:
        engine = open_database(url)
        stage = a_writer(engine, writers.erp, tmp_path, writers.met_another)
        for group in groups:
            together.wait()
            _insist(stage, group[::step])
        engine.dispose()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (1, -1), timeout=SECONDS))

    assert writers.lost_races() == []
    assert _state(url, writers.erp)["activities"] == Counter(
        (name, user, None) for name in names for user in (1, 2)
    )


def test_tasks_of_several_writers_have_numbers_of_their_own(tmp_path: Path, url: str) -> None:
    """N-1: however many writers number tasks at once, of problems too, no number comes twice."""
    names = [f"task {number}" for number in range(120)]
    mails = [
        a_classified(name, a_task(name, problem_id=name if number % 3 == 0 else None))
        for number, name in enumerate(names)
    ]
    writers = Writers(url, tmp_path)

    writers.write(mails)

    engine = open_database(url)
    numbers = [int(number) for (number,) in _rows(engine, writers.erp.table("task"), "number")]
    engine.dispose()
    assert sorted(numbers) == list(range(55, 176))
    assert writers.conflicts == []


def test_a_group_makes_its_missing_locks_while_others_wait(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NG-4: rows of `crm_lock` that several writers make at the same time fail nobody."""
    monkeypatch.setattr("shared.netgenium.database.locks._SHARES", 8)
    mails = mails_of_all_kinds(random.Random(3))  # noqa: S311 - a test's own
    writers = Writers(url, tmp_path)

    writers.write(mails)

    assert writers.lost_races() == []
