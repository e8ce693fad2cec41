"""What holds on every database behind the ERP: one suite, a fixture for each database."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, delete, func, insert, inspect, select, text
from sqlalchemy.types import TypeDecorator, TypeEngine

from shared.errors import ConfigurationError, PermanentError
from shared.netgenium.database.engine import ConflictError, open_database, write_transaction
from shared.netgenium.database.ids import insert_rows
from shared.netgenium.database.locks import hold
from shared.netgenium.database.many import owners_by_text, values_by_owner
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.schema_state import SchemaState, schema_state
from shared.netgenium.own.tables import OWN, effect_table, identification_key_table, lock_table
from shared.netgenium.schema.inspection import inspect_schema
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables, ManyTable
from tests.databases import ERP, all_tables
from tests.servers.ports import DatabaseServer, Prepare

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SECONDS = 20
"""Longest wait for another thread; nothing waits so long unless it hangs."""


@dataclass(slots=True)
class Database:
    """A database, empty unless it was prepared; every engine to it is closed afterwards."""

    kind: str
    _make: Callable[[Prepare | None], str]
    _url: str = ""
    engines: list[Engine] = field(default_factory=list)

    def prepare(self) -> None:
        """Take one with the reference schema and our own tables instead of an empty one."""
        self._url = self._make(all_tables)

    def connect(self) -> Engine:
        """A new engine."""
        self._url = self._url or self._make(None)
        self.engines.append(open_database(self._url))
        return self.engines[-1]


@pytest.fixture(params=["sqlite", "postgresql", "firebird"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    with ExitStack() as stack:

        def make(prepare: Prepare | None) -> str:
            return stack.enter_context(server.database(prepare=prepare))

        found = Database(request.param, make)
        yield found
        for engine in found.engines:
            engine.dispose()


@pytest.fixture
def engine(database: Database) -> Engine:
    """A database with the reference schema and our own tables."""
    database.prepare()
    return database.connect()


def _types(engine: Engine) -> list[tuple[int, str]]:
    table = ERP.table("activity_type").c
    with engine.connect() as connection:
        rows = connection.execute(select(table.id, table.name).order_by(table.id))
        return [(row.id, row.name) for row in rows]


def test_a_fresh_database_gets_the_schema_and_fits_the_mapping(database: Database) -> None:
    """NG-8: from nothing to a database in which `check` finds nothing."""
    engine = database.connect()
    assert schema_state(engine) is SchemaState.ABSENT
    assert create_reference_schema(engine, ERP) is True
    migrate(engine)
    assert schema_state(engine) is SchemaState.CURRENT
    assert inspect_schema(engine, ERP) == []


def test_making_the_schema_twice_changes_nothing(engine: Engine) -> None:
    """NG-8: init-db may run again; what is there stays."""
    with write_transaction(engine) as connection:
        insert_rows(connection, ERP.table("activity_type"), [{"name": "E-mail"}], "identity")
        connection.execute(insert(lock_table).values(name="x", counter=7))
    assert create_reference_schema(engine, ERP) is False
    migrate(engine)
    assert _types(engine) == [(1, "E-mail")]
    with engine.connect() as connection:
        assert connection.scalar(select(lock_table.c.counter)) == 7


def test_migrations_touch_only_our_own_tables(database: Database) -> None:
    """NG-8: beside the tables of an ERP stand only tables with our prefix afterwards."""
    engine = database.connect()
    with write_transaction(engine) as connection:
        connection.execute(
            text("CREATE TABLE ng_cizi0 (id integer not null primary key, ng_nazev char(5))")
        )
    with write_transaction(engine) as connection:
        connection.execute(text("INSERT INTO ng_cizi0 VALUES (1, 'abcde')"))
    migrate(engine)
    names = set(inspect(engine).get_table_names())
    assert names - {"ng_cizi0"} == {*OWN.tables, "crm_schema_version"}
    assert all(name.startswith("crm_") for name in names - {"ng_cizi0"})
    with engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM ng_cizi0")).all() == [(1, "abcde")]


def test_a_newer_version_is_refused(engine: Engine) -> None:
    """NG-8: an older program never touches the tables of a newer one."""
    with write_transaction(engine) as connection:
        connection.execute(text("UPDATE crm_schema_version SET version_num = '9999'"))
    assert schema_state(engine) is SchemaState.NEWER
    with pytest.raises(ConfigurationError, match="install the newer crmservice"):
        migrate(engine)
    assert [str(problem) for problem in inspect_schema(engine, ERP)] == [
        "crm_ tables: newer than this program - install the newer crmservice"
    ]


def _is_of_another_type(
    context: MigrationContext, _found: Any, _ours: Any, found: TypeEngine[Any], ours: Any
) -> bool:
    """Whether a column was made with another type; Firebird adds its character set to the type."""
    dialect = context.dialect
    stored = ours.load_dialect_impl(dialect) if isinstance(ours, TypeDecorator) else ours
    wanted = stored.compile(dialect)
    # To PostgreSQL a VARCHAR without a length is a TEXT.
    wanted = "TEXT" if wanted == "VARCHAR" else wanted
    return not found.compile(dialect).startswith(wanted)


# sqlalchemy-firebird leaves a cursor to the garbage collector when it reads a table's comment.
@pytest.mark.filterwarnings("ignore:Cursor 'Cursor' disposed:ResourceWarning")
def test_tables_that_migrations_make_are_those_that_the_program_uses(engine: Engine) -> None:
    """NG-8: columns, types, lengths, NULLs and indexes of model and migrations agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": _is_of_another_type,
                "include_name": lambda name, kind, _: kind != "table" or name in OWN.tables,
            },
        )
        assert compare_metadata(context, OWN) == []
    inspector = inspect(engine)
    for table in OWN.tables.values():
        real = {column["name"]: column for column in inspector.get_columns(table.name)}
        assert real.keys() == {column.name for column in table.columns}
        for column in table.columns:
            assert real[column.name]["nullable"] is column.nullable
            length = getattr(column.type, "length", None)
            if length and column.type.__class__.__name__ != "Uuid":
                assert getattr(real[column.name]["type"], "length", None) == length


