"""Who may do what in the database: the table of rights, and its statements."""

import re
from pathlib import Path

import pytest

from services.operator.setup.grants_sql import DIALECTS, GrantDialect, grants_sql, statements
from shared.netgenium.own.calendar_tables import CALENDAR_TABLES
from shared.netgenium.own.schema_state import VERSION_TABLE
from shared.netgenium.own.tables import OWN
from shared.netgenium.schema.grants import ROLES, Grant, granted, inserted_tables
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.mapping_model import InColumns, NetGeniumMapping
from shared.netgenium.schema.tables import ErpTables

REFERENCE = load_mapping(None)
ERP_TABLES = set(ErpTables(REFERENCE).metadata.tables)
GRANTS = list(granted(REFERENCE))
SHIPPED = Path(__file__).parents[5] / "deploy" / "grants"
ASSIGNED = ("ng_zakazka", "ng_objednavka", "ng_ukol", "ng_prilezitost")
"""What an activity is assigned to."""


def _may(role: str, privilege: str) -> dict[str, tuple[str, ...]]:
    """Tables with their columns."""
    return {g.table: g.columns for g in GRANTS if (g.role, g.privilege) == (role, privilege)}


def _with(**changes: object) -> NetGeniumMapping:
    return REFERENCE.model_copy(update=changes)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_shipped_files_are_what_the_command_prints(dialect: GrantDialect) -> None:
    """NG-8: deploy/grants is the output for the reference mapping."""
    assert (SHIPPED / f"{dialect}.sql").read_text("utf-8") == grants_sql(dialect, REFERENCE)


def test_the_classifier_only_reads() -> None:
    """NG-8: whoever breaks into the classifier changes nothing, and reads no files."""
    assert {g.privilege for g in GRANTS if g.role == "crm_classifier"} == {"SELECT"}
    read = _may("crm_classifier", "SELECT")
    assert {"susers", "ng_emailkontaktu0", "crm_journal", "crm_identification_key"} <= set(read)
    assert not {"ng_priloha0", "crm_change", "crm_lock"} & set(read)


def test_the_writer_adds_what_mails_make_and_deletes_nothing() -> None:
    """NG-8: rows are added to activities, tasks and what belongs to them, and to our tables."""
    assert _may("crm_writer", "DELETE") == {}
    assert set(_may("crm_writer", "SELECT")) == {*ERP_TABLES, *OWN.tables, VERSION_TABLE}
    assert set(_may("crm_writer", "INSERT")) - set(OWN.tables) == inserted_tables(REFERENCE)
    assert inserted_tables(REFERENCE) == {
        "ng_kontakt0",
        "ng_emailkontaktu0",
        "ng_aktivita0",
        "ng_rozsahaktivity0",
        "ng_dalsikontakt0",
        "ng_ukol0",
        "ng_resitelukolu0",
        "ng_sledujicukolu0",
        "ng_komentarukolu0",
        "ng_priloha0",
        "ng_pozvanka0",
        "ng_zakazanyemail0",
        *("ng_obchodnivztah0", "ng_emailvztahu0", "ng_domenavztahu0"),
    }


def test_the_writer_changes_marks_tasks_and_invitations_only() -> None:
    """NG-8: of an activity what it is assigned to; of people and firms marks and names (E-4)."""
    changed = _may("crm_writer", "UPDATE")
    marks = ("ng_povolitemaily", "ng_povolithromadne", "ng_nefunkcniemail")
    assert set(changed) - set(OWN.tables) == {
        "ng_obchodnivztah0",
        "ng_kontakt0",
        "ng_ukol0",
        "ng_pozvanka0",
        "ng_aktivita0",
    }
    assert changed["ng_aktivita0"] == ASSIGNED
    assert changed["ng_kontakt0"] == ("pid", "ng_jmeno", "ng_prijmeni", *marks)
    assert changed["ng_obchodnivztah0"] == ("ng_nazev", *marks)
    assert "ng_stav" in changed["ng_ukol0"]
    assert "id" not in changed["ng_ukol0"]


def test_nobody_changes_what_has_happened() -> None:
    """O-2: the timeline is only added to, by the writer and by who undoes."""
    granted_on = {(g.role, g.privilege) for g in GRANTS if g.table == "crm_event"}
    assert granted_on == {
        (role, privilege)
        for role in ("crm_writer", "crm_operator")
        for privilege in ("SELECT", "INSERT")
    }


def test_the_operator_undoes_and_no_more() -> None:
    """NG-8, S-7: forbidden addresses, tasks, solvers, marks, counts, links; what is held."""
    undone = {"ng_zakazanyemail0", "ng_ukol0", "ng_resitelukolu0", "ng_sledujicukolu0"}
    assert set(_may("crm_operator", "DELETE")) == {*undone, "crm_soft_bounce"}
    assert set(_may("crm_operator", "INSERT")) == {
        *undone,
        "crm_change",
        "crm_event",
        "crm_lock",
        "crm_soft_bounce",
    }
    changed = _may("crm_operator", "UPDATE")
    assert set(changed) == {*undone, "ng_aktivita0", "ng_kontakt0", "ng_obchodnivztah0"} | {
        "crm_calendar_item",
        "crm_change",
        "crm_held_mark",
        "crm_lock",
        "crm_outbox",
    }
    assert changed["ng_aktivita0"] == ("ng_kontakt", "ng_obchodnivztah", *ASSIGNED)
    assert changed["ng_resitelukolu0"] == ()


