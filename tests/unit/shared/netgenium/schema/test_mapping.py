"""The mapping file: what it must hold, and how each mistake in it is told."""

from importlib.resources import files
from pathlib import Path

import pytest

from shared.errors import ConfigurationError
from shared.netgenium.schema.catalogue import CATALOGUE
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.mapping_model import NetGeniumMapping, SizedColumn

REFERENCE = files("shared.netgenium.schema").joinpath("reference.toml").read_text("utf-8")


def _load(folder: Path, *changes: tuple[str, str]) -> NetGeniumMapping:
    """The reference mapping with `changes`, each of which must change something."""
    text = REFERENCE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "mapping.toml"
    file.write_text(text, "utf-8")
    return load_mapping(file)


def _problems(folder: Path, *changes: tuple[str, str]) -> list[str]:
    """What is wrong with the changed mapping, without the file's name."""
    with pytest.raises(ConfigurationError) as caught:
        _load(folder, *changes)
    prefix = str(folder / "mapping.toml")
    return [str(problem).removeprefix(prefix).strip() for problem in caught.value.problems]


def test_the_reference_mapping_names_every_record_and_field() -> None:
    """NG-1: the reference mapping holds the whole catalogue."""
    mapping = load_mapping(None)
    assert set(mapping.entities) == set(CATALOGUE)
    for name, entity in CATALOGUE.items():
        assert set(mapping.entities[name].columns) == set(entity.fields)
        assert set(mapping.entities[name].many) == set(entity.many)


def test_the_reference_names_follow_the_vendors_rule() -> None:
    """NG-1: a form table is ng_<name>0, and every name is in lower case without diacritics."""
    for entity in load_mapping(None).entities.values():
        assert entity.table == "susers" or (
            entity.table.startswith("ng_") and entity.table.endswith("0")
        )
        assert entity.table == entity.table.lower()
        assert entity.table.isascii()


def test_a_copy_of_the_reference_loads_as_the_same_mapping(tmp_path: Path) -> None:
    """NG-1: an installation may begin with a copy, also one that an editor gave a BOM."""
    assert _load(tmp_path) == load_mapping(None)
    (tmp_path / "bom.toml").write_text("\ufeff" + REFERENCE, "utf-8")
    assert load_mapping(tmp_path / "bom.toml") == load_mapping(None)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[task]\n", "[tsk]\n", "[tsk]: there is no record tsk - did you mean task?"),
        ("[ids]\n", "[idz]\n", "[idz]: there is no record idz - did you mean ids?"),
        (
            '{ login = "loginname"',
            '{ logn = "loginname"',
            "[user] columns.logn: there is no field logn - did you mean login?",
        ),
        (
            "many.team =",
            "many.teams =",
            "[contract] many.teams: there is no field teams - did you mean team?",
        ),
        (
            '{ login = "loginname"',
            '{ emails = "email", login = "loginname"',
            "[user] columns.emails: there is no field emails - it stands under many",
        ),
        (
            'table = "susers"',
            'tabel = "susers"',
            "[user]: there is no key tabel - did you mean table?",
        ),
        (
            'strategy = "identity"',
            'stategy = "identity"',
            "[ids]: there is no key stategy - did you mean strategy?",
        ),
        (
            '"activity.direction" =',
            '"activity.direktion" =',
            (
                '[choices] "activity.direktion": there is no choice activity.direktion'
                " - did you mean activity.direction?"
            ),
        ),
        (
            "{ incoming =",
            "{ incomming =",
            '[choices] "activity.direction": there is no value incomming - did you mean incoming?',
        ),
        (
            '"activity.direction" =',
            '"task.status" = { newest = "Nový" }\n"activity.direction" =',
            '[choices] "task.status": there is no value newest - did you mean new?',
        ),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    """NG-1: a name that the program does not know is an error that names the nearest."""
    assert problem in _problems(tmp_path, (old, new))


