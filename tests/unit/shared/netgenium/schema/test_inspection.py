"""What `check` says about a database that does not fit the mapping."""

from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.dialects import mssql, postgresql, sqlite
from sqlalchemy.types import (
    Boolean,
    Date,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    NullType,
    Numeric,
    String,
    TypeEngine,
)

from shared.errors import TransientError
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.schema.inspection import _family, inspect_schema
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables
from tests.databases import ERP, our_tables
from tests.servers.sqlite import sqlite_file

REFERENCE = files("shared.netgenium.schema").joinpath("reference.toml").read_text("utf-8")


def _engine(folder: Path, *changes: str, erp: ErpTables = ERP) -> Engine:
    """A ready database, then changed by statements."""
    engine = open_database(sqlite_file(folder / "a.db", our_tables))
    create_reference_schema(engine, erp)
    with write_transaction(engine) as connection:
        for change in changes:
            connection.execute(text(change))
    return engine


def _found(engine: Engine, erp: ErpTables = ERP) -> list[str]:
    return [str(problem) for problem in inspect_schema(engine, erp)]


def _rebuilt(table: str, columns: str) -> tuple[str, str]:
    return f"DROP TABLE {table}", f"CREATE TABLE {table} ({columns})"


def _sqlite(sql_type: TypeEngine[object]) -> str:
    return str(sql_type.compile(dialect=sqlite.dialect()))


def test_a_database_that_fits_has_no_problems(tmp_path: Path) -> None:
    """NG-2: the reference schema fits the reference mapping."""
    assert _found(_engine(tmp_path)) == []


def test_names_fit_in_any_letter_case_and_views_do_as_tables(tmp_path: Path) -> None:
    """NG-2: databases fold names in their own way."""
    engine = _engine(
        tmp_path,
        *_rebuilt("ng_typaktivity0", "ID integer, NG_NAZEV varchar(250)"),
        "ALTER TABLE ng_typaktivity0 RENAME TO NG_TYPY",
        "CREATE VIEW NG_TYPAKTIVITY0 AS SELECT * FROM NG_TYPY",
    )
    assert _found(engine) == []


def test_an_empty_database_needs_init_db(tmp_path: Path) -> None:
    """NG-2: every table is missing: one line with the one command that makes them."""
    assert _found(open_database(f"sqlite:///{tmp_path / 'a.db'}")) == [
        "tables: no table of the mapping exists in this database - run crmservice init-db"
    ]