def test_a_migration_that_is_interrupted_leaves_nothing(database: Database) -> None:
    """NG-8: a database with a table of ours in the way stays as it was."""
    engine = database.connect()
    with write_transaction(engine) as connection:
        connection.execute(text("CREATE TABLE crm_lock (name char(1))"))
    with pytest.raises(PermanentError):
        migrate(engine)
    # Firebird fills no table before the transaction that makes it has ended.
    version = {"crm_schema_version"} if database.kind == "firebird" else set()
    assert set(inspect(engine).get_table_names()) == {"crm_lock"} | version
    assert schema_state(engine) is SchemaState.ABSENT


def test_a_write_transaction_commits_all_or_nothing(engine: Engine) -> None:
    """NG-8: effects and journal stand or fall together."""
    table = ERP.table("activity_type")
    with write_transaction(engine) as connection:
        insert_rows(connection, table, [{"name": "one"}], "identity")

    def fail() -> None:
        with write_transaction(engine) as connection:
            insert_rows(connection, table, [{"name": "two"}], "identity")
            connection.execute(insert(lock_table).values(name="x", counter=1))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert _types(engine) == [(1, "one")]
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(lock_table)) == 0


@pytest.mark.parametrize("strategy", ["identity", "max_plus_one"])
def test_ids_are_given_in_the_order_of_the_rows(engine: Engine, strategy: str) -> None:
    """NG-4: the id at a place belongs to the row at that place, for many rows, too."""
    table = ERP.table("activity_type")
    names = [f"type {number * 7919 % 1000:03}" for number in range(1000)]
    with write_transaction(engine) as connection:
        ids = insert_rows(connection, table, [{"name": name} for name in names], strategy)
        assert insert_rows(connection, table, [], strategy) == []
    assert _types(engine) == sorted(zip(ids, names, strict=True))
    assert sorted(set(ids)) == list(range(1, 1001))


