"""Rows of `crm_lock`: made when missing, taken by whoever comes second, held to the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, select, text

from shared.errors import PermanentError
from shared.netgenium.database import open_database, write_transaction
from shared.netgenium.locks import hold
from shared.netgenium.migration import migrate
from shared.netgenium.own_tables import lock_table


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A database with our own tables."""
    ready = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    migrate(ready)
    return ready


def _counters(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        rows = connection.execute(select(lock_table.c.name, lock_table.c.counter))
        return {row.name: row.counter for row in rows}


def test_a_lock_is_made_once_and_taken_again(engine: Engine) -> None:
    """NG-4: the row stays, its counter says how often it was taken; names do not meet."""
    for _ in range(3):
        with write_transaction(engine) as connection:
            hold(connection, "numbers")
    with write_transaction(engine) as connection:
        hold(connection, "x" * 63)
        hold(connection, "x" * 63)
    assert _counters(engine) == {"numbers": 3, "x" * 63: 2}


def test_a_lock_of_a_transaction_that_fails_is_given_back(engine: Engine) -> None:
    """NG-4: nothing of it stays, neither the row nor the lock."""

    def fail() -> None:
        with write_transaction(engine) as connection:
            hold(connection, "numbers")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert _counters(engine) == {}


@pytest.fixture
def beaten(engine: Engine) -> Iterator[None]:
    """Another writer makes the row just before we do."""

    def be_first(connection: Connection, _name: str) -> None:
        connection.execute(text("INSERT INTO crm_lock VALUES ('numbers', 7)"))

    event.listen(engine, "savepoint", be_first)
    yield
    event.remove(engine, "savepoint", be_first)


@pytest.mark.usefixtures("beaten")
def test_two_that_make_a_lock_at_once_both_get_it(engine: Engine) -> None:
    """NG-4: whose insert comes second takes the row of the first; what it wrote before stays."""
    with write_transaction(engine) as connection:
        connection.execute(text("INSERT INTO crm_lock VALUES ('mine', 1)"))
        hold(connection, "numbers")
    assert _counters(engine) == {"mine": 1, "numbers": 8}


def test_a_lock_that_cannot_be_made_says_why(engine: Engine) -> None:
    """F46: only a row that is there already is a reason to go on."""
    with write_transaction(engine) as connection:
        connection.execute(text("DROP TABLE crm_lock"))
        connection.execute(text("CREATE TABLE crm_lock (name, counter, more NOT NULL)"))
    with (
        pytest.raises(PermanentError, match="NOT NULL"),
        write_transaction(engine) as connection,
    ):
        hold(connection, "numbers")