def test_a_database_of_something_else_is_told_in_one_line(tmp_path: Path) -> None:
    """NG-2: a database whose every table has another name needs a mapping, not our tables."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with write_transaction(engine) as connection:
        connection.execute(text("CREATE TABLE ng_jina0 (id integer)"))
    first, *rest = _found(engine)
    assert first == (
        "tables: no table of the mapping exists in this database - crmservice discover proposes a"
        " mapping; in an empty database run crmservice init-db"
    )
    assert rest == ["crm_ tables: absent - run crmservice init-db"]


@pytest.mark.parametrize(
    "table", ["ng_aktivita0", "ng_ukol0", "ng_priloha0", "ng_zakazanyemail0", "ng_rozsahaktivity0"]
)
def test_a_column_that_must_have_a_value_and_gets_none_is_told(tmp_path: Path, table: str) -> None:
    """NG-2: an insert would fail where the ERP wants a value that no mapping gives."""
    columns = ", ".join(f"{c.name} {_sqlite(c.type)}" for c in ERP.metadata.tables[table].columns)
    more = "ng_stredisko integer NOT NULL, ng_zdroj integer NOT NULL DEFAULT 1, ng_volno integer"
    engine = _engine(tmp_path, *_rebuilt(table, f"{columns}, {more}"))
    what = "must have a value, but the mapping does not fill it: inserts would fail"
    assert _found(engine) == [
        f"{table}.ng_stredisko: {what} - give the column a default, or map it"
    ]


def test_a_column_of_a_table_that_is_only_read_may_want_what_it_likes(tmp_path: Path) -> None:
    """NG-2: we add no contracts, and a key that counts up needs nothing from us."""
    needed = "ng_stredisko integer NOT NULL"
    columns = f"id integer PRIMARY KEY, ng_nazev varchar(250), {needed}"
    keyed = "pid bigint, ng_role bigint, ng_klic integer NOT NULL PRIMARY KEY, id bigint"
    engine = _engine(
        tmp_path, *_rebuilt("ng_typaktivity0", columns), *_rebuilt("ng_rozsahaktivity0", keyed)
    )
    assert _found(engine) == []


def test_a_missing_table_is_told_with_the_nearest(tmp_path: Path) -> None:
    """NG-2: a form that was named a little differently."""
    engine = _engine(tmp_path, "ALTER TABLE ng_objednavka0 RENAME TO ng_Objednavky0")
    assert _found(engine) == [
        "ng_objednavka0: there is no such table - the nearest there is ng_Objednavky0"
    ]


def test_a_missing_column_is_told_with_the_nearest(tmp_path: Path) -> None:
    """NG-2: a field that was named a little differently, and one that resembles none."""
    engine = _engine(
        tmp_path,
        "ALTER TABLE ng_aktivita0 RENAME COLUMN ng_predmet TO ng_predmety",
        *_rebuilt("ng_typaktivity0", "id integer, x varchar(250)"),
    )
    assert _found(engine) == [
        "ng_typaktivity0.ng_nazev: there is no such column - correct the mapping",
        "ng_aktivita0.ng_predmet: there is no such column - the nearest there is ng_predmety",
    ]


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ("id integer, ng_nazev integer", "ng_nazev: is INTEGER, which cannot hold text"),
        ("id integer, ng_nazev time", "ng_nazev: is TIME, which cannot hold text"),
        ("id integer, ng_nazev timestamp", "ng_nazev: is TIMESTAMP, which cannot hold text"),
        ("id integer, ng_nazev blob", "ng_nazev: is BLOB, which cannot hold text"),
        ("id varchar(36), ng_nazev varchar(250)", "id: is VARCHAR(36), which cannot hold a number"),
    ],
)
def test_a_column_of_another_type_is_told(tmp_path: Path, columns: str, problem: str) -> None:
    """NG-2: text meets text, moments moments, files files, numbers numbers."""
    engine = _engine(tmp_path, *_rebuilt("ng_typaktivity0", columns))
    assert _found(engine) == [f"ng_typaktivity0.{problem} - map another column"]


def test_a_moment_and_a_file_need_their_types(tmp_path: Path) -> None:
    """NG-2: a day alone loses the hour, a text is no file."""
    engine = _engine(
        tmp_path,
        *_rebuilt("ng_zakazanyemail0", "id integer, ng_email text, ng_typ text, ng_datum date"),
        "ALTER TABLE ng_priloha0 DROP COLUMN ng_obsah",
        "ALTER TABLE ng_priloha0 ADD COLUMN ng_obsah varchar(5)",
    )
    assert _found(engine) == [
        "ng_priloha0.ng_obsah: is VARCHAR(5), which cannot hold a file - map another column",
        "ng_zakazanyemail0.ng_datum: is DATE, which cannot hold a moment - map another column",
    ]


def test_a_text_column_that_is_too_short_is_told_with_the_line_to_write(tmp_path: Path) -> None:
    """NG-7: the remedy is what the mapping should say, and then the check is content."""
    columns = "id integer, ng_nazev varchar(40)"
    engine = _engine(tmp_path, *_rebuilt("ng_typaktivity0", columns))
    line = '{ name = "ng_nazev", length = 40 }'
    assert _found(engine) == [
        f"ng_typaktivity0.ng_nazev: holds only 40 characters - set {line} in the mapping"
    ]
    start = REFERENCE.index("[activity_type]")
    corrected = REFERENCE[start:].replace('"ng_nazev"', line, 1)
    file = tmp_path / "mapping.toml"
    file.write_text(REFERENCE[:start] + corrected, "utf-8")
    erp = ErpTables(load_mapping(file))
    assert _found(engine, erp) == []
    with write_transaction(engine) as connection:
        connection.execute(erp.table("activity_type").insert().values(name="x" * 99))
        assert connection.scalar(text("SELECT length(ng_nazev) FROM ng_typaktivity0")) == 40


def test_a_memo_with_a_limit_and_a_short_list_column_are_told(tmp_path: Path) -> None:
    """NG-7: the text of an activity, and e-mails in a table of their own, have limits, too."""
    engine = _engine(
        tmp_path,
        "ALTER TABLE ng_aktivita0 DROP COLUMN ng_html",
        "ALTER TABLE ng_aktivita0 ADD COLUMN ng_html varchar(4000)",
        *_rebuilt("ng_emailvztahu0", "id integer, pid bigint, ng_email varchar(100)"),
    )
    found = _found(engine)
    assert [one.partition(" - ")[0] for one in found] == [
        "ng_emailvztahu0.ng_email: holds only 100 characters",
        "ng_aktivita0.ng_html: holds only 4000 characters",
    ]


def test_stored_words_that_do_not_fit_are_told(tmp_path: Path) -> None:
    """NG-5: choices and text check boxes need room for their longest word."""
    file = tmp_path / "mapping.toml"
    changed = REFERENCE.replace("checked = 1\n", 'checked = "True"\n', 1)
    file.write_text(changed.replace("unchecked = 0", 'unchecked = "False"'), "utf-8")
    erp = ErpTables(load_mapping(file))
    columns = "id integer, loginname text, fullname text, email text, active varchar(4)"
    engine = _engine(
        tmp_path,
        *_rebuilt("susers", columns),
        "ALTER TABLE ng_aktivita0 DROP COLUMN ng_smer",
        "ALTER TABLE ng_aktivita0 ADD COLUMN ng_smer varchar(7)",
        erp=erp,
    )
    remedy = "map another column, or correct the stored words in the mapping"
    assert _found(engine, erp) == [
        f"susers.active: holds only 4 characters - {remedy}",
        f"ng_aktivita0.ng_smer: holds only 7 characters - {remedy}",
    ]
    assert "susers.active: is VARCHAR(4), which cannot hold a number - map another column" in (
        _found(engine)
    )


def test_own_tables_that_are_gone_or_changed_are_told(tmp_path: Path) -> None:
    """NG-8: the version alone says little if somebody removed a table."""
    engine = _engine(tmp_path, "DROP TABLE crm_effect", "ALTER TABLE crm_journal DROP COLUMN trace")
    assert [one.partition(":")[0] for one in _found(engine)] == ["crm_journal.trace", "crm_effect"]


def test_a_generator_that_cannot_be_is_told(tmp_path: Path) -> None:
    """NG-4: SQLite has none."""
    file = tmp_path / "mapping.toml"
    file.write_text(REFERENCE.replace('"identity"', '"generator:GEN"', 1), "utf-8")
    assert _found(_engine(tmp_path), ErpTables(load_mapping(file))) == [
        (
            "[ids] strategy: sqlite has no generators, so generator:GEN cannot work"
            " - use identity or max_plus_one"
        )
    ]


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    """F-40: inspection says so instead of listing every table as missing."""
    (tmp_path / "a.db").mkdir()
    with pytest.raises(TransientError, match="cannot be used now"):
        inspect_schema(open_database(f"sqlite:///{tmp_path / 'a.db'}"), ERP)


@pytest.mark.parametrize(
    ("real", "family"),
    [
        (String(5), String),
        (mssql.NTEXT(), String),
        (postgresql.CITEXT(), String),
        (DateTime(), DateTime),
        (mssql.DATETIME(), DateTime),
        (mssql.SMALLDATETIME(), DateTime),
        (LargeBinary(), LargeBinary),
        (mssql.IMAGE(), LargeBinary),
        (postgresql.BYTEA(), LargeBinary),
        (Integer(), Integer),
        (Numeric(18, 0), Integer),
        (Double(), Integer),
        (Boolean(), Integer),
        (mssql.BIT(), Integer),
        (Date(), None),
        (mssql.SQL_VARIANT(), None),
        (postgresql.UUID(), None),
        (NullType(), None),
    ],
)
def test_types_of_all_databases_have_their_family(
    real: TypeEngine[object], family: type[object] | None
) -> None:
    """NG-2: what a type is called differs, what it holds is compared."""
    assert _family(real) is family