def test_the_calendar_deletes_activities_and_reads_no_mail() -> None:
    """NG-8: it changes activities, whose files may hang on another one, and its own tables."""
    calendar = {table.name for table in CALENDAR_TABLES}
    assert set(_may("crm_calsync", "DELETE")) == {
        *("ng_aktivita0", "ng_rozsahaktivity0", "ng_dalsikontakt0"),
        *(calendar - {"crm_calendar_write"}),
    }
    assert _may("crm_calsync", "UPDATE")["ng_priloha0"] == ("pid",)
    read = _may("crm_calsync", "SELECT")
    assert "crm_journal" not in read
    assert read["crm_outbox"] == ("outbox_id",)
    for role in ("crm_classifier", "crm_writer"):
        assert not calendar & set(_may(role, "INSERT"))
    assert not calendar & set(_may("crm_classifier", "SELECT"))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nobody_may_change_the_schema(dialect: GrantDialect) -> None:
    """NG-8: the statements make roles and grant rights on rows, nothing else."""
    words = {"SELECT", "INSERT", "UPDATE", "DELETE", "VIEW DEFINITION"}
    for one in statements(dialect, REFERENCE):
        if found := re.fullmatch(r"GRANT (.+?) ON \S+ TO .+;", one):
            privileges = re.sub(r" \(.*?\)", "", found[1]).split(", ")
            assert set(privileges) <= words
        else:
            assert re.search("CREATE ROLE|GRANT USAGE ON SEQUENCE|^REVOKE SELECT ON", one)


def test_optional_fields_that_an_installation_lacks_are_left_out() -> None:
    """NG-3: of a contact with a name alone, no mark is changed; rules may add one (C-2)."""
    contact = REFERENCE.entities["contact"]
    lacks = contact.model_copy(update={"columns": {"last_name": "ng_prijmeni"}})
    entities = {**REFERENCE.entities, "contact": lacks}
    found = [g for g in granted(_with(entities=entities)) if g.table == contact.table]
    changed = {(g.role, g.columns) for g in found if g.privilege == "UPDATE"}
    assert changed == {(role, ("ng_prijmeni",)) for role in ("crm_writer", "crm_operator")}
    assert [g.role for g in found if g.privilege == "INSERT"] == ["crm_writer"]
    assert [g for g in found if g.privilege == "DELETE"] == []


def test_several_values_in_columns_are_changed_with_their_record() -> None:
    """NG-8: solvers that stand in columns of the task."""
    task = REFERENCE.entities["task"]
    solvers = {"solvers": InColumns(columns=("ng_resitel1", "ng_resitel2"))}
    entities = {**REFERENCE.entities, "task": task.model_copy(update={"many": solvers})}
    found = [g for g in granted(_with(entities=entities)) if g.table == task.table]
    (update,) = [g for g in found if (g.role, g.privilege) == ("crm_writer", "UPDATE")]
    assert update.columns[-2:] == ("ng_resitel1", "ng_resitel2")


@pytest.mark.parametrize(
    ("dialect", "statement"),
    [
        ("postgresql", 'GRANT USAGE ON SEQUENCE "gen_id" TO "crm_writer";'),
        ("firebird", 'GRANT USAGE ON GENERATOR "GEN_ID" TO ROLE "CRM_WRITER";'),
        ("mssql", "GRANT UPDATE ON [gen_id] TO [crm_writer];"),
    ],
)
def test_a_generator_may_be_used_by_who_adds_rows(dialect: GrantDialect, statement: str) -> None:
    """NG-4: whoever adds rows needs their ids: the writer, and the calendar."""
    ids = REFERENCE.ids.model_copy(update={"strategy": "generator:gen_id"})
    calendars = statement.replace("writer", "calsync").replace("WRITER", "CALSYNC")
    assert list(statements(dialect, _with(ids=ids)))[-2:] == [statement, calendars]


@pytest.mark.parametrize(
    ("dialect", "statement"),
    [
        ("postgresql", 'GRANT UPDATE ("ng_Ukol") ON "ng_Aktivita0" TO "crm_operator";'),
        ("firebird", 'GRANT UPDATE ("ng_Ukol") ON "ng_Aktivita0" TO ROLE "CRM_OPERATOR";'),
        ("mssql", "GRANT UPDATE ([ng_Ukol]) ON [ng_Aktivita0] TO [crm_operator];"),
    ],
)
def test_names_are_quoted_as_the_database_does(dialect: GrantDialect, statement: str) -> None:
    """NG-9: a name with capitals is meant as it stands."""
    activity = REFERENCE.entities["activity"].model_copy(
        update={"table": "ng_Aktivita0", "columns": {"task": "ng_Ukol"}}
    )
    assert statement in statements(dialect, _with(entities={"activity": activity}))


def test_every_record_and_own_table_of_the_roles_exists() -> None:
    """NG-8: a right on a record that nobody knows would be lost silently."""
    for rights in ROLES.values():
        assert set(rights.records) <= set(REFERENCE.entities)
        assert set(rights.own) <= {*OWN.tables, VERSION_TABLE}
    linked = ("ng_kontakt", "ng_obchodnivztah", *ASSIGNED)
    assert Grant("crm_operator", "UPDATE", "ng_aktivita0", linked) in GRANTS
