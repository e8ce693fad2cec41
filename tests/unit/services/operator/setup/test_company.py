"""Company files: what they may say, what is wrong with one, and what lies in the database after."""

from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from services.operator.setup.company import fill_company
from services.operator.setup.company_entries import Company
from services.operator.setup.company_file import load_company
from shared.errors import ConfigurationError
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.ids import insert_rows
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables
from tests.databases import ERP, our_tables
from tests.servers.sqlite import sqlite_file

REFERENCE = files("shared.netgenium.schema").joinpath("reference.toml").read_text("utf-8")
CONTACT_EMAILS = (
    'many.emails = { table = "ng_emailkontaktu0", owner = "pid", value = "ng_email", id = "id" }'
)
TEAM = 'table = "ng_tym0", owner = "pid", value = "ng_uzivatel"'

BAKERY = """
box = "posta@pekarna.example"
activity_types = ["E-mail", "Reklamace"]
[[roles]]
name = "Mistr"
parent = "Majitel"
[[roles]]
name = "Majitel"
[[users]]
login = "hana"
name = "Hana Žitná"
email = "Hana@pekarna.example"
role = "Mistr"
[[users]]
login = "ota"
name = "Ota Kvásek"
email = "ota@pekarna.example"
active = false
[[relationships]]
name = "Mlýn Dolní"
emails = ["mlyn@mlyn.example"]
domains = ["mlyn.example", "mlynar.example"]
[[relationships.contacts]]
name = "Jan Amos Mlynář"
emails = ["jan@mlyn.example", "j@doma.example"]
[[relationships]]
name = "Obchod U Mostu"
[[relationships.contacts]]
name = "Vedoucí"
emails = ["JAN@mlyn.example", "most@most.example"]
[[contracts]]
number = "17"
subject = "Mouka"
relationship = "Mlýn Dolní"
team = ["ota", "hana"]
closed = true
[[orders]]
number = "2026-3"
contract = "17"
relationship = "Obchod U Mostu"
[[opportunities]]
number = "4"
relationship = "Obchod U Mostu"
[[tasks]]
number = "1"
subject = "Objednat mouku"
solvers = ["hana"]
approver = "ota"
contract = "17"
contact = "Jan@mlyn.example"
"""


def _file(folder: Path, content: str) -> Path:
    file = folder / "company.toml"
    file.write_text(content, "utf-8")
    return file


def _problems(folder: Path, content: str) -> list[str]:
    file = _file(folder, content)
    with pytest.raises(ConfigurationError) as caught:
        load_company(file)
    return [str(problem).removeprefix(str(file)).strip() for problem in caught.value.problems]


def _database(folder: Path, erp: ErpTables = ERP) -> Engine:
    folder.mkdir(exist_ok=True)
    engine = open_database(sqlite_file(folder / "a.db", our_tables))
    create_reference_schema(engine, erp)
    return engine


def _mapped(folder: Path, *changes: tuple[str, str]) -> ErpTables:
    content = REFERENCE
    for old, new in changes:
        assert old in content
        content = content.replace(old, new)
    file = folder / "mapping.toml"
    file.write_text(content, "utf-8")
    return ErpTables(load_mapping(file))


def _rows(
    engine: Engine, entity: str, *keys: str, erp: ErpTables = ERP
) -> list[tuple[object, ...]]:
    table = erp.table(entity).c
    with engine.connect() as connection:
        query = select(*(table[key] for key in keys)).order_by(table.id)
        return [tuple(row) for row in connection.execute(query)]


def _many(engine: Engine, entity: str, field: str, erp: ErpTables = ERP) -> dict[int, list[object]]:
    with engine.connect() as connection:
        return dict(values_by_owner(connection, erp, entity, field, None))  # type: ignore[arg-type]


def _bakery(folder: Path) -> Company:
    return load_company(_file(folder, BAKERY))