def test_a_name_that_resembles_none_is_told_with_all_known(tmp_path: Path) -> None:
    """NG-1: where no name is near, the known ones are listed."""
    problems = _problems(tmp_path, ("[activity_type]", "[xyzzy]"))
    assert any(
        "[xyzzy]: there is no record xyzzy - known are user, role" in one for one in problems
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'columns = { login = "loginname", name',
            "columns = { name",
            "[user]: the field login is missing - add its column",
        ),
        (
            'many.emails = { columns = ["email"] }\n',
            "",
            "[user]: the field many.emails is missing - add its column",
        ),
        (
            '{ incoming = "Příchozí", ',
            "{ ",
            '[choices] "activity.direction": the value incoming is missing - say how it is stored',
        ),
        (
            'content = "ng_obsah", ',
            "",
            (
                "[attachment]: the field content is missing"
                " - the strategy table of [attachments] needs it"
            ),
        ),
        (
            "schema_version = 1",
            "",
            "[schema_version]: is missing - add schema_version = 1 at the top",
        ),
        ('table = "susers"\n', "", "[user] table: is missing - add it"),
        (', value = "ng_role"', "", "[user] many.roles.value: is missing - add it"),
    ],
)
def test_what_is_mandatory_and_missing_is_told(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    """NG-2: a mapping without something mandatory is refused before anything runs."""
    assert _problems(tmp_path, (old, new)) == [problem]


def test_a_missing_mandatory_record_is_told(tmp_path: Path) -> None:
    """NG-2: the whole record may be missing."""
    section = REFERENCE[REFERENCE.index("[activity_type]") : REFERENCE.index("[activity]")]
    assert _problems(tmp_path, (section, "")) == [
        (
            "[activity_type]: the record is missing"
            " - add its table and columns; the reference mapping shows how"
        )
    ]


def test_the_directory_strategy_needs_the_path(tmp_path: Path) -> None:
    """NG-6: files in a directory need a column for their path."""
    changes = (('strategy = "table"', 'strategy = "directory"'), (', path = "ng_cesta"', ""))
    assert _problems(tmp_path, *changes) == [
        "[attachment]: the field path is missing - the strategy directory of [attachments] needs it"
    ]


def test_optional_records_and_fields_may_be_left_out(tmp_path: Path) -> None:
    """NG-3: an installation without opportunities, orders and forbidden e-mails has a mapping."""
    text = REFERENCE
    for name, following in (("order", "opportunity"), ("opportunity", "task")):
        text = text[: text.index(f"[{name}]")] + text[text.index(f"[{following}]") :]
    text = text[: text.index("[forbidden_email]")]
    text = text.replace('order = "ng_objednavka", ', "").replace('html = "ng_html", ', "")
    text = text.replace('"forbidden_email.type"', '# "forbidden_email.type"')
    file = tmp_path / "small.toml"
    file.write_text(text, "utf-8")
    mapping = load_mapping(file)
    assert not {"order", "opportunity", "forbidden_email"} & mapping.entities.keys()
    assert "html" not in mapping.entities["activity"].columns


@pytest.mark.parametrize("strategy", ["identity", "max_plus_one", "generator:GEN_NG_AKTIVITA0"])
def test_the_id_strategies_are_known(tmp_path: Path, strategy: str) -> None:
    """NG-4: there are three strategies."""
    mapping = _load(tmp_path, ('strategy = "identity"', f'strategy = "{strategy}"'))
    assert mapping.ids.strategy == strategy


@pytest.mark.parametrize(
    "strategy",
    ["uuid", "generator", "generator:", "generator:a b", "generator:x;--", "generator:ž"],
)
def test_a_bad_id_strategy_is_told(tmp_path: Path, strategy: str) -> None:
    """NG-4: anything else is refused, a generator's name must be a plain name."""
    assert _problems(tmp_path, ('strategy = "identity"', f'strategy = "{strategy}"')) == [
        (
            "[ids] strategy: is no strategy"
            " - known are identity, max_plus_one and generator:<name of a sequence>"
        )
    ]


@pytest.mark.parametrize(
    "pair", [("1", "1"), ("1", '"False"'), ('"True"', '"True"'), ('"True"', "0"), ('""', '""')]
)
def test_a_check_box_needs_two_values_of_one_kind(tmp_path: Path, pair: tuple[str, str]) -> None:
    """NG-5: a pair that cannot be told apart is refused."""
    changes = (
        ("\nchecked = 1", f"\nchecked = {pair[0]}"),
        ("unchecked = 0", f"unchecked = {pair[1]}"),
    )
    [problem] = _problems(tmp_path, *changes)
    assert problem.startswith("[check_box]: checked and unchecked must be two different numbers")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '"Europe/Prague"',
            '"Europe/Prag"',
            "[time] zone: there is no zone Europe/Prag - did you mean Europe/Prague?",
        ),
        (
            '"Europe/Prague"',
            '"../../etc/passwd"',
            (
                "[time] zone: there is no zone ../../etc/passwd"
                " - give an IANA name such as Europe/Prague"
            ),
        ),
        (
            'strategy = "table"',
            'strategy = "ftp"',
            "[attachments] strategy: is no known value - known are 'table' or 'directory'",
        ),
        (
            "schema_version = 1",
            "schema_version = 2",
            "[schema_version]: is a version that this program does not read - it reads 1",
        ),
        (
            'login = "loginname"',
            'login = { name = "loginname", length = 0 }',
            "[user] columns.login.length: is too small - give the characters that the column holds",
        ),
        (
            'login = "loginname"',
            'login = { name = "loginname" }',
            "[user] columns.login.length: is missing - add it",
        ),
        (
            'login = "loginname"',
            'login = { nam = "loginname", length = 50 }',
            "[user] columns.login: there is no key nam - did you mean name?",
        ),
        (
            'login = "loginname"',
            "login = 5",
            "[user] columns.login: is no text - write it in quotes",
        ),
        (
            'active = "active"',
            'active = { name = "active", length = 5 }',
            (
                "[user] columns.active: has a length, but holds no free text"
                " - give the column's name alone"
            ),
        ),
        (
            '["email"]',
            "[]",
            "[user] many.emails.columns: is empty - name at least one",
        ),
        (
            '{ columns = ["email"] }',
            '"email"',
            "[user] many.emails: is no table - write it as { key = value }",
        ),
        (
            '"fullname"',
            '"LoginName"',
            "[user]: the column loginname is mapped twice - map each column once",
        ),
        ('["email"]', '["id"]', "[user]: the column id is mapped twice - map each column once"),
        (
            'owner = "ng_uzivatel", value = "ng_role"',
            'owner = "ng_role", value = "ng_role"',
            "[user] many.roles: the column ng_role is mapped twice - map each column once",
        ),
        ("ng_kontakt0", "NG_UKOL0", ": the table ng_ukol0 is mapped twice - map each table once"),
        (
            "ng_kontakt0",
            "crm_journal",
            (
                ": the table crm_journal has the prefix of CRMService's own tables"
                " - map a table of the ERP"
            ),
        ),
        (
            'outgoing = "Odchozí"',
            'outgoing = "Příchozí"',
            (
                '[choices] "activity.direction": two values are stored as Příchozí'
                " - give each its own word"
            ),
        ),
        (
            'outgoing = "Odchozí"',
            'outgoing = ""',
            (
                '[choices] "activity.direction": a stored word is empty or longer than 50'
                " characters - give the word that the ERP stores"
            ),
        ),
    ],
)
def test_a_value_that_cannot_be_is_told_in_words(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    """NG-2: each mistake is one line that says where, what, and what to do."""
    assert problem in _problems(tmp_path, (old, new))


@pytest.mark.parametrize(
    "folder", ["/etc", "../x", "a/../../x", r"C:\\x", r"\\\\host\\x", "", "C:x"]
)
def test_attachments_stay_below_the_erp_directory(tmp_path: Path, folder: str) -> None:
    """NG-6: a folder that leaves the ERP directory is refused."""
    [problem] = _problems(tmp_path, ('"Files/CRMService"', f'"{folder}"'))
    assert problem.startswith("[attachments] folder: is no folder below the ERP directory")


def test_a_path_of_an_attachment_is_never_cut(tmp_path: Path) -> None:
    """NG-6: a cut path finds no file, so a column that is too short is refused."""
    directory = ('strategy = "table"', 'strategy = "directory"')
    short = ('path = "ng_cesta"', 'path = { name = "ng_cesta", length = 115 }')
    assert _problems(tmp_path, directory, short) == [
        (
            "[attachment] columns.path: holds 115 characters, and paths below the folder need"
            " up to 116 - map a longer column, or shorten the folder"
        )
    ]
    assert _load(tmp_path, short).attachments.strategy == "table"
    enough = _load(tmp_path, directory, (short[0], short[1].replace("115", "116")))
    assert enough.entities["attachment"].columns["path"] == SizedColumn(name="ng_cesta", length=116)


@pytest.mark.parametrize(
    "name",
    ["susers; DROP TABLE susers", "a--", "a b", "a'b", "a.b", "1a", "", "x" * 64, "užív", "a\\n"],
)
def test_a_name_that_could_be_more_than_a_name_is_refused(tmp_path: Path, name: str) -> None:
    """NG-1: names go into statements, so nothing but plain names passes, and none is repeated."""
    said = "is no name of a table or column"
    for place, key in (('table = "susers"', "table"), ('login = "loginname"', "login")):
        [problem] = _problems(tmp_path, (place, f'{key} = "{name}"'))
        assert said in problem
        assert "DROP" not in problem
    for place, key in (('owner = "ng_uzivatel"', "owner"), ('value = "ng_role"', "value")):
        assert said in _problems(tmp_path, (place, f'{key} = "{name}"'))[0]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """NG-2: one round of corrections is enough for mistakes of one kind."""
    problems = _problems(
        tmp_path,
        ('strategy = "identity"', 'strategy = "uuid"'),
        ('table = "susers"', 'table = "a b"'),
        ("[task_comment]", "[task_coment]"),
        ("many.solvers", "many.solver"),
    )
    assert len(problems) == 4
    assert len({problem.split(":")[0] for problem in problems}) == 4


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """NG-2: a wrong path, a folder, and a file that is no TOML or no text are told in words."""
    (tmp_path / "bad.toml").write_text("[user\n", "utf-8")
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000, "utf-8")
    (tmp_path / "latin.toml").write_bytes("# Příchozí".encode("cp1250"))
    said = {
        tmp_path / "none.toml": "cannot be read: No such file or directory",
        tmp_path: "cannot be read: Is a directory",
        tmp_path / "bad.toml": "is not TOML: ",
        tmp_path / "latin.toml": "is not UTF-8: ",
        tmp_path / "deep.toml": "is nested too deeply",
    }
    for path, what in said.items():
        with pytest.raises(ConfigurationError) as caught:
            load_mapping(path)
        [problem] = caught.value.problems
        assert problem.where == str(path)
        assert problem.what.startswith(what)


