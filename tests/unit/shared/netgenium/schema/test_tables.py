"""The tables that a mapping makes: names, keys, types, indexes."""

from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Dialect, Index, LargeBinary, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from shared.netgenium.own.tables import OWN
from shared.netgenium.schema.catalogue import CATALOGUE, Field, Many, writing_order
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.tables import NAME_LENGTH, ErpTables, ManyColumns, ManyTable
from shared.netgenium.schema.types import CheckBox, CutText

REFERENCE = files("shared.netgenium.schema").joinpath("reference.toml").read_text("utf-8")
DIALECTS = tuple(
    make_url(url).get_dialect()() for url in ("sqlite://", "postgresql://", "mssql+pyodbc://")
)


def _changed(folder: Path, *changes: tuple[str, str]) -> ErpTables:
    text = REFERENCE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "mapping.toml"
    file.write_text(text, "utf-8")
    return ErpTables(load_mapping(file))


def _indexes(tables: ErpTables) -> list[Index]:
    every = (*tables.metadata.tables.values(), *OWN.tables.values())
    return [index for table in every for index in table.indexes]


def test_every_field_of_the_catalogue_is_found_by_our_name() -> None:
    """NG-1: statements use our names, whatever the columns are called."""
    tables = ErpTables(load_mapping(None))
    for name, entity in CATALOGUE.items():
        assert tables.has(name)
        assert set(entity.fields) <= set(tables.table(name).c.keys())
        assert all(tables.has(name, field) for field in (*entity.fields, *entity.many))
    assert tables.table("activity").c.subject.name == "ng_predmet"
    assert tables.table("activity").name == "ng_aktivita0"


def test_several_values_lie_in_columns_or_in_a_table() -> None:
    """NG-1: the mapping says which."""
    tables = ErpTables(load_mapping(None))
    emails, roles = tables.many("user", "emails"), tables.many("user", "roles")
    assert isinstance(emails, ManyColumns)
    assert isinstance(roles, ManyTable)
    assert [column.name for column in emails.columns] == ["email"]
    assert (roles.table.c.owner.name, roles.table.c.value.name) == ("ng_uzivatel", "ng_role")


def test_an_alternative_mapping_makes_other_tables(tmp_path: Path) -> None:
    """NG-1: other names, e-mails in several columns, a list without id, text check boxes."""
    tables = _changed(
        tmp_path,
        ('table = "susers"', 'table = "People"'),
        ('columns = { login = "loginname"', 'id = "person_no"\ncolumns = { login = "nick"'),
        ('["email"]', '["mail1", "mail2", { name = "name", length = 80 }]'),
        (', value = "ng_role", id = "id" }\n\n[role]', ', value = "ng_role" }\n\n[role]'),
        ("checked = 1\n", 'checked = "True"\n'),
        ("unchecked = 0\n", 'unchecked = "False"\n'),
    )
    user, emails = tables.table("user"), tables.many("user", "emails")
    assert user.name == "People"
    assert user.c.id.name == "person_no"
    assert user.c.login.name == "nick"
    assert isinstance(emails, ManyColumns)
    # A column may have the name that is our key of another field.
    assert [column.name for column in emails.columns] == ["mail1", "mail2", "name"]
    assert user.c.name.name == "fullname"
    assert isinstance(emails.columns[2].type, CutText)
    assert emails.columns[2].type.length == 80
    roles = tables.many("user", "roles")
    assert isinstance(roles, ManyTable)
    assert "id" not in roles.table.c
    ddl = str(CreateTable(user).compile(dialect=DIALECTS[0]))
    assert "active VARCHAR(10)" in ddl


def test_an_installation_without_optional_records_works(tmp_path: Path) -> None:
    """NG-3: what is not mapped is simply not there."""
    cut = REFERENCE[: REFERENCE.index("[order]")] + REFERENCE[REFERENCE.index("[task]") :]
    file = tmp_path / "mapping.toml"
    file.write_text(cut.replace('order = "ng_objednavka", ', ""), "utf-8")
    tables = ErpTables(load_mapping(file))
    assert not tables.has("order")
    assert not tables.has("order", "number")
    assert not tables.has("activity", "order")
    assert tables.has("activity", "contract")
    with pytest.raises(KeyError):
        tables.table("order")