def test_max_plus_one_goes_on_behind_the_highest(engine: Engine) -> None:
    """NG-4: ids that the ERP gave are passed over, and a rolled back id is used again."""
    table = ERP.table("activity_type")
    with write_transaction(engine) as connection:
        connection.execute(insert(table).values(id=41, name="by the ERP"))
    for name in ("first", "second"):
        with write_transaction(engine) as connection:
            insert_rows(connection, table, [{"name": name}], "max_plus_one")
    assert _types(engine) == [(41, "by the ERP"), (42, "first"), (43, "second")]


@pytest.mark.parametrize("strategy", ["identity", "max_plus_one", "generator:gen_two"])
def test_three_writers_at_once_never_give_one_id_twice(
    database: Database, engine: Engine, strategy: str
) -> None:
    """NG-4: the lock of max_plus_one holds among several writers; nobody fails, nothing is lost."""
    if strategy == "generator:gen_two":
        if database.kind == "sqlite":
            assert not engine.dialect.supports_sequences
            return
        with write_transaction(engine) as connection:
            connection.execute(text("CREATE SEQUENCE gen_two"))
    table = ERP.table("activity_type")
    together = threading.Barrier(3, timeout=SECONDS)

    def write(writer: str) -> list[int]:
        own, ids = database.connect(), []
        together.wait()
        for number in range(15):
            rows = [{"name": f"{writer}{number}{one}"} for one in "ab"]
            with write_transaction(own) as connection:
                ids += insert_rows(connection, table, rows, strategy)
        return ids

    with ThreadPoolExecutor(3) as pool:
        given = [i for ids in pool.map(write, "xyz", timeout=SECONDS) for i in ids]
    assert sorted(given) == list(range(1, 91))
    assert {i for i, _ in _types(engine)} == set(given)


@pytest.mark.parametrize("strategy", ["identity", "max_plus_one"])
def test_tables_are_filled_in_any_order(database: Database, engine: Engine, strategy: str) -> None:
    """NG-4, F-41: two writers of the same tables in opposite order both get their ids."""
    tables = [ERP.table("activity_type"), ERP.table("role"), ERP.table("contract")]
    together = threading.Barrier(2, timeout=SECONDS)

    def write(step: int) -> None:
        own = database.connect()
        for _ in range(20):
            together.wait()
            with write_transaction(own) as connection:
                for table in tables[::step]:
                    row = {"name" if "name" in table.c else "number": "x"}
                    insert_rows(connection, table, [row] * 5, strategy)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (1, -1), timeout=SECONDS))
    for table in tables:
        with engine.connect() as connection:
            ids = sorted(connection.scalars(select(table.c.id)))
        assert ids == list(range(1, 201))


def test_a_second_writer_waits_for_the_first(database: Database, engine: Engine) -> None:
    """F-42: two that take one lock, here a new one, follow each other, neither fails."""
    second = database.connect()
    begun, order = threading.Event(), []

    def write_second() -> None:
        begun.set()
        with write_transaction(second) as connection:
            hold(connection, "x")
            order.append("second")

    with ThreadPoolExecutor(1) as pool:
        with write_transaction(engine) as connection:
            hold(connection, "x")
            waiting = pool.submit(write_second)
            assert begun.wait(SECONDS)
            order.append("first")
        waiting.result(SECONDS)
    assert order == ["first", "second"]


def test_reading_goes_on_during_a_write(database: Database, engine: Engine) -> None:
    """F-42: a reader sees the state before the write, at once."""
    reader = database.connect()
    with write_transaction(engine) as connection:
        insert_rows(connection, ERP.table("activity_type"), [{"name": "new"}], "identity")
        assert _types(reader) == []
    assert _types(reader) == [(1, "new")]


