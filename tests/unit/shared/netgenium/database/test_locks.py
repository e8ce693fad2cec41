"""Names of locks: bounded in number, in one order, the same for the same thing."""

from pathlib import Path

from sqlalchemy import func, select

from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.locks import IDS, TASK_NUMBERS, hold, lock_for
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.tables import lock_table


def test_things_share_a_bounded_number_of_locks() -> None:
    """NG-4: `crm_lock` does not grow with addresses; the same thing always has the same lock."""
    names = {lock_for("address", f"a{number}@acme.example") for number in range(20_000)}

    assert 3_900 < len(names) <= 4_096
    assert lock_for("address", "a@acme.example") == lock_for("address", "a@acme.example")
    assert lock_for("address", "a@acme.example") != lock_for("problem", "a@acme.example")
    assert lock_for("event", "half a pair \ud800")


def test_locks_of_things_come_before_those_of_numbers_and_ids() -> None:
    """NG-4: names are taken in alphabetical order, so what is taken later sorts later."""
    things = [lock_for(kind, "x") for kind in ("address", "contact", "event", "zebra")]

    assert max(things) < TASK_NUMBERS < IDS
    assert max(map(len, [*things, TASK_NUMBERS, IDS])) <= 63


def test_sqlite_needs_no_rows(tmp_path: Path) -> None:
    """NG-4: its write transactions follow one another anyway."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    migrate(engine)
    with write_transaction(engine) as connection:
        hold(connection, lock_for("address", "a@acme.example"), TASK_NUMBERS)

        assert connection.scalar(select(func.count()).select_from(lock_table)) == 0