def test_kinds_of_the_catalogue_become_types() -> None:
    """NG-1: ids have 64 bits, files are bytes, a memo has no limit unless the mapping gives one."""
    tables = ErpTables(load_mapping(None))
    activity, attachment = tables.table("activity").c, tables.table("attachment").c
    assert isinstance(activity.contact.type, BigInteger)
    assert isinstance(activity.text.type, CutText)
    assert activity.text.type.length is None
    assert isinstance(activity.private.type, CheckBox)
    assert isinstance(attachment.content.type, LargeBinary)


def test_a_memo_in_a_limited_column_is_cut_too(tmp_path: Path) -> None:
    """NG-7: an installation may keep the text of an activity in a column with a limit."""
    tables = _changed(tmp_path, ('html = "ng_html"', 'html = { name = "ng_html", length = 4000 }'))
    html = tables.table("activity").c.html.type
    assert isinstance(html, CutText)
    assert html.length == 4000


def test_names_fit_the_strictest_database() -> None:
    """NG-9: Firebird 3 takes names of at most 31 characters: tables, columns, indexes."""
    tables = ErpTables(load_mapping(None))
    names = [str(index.name) for index in _indexes(tables)]
    for metadata in (tables.metadata, OWN):
        for table in metadata.tables.values():
            names += [table.name, *(column.name for column in table.columns)]
    assert [name for name in names if len(name) > NAME_LENGTH] == []


def test_index_names_are_unique_in_the_schema() -> None:
    """NG-9: PostgreSQL wants index names unique, and different from tables."""
    tables = ErpTables(load_mapping(None))
    names = Counter(str(index.name) for index in _indexes(tables))
    assert [name for name, count in names.items() if count > 1] == []
    assert not names.keys() & {*tables.metadata.tables, *OWN.tables}


def test_index_names_stay_unique_and_short_for_long_names(tmp_path: Path) -> None:
    """NG-9: names that agree in their first and last characters give different indexes."""
    long = "ng_" + "x" * 50
    tables = _changed(
        tmp_path,
        ('table = "ng_emailvztahu0"', f'table = "{long}_one0"'),
        ('table = "ng_emailkontaktu0"', f'table = "{long}_two0"'),
    )
    names = [str(index.name) for index in _indexes(tables)]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= NAME_LENGTH


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_schema_compiles_for_every_database(dialect: Dialect) -> None:
    """NG-9: tables and indexes of the reference can be written for each supported database."""
    tables = ErpTables(load_mapping(None))
    for table in (*tables.metadata.tables.values(), *OWN.tables.values()):
        assert f"CREATE TABLE {table.name}" in str(CreateTable(table).compile(dialect=dialect))
    for index in _indexes(tables):
        assert f"CREATE INDEX {index.name}" in str(CreateIndex(index).compile(dialect=dialect))


def test_look_ups_have_indexes() -> None:
    """NG-1: numbers, e-mails, domains and message ids are looked up for each mail."""
    tables = ErpTables(load_mapping(None))
    indexed = {
        str(index.expressions[0].compile(dialect=sqlite.dialect()))  # type: ignore[union-attr]
        for index in _indexes(tables)
    }
    blanks = "' ' || char(9, 10, 13, 160)"
    assert f"lower(trim(susers.email, {blanks}))" in indexed
    assert f"lower(trim(ng_emailkontaktu0.ng_email, {blanks}))" in indexed
    assert f"lower(trim(ng_zakazanyemail0.ng_email, {blanks}))" in indexed
    assert f"trim(ng_zakazka0.ng_cislo, {blanks})" in indexed
    assert {"ng_aktivita0.ng_messageid", "ng_ukol0.ng_problemid"} <= indexed


def test_only_what_an_installation_has_is_written() -> None:
    """NG-1: fields with one value and with several, in columns or in a table of their own."""
    tables = ErpTables(load_mapping(None))

    values = {"subject": "a", "scope": [1], "colour": "red"}
    assert tables.mapped("activity", values) == {"subject": "a", "scope": [1]}
    assert tables.mapped("user", {"emails": ["a@b.cz"]}) == {"emails": ["a@b.cz"]}
    assert tables.mapped("planet", {"name": "Mars"}) == {}


def test_each_kind_of_record_is_written_after_those_it_refers_to() -> None:
    """NG-1: every reference names its kind of record, and the order follows from them."""
    order = writing_order()

    assert sorted(order) == sorted(CATALOGUE)
    for name, entity in CATALOGUE.items():
        fields: tuple[Field | Many, ...] = (*entity.fields.values(), *entity.many.values())
        for one in fields:
            kind = one.kind if isinstance(one, Field) else one.of
            assert (kind == "reference") == (one.to is not None)
            assert one.to in {None, name} or order.index(str(one.to)) < order.index(name)