def test_a_key_that_exists_is_a_conflict(engine: Engine) -> None:
    """F-43: another writer was first; trying again will see what it wrote."""
    claim = {
        "key": "a" * 64,
        "mail_id": UUID(int=1),
        "content_sha256": "b" * 64,
        "body_sha256": "c" * 64,
        "claimed_at": NOON,
    }
    with write_transaction(engine) as connection:
        connection.execute(insert(identification_key_table).values(claim))
    with (
        pytest.raises(ConflictError, match="Another writer was first") as caught,
        write_transaction(engine) as connection,
    ):
        connection.execute(insert(identification_key_table).values(claim))
    assert "a" * 64 not in str(caught.value)


def test_a_value_that_is_missing_is_no_conflict(engine: Engine) -> None:
    """F-46: a NULL where none may be never works, and is not tried again."""
    with (
        pytest.raises(PermanentError) as caught,
        write_transaction(engine) as connection,
    ):
        connection.execute(insert(effect_table).values(command_id=UUID(int=1), kind="secret kind"))
    assert "secret kind" not in str(caught.value)


def test_a_table_that_is_missing_is_permanent(database: Database) -> None:
    """F-46: a schema that drifted is no reason to wait."""
    engine = database.connect()
    with (
        pytest.raises(PermanentError, match="refuses a statement for good"),
        write_transaction(engine) as connection,
    ):
        connection.execute(select(ERP.table("user").c.login).where(ERP.table("user").c.id == 1))


def test_every_kind_of_value_comes_back(engine: Engine) -> None:
    """NG-5, NG-7: check boxes, choices, moments, long texts and files, through the database."""
    table = ERP.table("activity")
    row = {
        "type": 1,
        "subject": "Žluťoučký kůň " * 100,
        "text": "a\0b\ud800c " + "x" * 50_000,
        "direction": "incoming",
        "responsible": 2**40,
        "date": NOON,
        "private": True,
        "all_day": False,
        "message_id": None,
    }
    attachment = {"name": "a.bin", "size": 10**12, "content": bytes(range(256)) * 100}
    with write_transaction(engine) as connection:
        [new_id] = insert_rows(connection, table, [row], "identity")
        insert_rows(
            connection, ERP.table("attachment"), [{**attachment, "activity": new_id}], "identity"
        )
    with engine.connect() as connection:
        found = connection.execute(select(table)).mappings().one()
        stored = connection.execute(select(ERP.table("attachment"))).mappings().one()
    columns = {column.key: found[column] for column in table.c}
    assert len(columns["subject"]) == 250
    assert columns["subject"].endswith(" […]")
    assert columns["text"] == "ab?c " + "x" * 50_000
    kept = ("direction", "responsible", "date", "private", "all_day", "message_id", "location")
    assert [columns[key] for key in kept] == ["incoming", 2**40, NOON, True, False, None, None]
    assert bytes(stored[ERP.table("attachment").c.content]) == attachment["content"]
    assert stored[ERP.table("attachment").c.size] == 2**31 - 1


def test_stored_values_are_those_of_the_installation(engine: Engine) -> None:
    """NG-5: in the database lie the ERP's words, numbers and local times, as it wrote them."""
    table = ERP.table("activity")
    row = {"type": 1, "direction": "outgoing", "date": NOON, "private": True}
    with write_transaction(engine) as connection:
        insert_rows(connection, table, [row], "identity")
    with engine.connect() as connection:
        query = "SELECT ng_smer, ng_datum, ng_soukrome FROM ng_aktivita0"
        direction, date, private = connection.execute(text(query)).one()
        known = connection.scalar(select(table.c.id).where(table.c.private.is_(None)))
        chosen = connection.scalar(select(table.c.id).where(table.c.direction == "outgoing"))
    assert (direction, private) == ("Odchozí", 1)
    assert str(date).startswith("2026-11-02 13:00:00")
    assert (known, chosen) == (None, 1)