def test_a_company_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    """NG-1: what is left out has its default."""
    company = _bakery(tmp_path)
    assert company.box == "posta@pekarna.example"
    assert [user.active for user in company.users] == [True, False]
    assert [contact.name for contact in company.contacts()] == ["Jan Amos Mlynář", "Vedoucí"]
    assert load_company(_file(tmp_path, "")).activity_types == ("E-mail",)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('bax = "x"', ": there is no key bax - did you mean box?"),
        ("[[usres]]", ": there is no key usres - did you mean users?"),
        (
            '[[users]]\nlogin = "a"\nname = "A"\nemail = "a"\nrol = "x"',
            "[[users]] 1: there is no key rol - did you mean role?",
        ),
        (
            '[[users]]\nlogin = "a"\nname = "A"\nemail = "a"\nemails = ["x"]',
            "[[users]] 1: there is no key emails - did you mean email?",
        ),
        (
            '[[relationships]]\nname = "A"\n[[relationships.contacts]]\nname = "B"\nmail = "x"',
            "[[relationships]] 1 [[contacts]] 1: there is no key mail - did you mean emails?",
        ),
        (
            '[[roles]]\nname = "A"\nxyzzy = 1',
            "[[roles]] 1: there is no key xyzzy - known are name, parent",
        ),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest(
    tmp_path: Path, content: str, problem: str
) -> None:
    """NG-1: the nearest key of the record where it stands."""
    assert _problems(tmp_path, content) == [problem]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[[roles]]", "[[roles]] 1 name: is missing - add it"),
        ("[[roles]]\nname = 5", "[[roles]] 1 name: is no text - write it in quotes"),
        ('[[roles]]\nname = " "', "[[roles]] 1 name: is empty - give a text"),
        ('users = "a"', "users: is no list - write each record under [[users]]"),
        ('[users]\nlogin = "a"', "users: is no list - write each record under [[users]]"),
        ('users = ["a"]', "[[users]] 1: is no record - write its keys below a heading in [[ ]]"),
        ("activity_types = []", "activity_types: is empty - name at least one"),
        ('activity_types = ["E-mail", 1]', "activity_types 2: is no text - write it in quotes"),
        (
            '[[relationships]]\nname = "A"\nemails = "x"',
            '[[relationships]] 1 emails: is no list - write it as ["one", "two"]',
        ),
        (
            '[[contracts]]\nnumber = "1"\nclosed = "vielleicht"',
            (
                "[[contracts]] 1 closed: is neither true nor false"
                " - write true or false, without quotes"
            ),
        ),
    ],
)
def test_a_wrong_value_is_told_in_words(tmp_path: Path, content: str, problem: str) -> None:
    """NG-2: where, counted from 1, what, and what to do."""
    assert _problems(tmp_path, content) == [problem]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'parent = "Majitel"',
            'parent = "Majitle"',
            "role Mistr: there is no role Majitle - did you mean Majitel?",
        ),
        ('role = "Mistr"', 'role = "x"', "user hana: there is no role x - add the role"),
        (
            '["ota", "hana"]',
            '["ota", "hanna"]',
            "contract 17: there is no user hanna - did you mean hana?",
        ),
        (
            'relationship = "Mlýn Dolní"',
            'relationship = "Mlýn Horní"',
            "contract 17: there is no relationship Mlýn Horní - did you mean Mlýn Dolní?",
        ),
        (
            'number = "2026-3"\ncontract = "17"',
            'number = "2026-3"\ncontract = "99"',
            "order 2026-3: there is no contract 99 - add the contract",
        ),
        ('approver = "ota"', 'approver = "x"', "task 1: there is no user x - add the user"),
        (
            'contact = "Jan@mlyn.example"',
            'contact = "jam@mlyn.example"',
            "task 1: there is no contact jam@mlyn.example - did you mean jan@mlyn.example?",
        ),
    ],
)
def test_a_dangling_reference_is_told_with_the_nearest(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    """NG-2: a reference to a record that the file does not have."""
    assert old in BAKERY
    assert _problems(tmp_path, BAKERY.replace(old, new, 1)) == [problem]


def test_doubled_keys_are_told_once_each(tmp_path: Path) -> None:
    """NG-2: a key that stands three times is one problem."""
    content = (
        'activity_types = ["E-mail", "E-mail"]\n'
        + '[[roles]]\nname = "A"\n' * 3
        + '[[tasks]]\nnumber = "1"\n' * 2
    )
    assert _problems(tmp_path, content) == [
        "activity_types: E-mail stands twice - each key stands once",
        "[[roles]]: A stands twice - each key stands once",
        "[[tasks]]: 1 stands twice - each key stands once",
    ]


def test_a_role_above_itself_is_told(tmp_path: Path) -> None:
    """NG-2: a circle has no depth; a role below a circle is not one."""
    pairs = {"a": "b", "b": "a", "c": "c", "d": "c", "e": "d"}
    content = "".join(f'[[roles]]\nname = "{n}"\nparent = "{p}"\n' for n, p in pairs.items())
    assert _problems(tmp_path, content) == [
        "role a: the role a is above itself - correct its parent",
        "role c: the role c is above itself - correct its parent",
    ]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """NG-2: of the values, and then of the references."""
    assert len(_problems(tmp_path, "bax = 1\n[[roles]]\n[[users]]\n")) == 5
    content = BAKERY.replace('role = "Mistr"', 'role = "x"').replace('"ota", "hana"', '"y", "z"')
    assert len(_problems(tmp_path, content)) == 3


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """NG-2: a wrong path, no TOML, no UTF-8."""
    assert _problems(tmp_path, "[[roles]")[0].startswith(": is not TOML: ")
    assert _problems(tmp_path, "a = " + "[" * 100_000) == [
        ": is nested too deeply - correct the file"
    ]
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        load_company(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes('box = "ž"'.encode("cp1250"))
    with pytest.raises(ConfigurationError, match=r"is not UTF-8: .* - save the file as UTF-8"):
        load_company(tmp_path / "latin.toml")


def test_an_empty_database_is_filled_in_file_order(tmp_path: Path) -> None:
    """NG-1: ids from 1 in file order, references by id."""
    engine = _database(tmp_path)
    assert fill_company(engine, ERP, _bakery(tmp_path)) is True
    assert _rows(engine, "activity_type", "id", "name") == [(1, "E-mail"), (2, "Reklamace")]
    assert _rows(engine, "role", "id", "name", "parent") == [(1, "Mistr", 2), (2, "Majitel", None)]
    assert _rows(engine, "user", "id", "login", "name", "active") == [
        (1, "hana", "Hana Žitná", True),
        (2, "ota", "Ota Kvásek", False),
    ]
    assert _many(engine, "user", "emails") == {
        1: ["Hana@pekarna.example"],
        2: ["ota@pekarna.example"],
    }
    assert _many(engine, "user", "roles") == {1: [1]}
    assert _rows(engine, "relationship", "id", "name", "allow_emails", "non_functional") == [
        (1, "Mlýn Dolní", True, False),
        (2, "Obchod U Mostu", True, False),
    ]
    assert _many(engine, "relationship", "domains") == {1: ["mlyn.example", "mlynar.example"]}
    assert _rows(engine, "contact", "id", "relationship", "first_name", "last_name") == [
        (1, 1, "Jan Amos", "Mlynář"),
        (2, 2, "", "Vedoucí"),
    ]
    assert _rows(engine, "contract", "id", "number", "relationship", "closed") == [
        (1, "17", 1, True)
    ]
    assert _many(engine, "contract", "team") == {1: [2, 1]}
    assert _rows(engine, "order", "number", "contract", "relationship") == [("2026-3", 1, 2)]
    assert _rows(engine, "opportunity", "number", "relationship") == [("4", 2)]
    assert _rows(engine, "task", "number", "approver", "contract", "contact") == [("1", 2, 1, 1)]
    assert _many(engine, "task", "solvers") == {1: [1]}


def test_the_same_company_again_changes_nothing(tmp_path: Path) -> None:
    """NG-8: init-db may run again, also for a company without users."""
    engine, company = _database(tmp_path), _bakery(tmp_path)
    assert [fill_company(engine, ERP, company) for _ in range(2)] == [True, False]
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(ERP.table("contact"))) == 2
    (tmp_path / "small").mkdir()
    engine, small = _database(tmp_path / "small"), Company()
    assert [fill_company(engine, ERP, small) for _ in range(2)] == [True, False]
    assert _rows(engine, "activity_type", "id") == [(1,)]


@pytest.mark.parametrize(
    "change",
    [
        ('login = "ota"', 'login = "otto"'),
        ('"Reklamace"', '"Stížnost"'),
        ('name = "Majitel"', 'name = "Majitel"\n[[roles]]\nname = "Učeň"'),
    ],
)
def test_another_company_is_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    """NG-8: two companies in one database would be mixed up; nothing is written."""
    engine = _database(tmp_path)
    fill_company(engine, ERP, _bakery(tmp_path))
    content = BAKERY.replace(change[0], change[1], 1).replace('["ota", ', f'["{"hana"}", ')
    other = load_company(_file(tmp_path, content.replace('approver = "ota"', "")))
    with pytest.raises(ConfigurationError, match="already holds 2 users of another company"):
        fill_company(engine, ERP, other)
    assert _rows(engine, "user", "login") == [("hana",), ("ota",)]


def test_what_the_erp_changes_later_does_not_make_another_company(tmp_path: Path) -> None:
    """NG-8: names may change, records may be added; who works there tells the company."""
    engine, company = _database(tmp_path), _bakery(tmp_path)
    fill_company(engine, ERP, company)
    with write_transaction(engine) as connection:
        connection.execute(update(ERP.table("user")).values(name="Nové Jméno"))
        insert_rows(connection, ERP.table("relationship"), [{"name": "Nový"}], "identity")
    assert fill_company(engine, ERP, company) is False


def test_a_small_mapping_takes_what_it_has(tmp_path: Path) -> None:
    """NG-3: without orders, opportunities, domains and check boxes the rest is filled."""
    start, end = REFERENCE.index("[order]"), REFERENCE.index("[task]")
    erp = _mapped(
        tmp_path,
        (REFERENCE[start:end], ""),
        (REFERENCE[REFERENCE.index("many.domains") : REFERENCE.index("[contact]")], ""),
        (', closed = "ng_uzavreno"', ""),
        (', allow_emails = "ng_povolitemaily"', ""),
    )
    engine = _database(tmp_path, erp)
    assert fill_company(engine, erp, _bakery(tmp_path)) is True
    assert _rows(engine, "contract", "number", "relationship", erp=erp) == [("17", 1)]
    assert not erp.has("relationship", "domains")


def test_max_plus_one_and_columns_for_emails_give_the_same_company(tmp_path: Path) -> None:
    """NG-4: ids of the other strategy; NG-5: text check boxes; e-mails in two columns."""
    erp = _mapped(
        tmp_path,
        ('strategy = "identity"', 'strategy = "max_plus_one"'),
        ("\nchecked = 1", '\nchecked = "True"'),
        ("unchecked = 0", 'unchecked = "False"'),
        (CONTACT_EMAILS, 'many.emails = { columns = ["ng_email1", "ng_email2"] }'),
        ('table = "ng_tymzakazky0", owner = "pid", value = "ng_uzivatel", id = "id"', TEAM),
    )
    engine = _database(tmp_path, erp)
    assert fill_company(engine, erp, _bakery(tmp_path)) is True
    assert fill_company(engine, erp, _bakery(tmp_path)) is False
    assert _rows(engine, "user", "id", "active", erp=erp) == [(1, True), (2, False)]
    assert _many(engine, "contact", "emails", erp) == {
        1: ["jan@mlyn.example", "j@doma.example"],
        2: ["JAN@mlyn.example", "most@most.example"],
    }
    assert sorted(map(str, _many(engine, "contract", "team", erp)[1])) == ["1", "2"]


def test_more_emails_than_columns_are_an_error(tmp_path: Path) -> None:
    """NG-2: nothing is left out in silence, and nothing is written."""
    erp = _mapped(tmp_path, (CONTACT_EMAILS, 'many.emails = { columns = ["ng_email1"] }'))
    engine = _database(tmp_path, erp)
    with pytest.raises(ConfigurationError, match="a contact has 2 emails, the mapping has columns"):
        fill_company(engine, erp, _bakery(tmp_path))
    assert _rows(engine, "user", "id", erp=erp) == []