def test_an_empty_file_lists_everything_that_it_lacks(tmp_path: Path) -> None:
    """NG-2: an empty file is no mapping, nor is one with its version alone."""
    (tmp_path / "mapping.toml").write_text("", "utf-8")
    with pytest.raises(ConfigurationError, match="schema_version = 1"):
        load_mapping(tmp_path / "mapping.toml")
    (tmp_path / "mapping.toml").write_text("schema_version = 1", "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_mapping(tmp_path / "mapping.toml")
    mandatory = [name for name, entity in CATALOGUE.items() if not entity.optional]
    assert [problem.where.split()[-1] for problem in caught.value.problems] == [
        f"[{name}]" for name in mandatory
    ]


def test_a_length_may_be_given_in_every_place(tmp_path: Path) -> None:
    """NG-7: columns of one value, of several, and of tables of their own may have a length."""
    mapping = _load(
        tmp_path,
        ('name = "fullname"', 'name = { name = "fullname", length = 40 }'),
        ('["email"]', '["email", { name = "email2", length = 80 }]'),
        ('value = "ng_email"', 'value = { name = "ng_email", length = 100 }'),
    )
    user = mapping.entities["user"]
    assert user.columns["name"] == SizedColumn(name="fullname", length=40)
    assert user.many["emails"].model_dump() == {
        "columns": ("email", {"name": "email2", "length": 80})
    }
    assert mapping.entities["relationship"].many["emails"].model_dump()["value"] == {
        "name": "ng_email",
        "length": 100,
    }
