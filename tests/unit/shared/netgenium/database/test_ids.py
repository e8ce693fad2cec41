"""Statements that reserve ids, and what a database without generators says."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Dialect, insert, make_url, select, text

from shared.errors import ConfigurationError
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.ids import insert_rows, reservation
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables

ERP = ErpTables(load_mapping(None))


def _dialect(url: str) -> Dialect:
    return make_url(url).get_dialect()()


def _compiled(dialect: Dialect) -> str:
    return " ".join(str(reservation(dialect, "gen_activity", 3).compile(dialect=dialect)).split())


def test_postgresql_reserves_several_ids_in_one_round_trip() -> None:
    """NG-4: one statement gives a row for each id."""
    assert _compiled(_dialect("postgresql+psycopg://")) == (
        "SELECT nextval('gen_activity') AS next_value_1 FROM (VALUES (0), (1), (2)) AS wanted (n)"
    )


def test_sql_server_reserves_several_ids_in_one_round_trip() -> None:
    """NG-4: the same with its own words."""
    assert _compiled(_dialect("mssql+pymssql://")) == (
        "SELECT NEXT VALUE FOR gen_activity AS next_value_1"
        " FROM (VALUES (0), (1), (2)) AS wanted (n)"
    )


def test_firebird_moves_its_generator_on_by_as_many() -> None:
    """NG-4: one call gives the last of the ids."""
    dialect = _dialect("firebird+firebird://")
    assert _compiled(dialect) == "SELECT gen_id(gen_activity, 3) AS gen_id_1 FROM rdb$database"


class _Server:
    """Stands in for a server with a generator that was at 40; counts what it is asked."""

    def __init__(self, name: str) -> None:
        self.dialect = _dialect(name)
        self.asked: list[int] = []
        self.inserted: list[int] = []
        self._at = 40

    def scalars(self, query: Any) -> Sequence[int]:
        """The ids that a reservation takes."""
        words = str(query.compile(dialect=self.dialect))
        steps = re.search(r"gen_id\(g, (\d+)\)", words)
        count = int(steps[1]) if steps else len(re.findall(r"\(\d+\)", words))
        first, self._at = self._at + 1, self._at + count
        self.asked.append(count)
        return [self._at] if steps else list(range(first, self._at + 1))

    def execute(self, _statement: Any, rows: Sequence[dict[str, Any]]) -> None:
        """Take the insert."""
        self.inserted += [row["id"] for row in rows]


@pytest.mark.parametrize("name", ["postgresql+psycopg://", "firebird+firebird://"])
@pytest.mark.parametrize("count", [1, 2, 500, 501, 1200])
def test_a_generator_gives_its_next_ids_in_few_round_trips(name: str, count: int) -> None:
    """NG-4: as many ids as rows, each once, in order, at most 500 of them asked for at a time."""
    server = _Server(name)
    rows = [{"name": str(number)} for number in range(count)]
    ids = insert_rows(cast("Connection", server), ERP.table("role"), rows, "generator:g")
    assert ids == list(range(41, 41 + count)) == server.inserted
    assert sum(server.asked) == count
    assert len(server.asked) == -(-count // 500)


def test_a_database_without_generators_says_so(tmp_path: Path) -> None:
    """NG-4: a strategy that the database cannot follow is told with those that it can."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with (
        pytest.raises(ConfigurationError, match="generator:g cannot work - use identity or max"),
        write_transaction(engine) as connection,
    ):
        insert_rows(connection, ERP.table("activity_type"), [{"name": "a"}], "generator:g")


def test_each_table_counts_apart(tmp_path: Path) -> None:
    """NG-4: the highest id of a table says nothing of another."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    create_reference_schema(engine, ERP)
    migrate(engine)
    types, roles = ERP.table("activity_type"), ERP.table("role")
    with write_transaction(engine) as connection:
        connection.execute(insert(roles).values(id=5, name="Board"))
        for _ in range(3):
            insert_rows(connection, types, [{"name": "a"}], "max_plus_one")
        assert insert_rows(connection, roles, [{"name": "b"}], "max_plus_one") == [6]
        assert list(connection.scalars(select(types.c.id))) == [1, 2, 3]


_WRITER = """
import sys
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.ids import insert_rows
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.tables import ErpTables
erp, engine = ErpTables(load_mapping(None)), open_database(sys.argv[1])
input()
for number in range(20):
    with write_transaction(engine) as connection:
        rows = [{"name": "a"}, {"name": "b"}]
        print(*insert_rows(connection, erp.table("role"), rows, sys.argv[2]), flush=True)
"""


@pytest.mark.parametrize("strategy", ["identity", "max_plus_one"])
def test_two_processes_at_once_never_give_one_id_twice(tmp_path: Path, strategy: str) -> None:
    """NG-4: writers are processes; they start together and both finish."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    engine = open_database(url)
    create_reference_schema(engine, ERP)
    migrate(engine)
    command = [sys.executable, "-c", _WRITER, url, strategy]
    root = Path(__file__).parents[5]
    pipe = subprocess.PIPE
    writers = [
        subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, text=True) for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    given = [int(word) for writer in writers for word in writer.communicate(timeout=60)[0].split()]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert sorted(given) == list(range(1, 81))


def test_identity_never_takes_an_id_that_is_given(tmp_path: Path) -> None:
    """NG-4: the database goes on behind ids that the ERP wrote."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    create_reference_schema(engine, ERP)
    with write_transaction(engine) as connection:
        connection.execute(text("INSERT INTO ng_role0 (id, ng_nazev) VALUES (5000000000, 'x')"))
        assert insert_rows(connection, ERP.table("role"), [{"name": "b"}], "identity") == [
            5_000_000_001
        ]
