"""What `discover` proposes for databases like the reference's, and for others."""

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from services.operator.setup.discovery.discover import Discovered, discover
from services.operator.setup.discovery.matching import nearest
from services.operator.setup.discovery.names import Sure, known, known_names, match
from services.operator.setup.discovery.picture import FoundColumn, FoundTable, Picture
from services.operator.setup.discovery.proposal import propose
from services.operator.setup.discovery.vocabulary import known_records
from shared.errors import ConfigurationError
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.inspection import inspect_schema
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.mapping_model import NetGeniumMapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables

TEXT = files("shared.netgenium.schema").joinpath("reference.toml").read_text("utf-8")
REFERENCE = load_mapping(None)

ENGLISH = {
    "ng_obchodnivztah0": "ng_company1",
    "ng_kontakt0": "ng_contactperson1",
    "ng_zakazka0": "ng_contracts1",
    "ng_ukol0": "ng_task1",
    "ng_aktivita0": "ng_activity1",
    "ng_typaktivity0": "ng_activitytype1",
    "ng_priloha0": "ng_attachment1",
    "ng_objednavka0": "ng_orders1",
    "ng_resitelukolu0": "ng_tasksolver1",
    "ng_predmet": "ng_subject",
    "ng_nazev": "ng_name",
    "ng_odpovednaosoba": "ng_responsibleperson",
    "ng_prijmeni": "ng_surname",
    "ng_datumsplneni": "ng_completedon",
    "ng_typ": "ng_type",
}
ENDINGS = {
    "ng_obchodnivztah0": "ng_obchodnivztahy3",
    "ng_zakazka0": "ng_zakazky3",
    "ng_ukol0": "ng_ukoly3",
    "ng_aktivita0": "ng_aktivity3",
    "ng_priloha0": "ng_prilohy3",
    "ng_zakazanyemail0": "ng_zakazanemaily3",
    "ng_resitelukolu0": "ng_resiteleukolu3",
    "ng_uzavreno": "ng_uzavrena",
    "ng_soukrome": "ng_soukroma",
    "ng_prijmeni": "ng_prijmenie",
}
DIGITS = {name: f"{name[:-1]}27" for name in re.findall(r"ng_\w+0", TEXT)}


def _renamed(folder: Path, names: Mapping[str, str]) -> tuple[Engine, NetGeniumMapping]:
    """A database that fits the reference mapping with other names, and that mapping."""
    changed = re.sub(r'(?<=")\w+(?=")', lambda found: names.get(found[0], found[0]), TEXT)
    file = folder / "wanted.toml"
    file.write_text(changed, "utf-8")
    wanted = load_mapping(file)
    engine = open_database(f"sqlite:///{folder / 'a.db'}")
    create_reference_schema(engine, ErpTables(wanted))
    return engine, wanted


def _loaded(folder: Path, found: Discovered) -> NetGeniumMapping:
    file = folder / "found.toml"
    file.write_text(found.toml, "utf-8")
    return load_mapping(file)


def _made(folder: Path, *statements: str) -> Engine:
    engine = open_database(f"sqlite:///{folder / 'a.db'}")
    with write_transaction(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))
    return engine


def test_the_reference_schema_gives_the_reference_mapping(tmp_path: Path) -> None:
    """NG-2: every line is sure, and the file is the reference's equal."""
    engine, wanted = _renamed(tmp_path, {})
    found = discover(engine)
    assert found.lacking == ()
    assert _loaded(tmp_path, found) == wanted == REFERENCE
    assert Sure.GUESS not in found.toml
    assert Sure.SIMILAR not in found.toml


@pytest.mark.parametrize("names", [DIGITS, ENGLISH, ENDINGS], ids=["digits", "English", "endings"])
def test_a_renamed_copy_is_found_wholly(tmp_path: Path, names: Mapping[str, str]) -> None:
    """NG-2: other digits, English names and Czech ones with other endings; then `check` fits."""
    engine, wanted = _renamed(tmp_path, names)
    found = discover(engine)
    mapping = _loaded(tmp_path, found)
    assert mapping == wanted
    migrate(engine)
    assert inspect_schema(engine, ErpTables(mapping)) == []


def test_how_sure_a_line_is_stands_behind_it(tmp_path: Path) -> None:
    """NG-2: a person sees at once where to look."""
    names = {"ng_ukol0": "ng_task1", "ng_uzavreno": "ng_uzavrena"}
    lines = discover(_renamed(tmp_path, names)[0]).toml.splitlines()
    assert 'table = "ng_task1"  # known name' in lines
    assert 'columns.closed = "ng_uzavrena"  # similar name: check it' in lines
    assert 'columns.problem_id = "ng_problemid"  # exact name of the reference' in lines