@pytest.mark.parametrize(("checked", "unchecked"), [(1, 0), (-1, 0), ("True", "False"), ("á", "")])
def test_check_boxes_are_the_pair_of_the_installation(
    database: Database, tmp_path: Path, checked: int | str, unchecked: int | str
) -> None:
    """NG-5: numbers or texts, written, compared and read back."""
    mapping = tmp_path / "mapping.toml"
    words = Path("shared/netgenium/schema/reference.toml").read_text("utf-8")
    for name, value in (("checked = 1", checked), ("unchecked = 0", unchecked)):
        words = words.replace(f"\n{name}\n", f"\n{name.split()[0]} = {json.dumps(value)}\n")
    mapping.write_text(words, "utf-8")
    erp = ErpTables(load_mapping(mapping))
    engine = database.connect()
    create_reference_schema(engine, erp)
    users = erp.table("user")
    rows = [{"login": "a", "active": True}, {"login": "b", "active": False}]
    with write_transaction(engine) as connection:
        insert_rows(connection, users, rows, "identity")
        insert_rows(connection, users, [{"login": "c", "active": None}], "identity")
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT active FROM susers ORDER BY id")).scalars().all()
        read = connection.scalars(select(users.c.active).order_by(users.c.id)).all()
        active = connection.scalars(select(users.c.login).where(users.c.active == True)).all()  # noqa: E712 - SQL's
    assert stored == [checked, unchecked, None]
    assert read == [True, False, None]
    assert active == ["a"]


def test_several_values_are_read_alike_from_columns_and_tables(engine: Engine) -> None:
    """NG-1: e-mails of a user lie in a column, those of a contact in a table."""
    emails = ERP.many("contact", "emails")
    assert isinstance(emails, ManyTable)
    key = ERP.many("user", "emails")
    assert not isinstance(key, ManyTable)
    user = {"login": "a", "name": "A", "active": True, key.columns[0].key: "A@Firma.cz"}
    links = [(1, "b@x.example"), (2, "B@x.example"), (1, "a@x.example")]
    with write_transaction(engine) as connection:
        insert_rows(connection, ERP.table("user"), [user], "identity")
        rows = [{"owner": owner, "value": value} for owner, value in links]
        insert_rows(connection, emails.table, rows, "identity")
    with engine.connect() as connection:
        asked = ["a@firma.cz", "none@firma.cz"]
        assert owners_by_text(connection, ERP, "user", "emails", asked) == {"a@firma.cz": [1]}
        many = [f"{number}@x.example" for number in range(1200)]
        found = owners_by_text(connection, ERP, "contact", "emails", ["b@x.example", *many])
        assert found == {"b@x.example": [1, 2]}
        assert values_by_owner(connection, ERP, "user", "emails", None) == {1: ["A@Firma.cz"]}
        assert values_by_owner(connection, ERP, "contact", "emails", range(1, 900)) == {
            1: ["b@x.example", "a@x.example"],
            2: ["B@x.example"],
        }


def test_addresses_are_found_in_any_letter_case(database: Database, engine: Engine) -> None:
    """NG-9: servers know the lower case of every letter, SQLite that of ASCII alone."""
    emails = ERP.many("contact", "emails")
    assert isinstance(emails, ManyTable)
    rows = [{"owner": 1, "value": "ŽOFIE@Firma.CZ"}, {"owner": 2, "value": "EVA@firma.cz"}]
    with write_transaction(engine) as connection:
        insert_rows(connection, emails.table, rows, "identity")
    with engine.connect() as connection:
        asked = ["žofie@firma.cz", "eva@firma.cz"]
        found = owners_by_text(connection, ERP, "contact", "emails", asked)
    beyond = {} if database.kind == "sqlite" else {"žofie@firma.cz": [1]}
    assert found == {"eva@firma.cz": [2], **beyond}


def test_a_list_of_parameters_is_never_too_long(engine: Engine) -> None:
    """NG-9: a thousand rows with many columns in one transaction are no problem."""
    rows = [
        {
            "command_id": uuid5(UUID(int=0), str(number)),
            "cause_id": UUID(int=number),
            "cause_kind": "mail",
            "kind": "CreateActivity",
            "entity": "activity",
            "record_id": number,
        }
        for number in range(1000)
    ]
    with write_transaction(engine) as connection:
        connection.execute(insert(effect_table), rows)
        connection.execute(delete(effect_table).where(effect_table.c.record_id < 500))
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(effect_table)) == 500
