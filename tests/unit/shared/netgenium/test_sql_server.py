"""SQL Server: no server was at hand, so its statements are compiled and compared word by word."""

from io import StringIO
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import ClauseElement, Dialect, Engine, event, insert, make_url, select, update
from sqlalchemy.schema import CreateTable

from shared.errors import TransientError
from shared.netgenium.database import servers
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.ids import reservation
from shared.netgenium.database.servers import engine_for
from shared.netgenium.own.migrations.versions import v0007_causes
from shared.netgenium.own.tables import journal_table, lock_table
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.tables import ErpTables
from tests.servers.processes import HOST, free_port

ERP = ErpTables(load_mapping(None))
ENGINE = engine_for(make_url("mssql+pymssql://crm:geheim@db.firma.cz/db1"))
DIALECT: Dialect = ENGINE.dialect


def _words(statement: ClauseElement, **options: Any) -> str:
    return " ".join(str(statement.compile(dialect=DIALECT, **options)).split())


def test_long_texts_and_files_have_the_types_that_stay() -> None:
    """NG-9: NVARCHAR(max) and VARBINARY(max); NTEXT and IMAGE are given up by the vendor."""
    activity = _words(CreateTable(ERP.table("activity")))
    assert "ng_predmet NVARCHAR(250) NULL" in activity
    assert "ng_text NVARCHAR(max) NULL" in activity
    assert "ng_datum DATETIME NULL" in activity
    assert "id BIGINT NOT NULL IDENTITY" in activity
    assert "ng_obsah VARBINARY(max) NULL" in _words(CreateTable(ERP.table("attachment")))
    journal = _words(CreateTable(journal_table))
    assert "mail_id CHAR(32) NOT NULL" in journal
    assert "trace NVARCHAR(max) NOT NULL" in journal
    assert "differs BIT NOT NULL" in journal


def test_ids_come_back_with_the_insert() -> None:
    """NG-4: `identity` asks for the ids in the insert itself, in the order of the rows."""
    table = ERP.table("activity_type")
    assert _words(insert(table).values(name="a").returning(table.c.id)) == (
        "INSERT INTO ng_typaktivity0 (ng_nazev) OUTPUT inserted.id VALUES (%(name)s)"
    )
    assert DIALECT.insert_executemany_returning_sort_by_parameter_order


def test_a_generator_gives_several_ids_at_once() -> None:
    """NG-4: one statement takes as many as are wanted."""
    assert _words(reservation(DIALECT, "gen_activity", 2)) == (
        "SELECT NEXT VALUE FOR gen_activity AS next_value_1 FROM (VALUES (0), (1)) AS wanted (n)"
    )


def test_the_newest_rows_are_the_top_ones() -> None:
    """NG-9: SQL Server says TOP where others say LIMIT."""
    task = ERP.table("task").c
    query = select(task.number).order_by(task.id.desc()).limit(1000)
    assert _words(query, compile_kwargs={"literal_binds": True}) == (
        "SELECT TOP 1000 ng_ukol0.ng_cislo FROM ng_ukol0 ORDER BY ng_ukol0.id DESC"
    )


def test_a_lock_is_taken_by_an_update() -> None:
    """NG-4: FOR UPDATE does not exist there and is left out silently; an UPDATE locks."""
    row = lock_table.c.name == "x"
    assert "FOR UPDATE" not in _words(select(lock_table).where(row).with_for_update())
    taken = update(lock_table).where(row).values(counter=lock_table.c.counter + 1)
    assert _words(taken, compile_kwargs={"literal_binds": True}) == (
        "UPDATE crm_lock SET counter=(crm_lock.counter + 1) WHERE crm_lock.name = N'x'"
    )


def test_locks_have_an_end_and_a_savepoint_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """F-42, NG-4: the insert of a lock row that another writer made first is undone alone."""
    done: list[str] = []

    class _Cursor:
        description, rowcount = None, -1

        def execute(self, words: str, *_parameters: object) -> None:
            done.append(words)

        def close(self) -> None:
            """Nothing to close."""

    class _Connection:
        def cursor(self) -> _Cursor:
            return _Cursor()

        def commit(self) -> None:
            done.append("COMMIT")

        def rollback(self) -> None:
            done.append("ROLLBACK")

        def close(self) -> None:
            """Nothing to close."""

    engine = engine_for(make_url("mssql+pymssql://crm@db.firma.cz/db1"))
    monkeypatch.setattr(engine.dialect, "initialize", lambda _connection: None)

    @event.listens_for(engine, "do_connect")
    def connect(*_more: object) -> _Connection:
        return _Connection()

    def fail(connection: Any) -> None:
        with connection.begin_nested():
            raise KeyError

    with engine.connect() as connection, connection.begin(), pytest.raises(KeyError):
        fail(connection)
    engine.dispose()
    assert "SET LOCK_TIMEOUT 30000" in done
    assert [words.rsplit(" ", 1)[0] for words in done if "savepoint" in words] == [
        "SAVE TRANSACTION",
        "ROLLBACK TRANSACTION",
    ]


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The address of a server that does not run."""
    monkeypatch.setattr(servers, "CONNECT_SECONDS", 1)
    return open_database(f"mssql+pymssql://crm:geheim@{HOST}:{free_port()}/db1")


def test_a_dead_server_pauses_the_work(dead: Engine) -> None:
    """F-40: pymssql cannot connect; nothing is set aside, and no password is told."""
    with pytest.raises(TransientError, match="cannot be used now") as caught:  # noqa: SIM117 - what is tested stands alone
        with write_transaction(dead):
            pass
    assert "geheim" not in str(caught.value)


def test_the_migration_to_causes_is_one_that_it_understands() -> None:
    """NG-8: a column changes its name by a procedure; rows that are there get the default."""
    written = StringIO()
    opts = {"as_sql": True, "output_buffer": written}
    context = MigrationContext.configure(dialect=DIALECT, opts=opts)
    with Operations.context(context):
        v0007_causes.upgrade()
        v0007_causes.downgrade()
    up = " ".join(written.getvalue().split())
    assert "DROP INDEX ix_crm_effect_mail_id ON crm_effect" in up
    assert "EXEC sp_rename 'crm_effect.mail_id', cause_id, 'COLUMN'" in up
    assert "ALTER TABLE crm_change ADD cause_kind NVARCHAR(20) NOT NULL DEFAULT 'mail'" in up
    assert "drop constraint ' + @const_name" in up