def test_optional_records_and_fields_that_are_absent_are_left_out(tmp_path: Path) -> None:
    """NG-3: with a note, and the file still loads."""
    engine, _ = _renamed(tmp_path, {})
    with write_transaction(engine) as connection:
        connection.execute(text("DROP TABLE ng_prilezitost0"))
        connection.execute(text("ALTER TABLE ng_aktivita0 RENAME COLUMN ng_html TO ng_xyz"))
        connection.execute(text("ALTER TABLE ng_pozvanka0 RENAME COLUMN ng_uid TO ng_neznamo"))
        connection.execute(text("ALTER TABLE ng_pozvanka0 RENAME COLUMN ng_metoda TO ng_jinak"))
    found = discover(engine)
    mapping = _loaded(tmp_path, found)
    assert not {"opportunity", "invitation"} & set(mapping.entities)
    assert "html" not in mapping.entities["activity"].columns
    assert "# [opportunity] left out: no table found" in found.toml
    assert "# [invitation] left out: ng_pozvanka0 lacks uid, method" in found.toml
    assert '# not found, may be left out: columns.html = ""' in found.toml


def test_what_is_needed_and_not_found_stays_as_a_comment(tmp_path: Path) -> None:
    """NG-2: with the nearest candidates; the call can tell that the file is not complete."""
    engine, _ = _renamed(tmp_path, {})
    with write_transaction(engine) as connection:
        connection.execute(text("ALTER TABLE ng_typaktivity0 RENAME TO ng_typakt"))
        connection.execute(text("ALTER TABLE ng_ukol0 RENAME COLUMN ng_cislo TO ng_porcislo"))
        connection.execute(text("ALTER TABLE ng_ukol0 RENAME COLUMN ng_predmet TO ng_xyz"))
    found = discover(engine)
    assert set(found.lacking) == {"activity_type", "task.number", "task.subject"}
    assert "# NEEDED, not found: [activity_type]  # nearest: ng_typakt" in found.toml
    assert '# NEEDED, not found: columns.number = ""  # nearest: ng_porcislo' in found.toml
    with pytest.raises(ConfigurationError, match="activity_type"):
        _loaded(tmp_path, found)


def test_a_field_is_guessed_where_one_column_is_left(tmp_path: Path) -> None:
    """NG-2: a role has one number beside its key; system columns do not count."""
    engine = _made(
        tmp_path,
        "CREATE TABLE ng_role0 (id integer PRIMARY KEY, pform integer, ng_nazev varchar(250),"
        " ng_xyz integer)",
    )
    assert 'columns.parent = "ng_xyz"  # guess by type: check it' in discover(engine).toml


def test_short_columns_have_their_length(tmp_path: Path) -> None:
    """NG-7: `check` would want the same line."""
    engine = _made(
        tmp_path,
        "CREATE TABLE ng_kontakt0 (id integer PRIMARY KEY, pid integer, ng_prijmeni varchar(40),"
        " ng_email varchar(80), ng_email2 varchar(250))",
    )
    toml = discover(engine).toml
    assert 'columns.last_name = { name = "ng_prijmeni", length = 40 }' in toml
    columns = '{ columns = [{ name = "ng_email", length = 80 }, "ng_email2"] }'
    assert f"many.emails = {columns}  # known name" in toml


def test_a_relation_with_a_name_of_its_own_comes_before_pid(tmp_path: Path) -> None:
    """NG-2: every form has `pid`, so it says less than a column that is called a company."""
    engine = _made(
        tmp_path,
        "CREATE TABLE ng_kontakt0 (id integer PRIMARY KEY, pid integer, ng_firma integer,"
        " ng_prijmeni varchar(250))",
    )
    assert 'columns.relationship = "ng_firma"  # known name' in discover(engine).toml


def test_check_boxes_that_are_texts_are_seen(tmp_path: Path) -> None:
    """NG-5: by the columns that the boxes have."""
    engine = _made(
        tmp_path,
        "CREATE TABLE susers (id integer PRIMARY KEY, loginname text, fullname text,"
        " active varchar(5))",
    )
    toml = discover(engine).toml
    assert 'checked = "True"\nunchecked = "False"' in toml
    assert 'columns.active = "active"' in toml


def test_captions_of_forms_and_fields_help(tmp_path: Path) -> None:
    """NG-2: where the ERP's own lists say what `ng_f12` is."""
    engine = _made(
        tmp_path,
        "CREATE TABLE ng_f120 (id integer PRIMARY KEY, ng_c1 varchar(250), ng_c2 integer)",
        "CREATE TABLE stables (id integer PRIMARY KEY, tablename text, caption text)",
        "CREATE TABLE scolumns (id integer PRIMARY KEY, formid integer, columnname text,"
        " caption text)",
        "INSERT INTO stables VALUES (7, 'NG_F120', 'Role')",
        "INSERT INTO scolumns VALUES (1, 7, 'ng_c1', 'Název'), (2, 7, 'ng_c2', 'Nadřízená'),"
        " (3, 8, 'ng_c1', 'Something'), (4, NULL, NULL, NULL)",
    )
    toml = discover(engine).toml
    assert '[role]\ntable = "ng_f120"  # known caption in the ERP' in toml
    assert 'columns.name = "ng_c1"  # known caption in the ERP' in toml
    assert 'columns.parent = "ng_c2"  # known caption in the ERP' in toml


@pytest.mark.parametrize(
    "lists",
    [
        ["CREATE TABLE stables (x blob)"],
        ["CREATE TABLE stables (id integer, name text)", "CREATE TABLE scolumns (y text)"],
        [
            "CREATE TABLE stables (id integer, name text)",
            "CREATE TABLE scolumns (y text)",
            "INSERT INTO stables VALUES (1, 'ng_role0'), (NULL, NULL)",
            "INSERT INTO scolumns VALUES ('ng_nazev'), (NULL)",
        ],
    ],
)
def test_lists_of_the_erp_that_say_nothing_do_no_harm(tmp_path: Path, lists: list[str]) -> None:
    """NG-2: their columns are not documented."""
    role = "CREATE TABLE ng_role0 (id integer PRIMARY KEY, ng_nazev text, ng_nadrizena integer)"
    assert '[role]\ntable = "ng_role0"  # exact' in discover(_made(tmp_path, role, *lists)).toml


def _activity(*, counts_up: bool, generators: tuple[str, ...]) -> tuple[str, str]:
    key = FoundColumn("ID", "number", counts_up=counts_up)
    table = FoundTable("NG_AKTIVITA0", (key,), "ID")
    return propose(Picture({table.name: table}, generators)).ids


def test_how_ids_are_made_is_seen_by_the_key_and_the_generators() -> None:
    """NG-4: the database counts, a generator does, or nothing is known."""
    named = ("GEN_NG_AKTIVITA0_ID", "GEN_NG_UKOL0_ID")
    assert _activity(counts_up=True, generators=named)[0] == "identity"
    assert _activity(counts_up=False, generators=named)[0] == "generator:GEN_NG_AKTIVITA0_ID"
    assert _activity(counts_up=False, generators=("GEN_ID",))[0] == "generator:GEN_ID"
    assert _activity(counts_up=False, generators=("A", "B"))[0] == "max_plus_one"
    assert _activity(counts_up=False, generators=())[0] == "max_plus_one"


def test_names_that_no_mapping_can_have_are_passed_over(tmp_path: Path) -> None:
    """NG-2: a name with a line end must not get into the file."""
    engine = _made(
        tmp_path,
        'CREATE TABLE "ng_role\n[x]" (id integer)',
        'CREATE TABLE ng_role0 (id integer PRIMARY KEY, "ng_nazev\n[y]" text, ng_nadrizena int)',
    )
    toml = discover(engine).toml
    assert "[x]" not in toml
    assert "[y]" not in toml
    assert 'table = "ng_role0"' in toml


def test_an_empty_database_is_told(tmp_path: Path) -> None:
    """NG-2: our own tables are none of the ERP's."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    migrate(engine)
    with pytest.raises(ConfigurationError, match="no table"):
        discover(engine)


def test_every_record_and_field_has_known_names() -> None:
    """NG-2: the file of known names has each record and field of the catalogue, and no others."""
    _, document = known_names()
    for name, record in known_records().items():
        given = document[name]
        assert set(given["columns"]) == set(record.fields), name
        assert set(given.get("many", {})) == set(record.many), name
    assert set(document) == set(known_records())


@pytest.mark.parametrize(
    ("name", "sure"),
    [
        ("NG_Předmět", Sure.FOLDED),
        ("ng_predmet", Sure.EXACT),
        ("predmet12", Sure.FOLDED),
        ("ng_subject", Sure.FOLDED),
        ("ng_predmety", Sure.SIMILAR),
        ("ng_pre", None),
        ("ng_cena", None),
    ],
)
def test_names_match_folded(name: str, sure: Sure | None) -> None:
    """NG-2: prefix, diacritics, letter case and digits do not count."""
    found = match(known("ng_predmet", ["subject"]), name)
    assert (found.sure if found else None) == sure


def test_the_nearest_are_few_and_the_likest_comes_first() -> None:
    """NG-2: a comment that lists everything helps nobody."""
    existing = ["ng_cena", "ng_predmetx", "ng_predmety2", "ng_predme", "ng_predmo"]
    found = nearest(["predmet"], existing)
    assert len(found) == 3
    assert "ng_cena" not in found
