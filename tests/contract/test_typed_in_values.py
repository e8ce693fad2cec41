"""What people have typed into the ERP is found whatever blanks are around it, by an index."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, insert

from services.answers.odd_data import odd_data
from services.assembly.composition import Erp
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.many import owners_by_text
from shared.netgenium.queries.records import read_records
from shared.netgenium.schema.indexes import missing_indexes, needed_indexes
from tests.databases import ERP, reference_schema
from tests.servers.ports import DatabaseServer

EMAIL = "susers.email"


@pytest.fixture(
    params=[
        "sqlite UTF8",
        "postgresql UTF8",
        "postgresql WIN1250",
        "postgresql SQL_ASCII",
        "firebird UTF8",
        "firebird WIN1250",
        "firebird DOS852",
        "firebird NONE",
    ]
)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The reference schema in a database of each kind and of several character sets."""
    kind, charset = str(request.param).split()
    server: DatabaseServer = request.getfixturevalue(kind)
    with server.database(charset, reference_schema) as url:
        made = open_database(url)
        yield made
        made.dispose()


def _users(engine: Engine, *addresses: str) -> None:
    table = ERP.table("user")
    rows = [
        {"id": number, "login": "x", "name": "x", "active": True, "emails_1": address}
        for number, address in enumerate(addresses, 1)
    ]
    with write_transaction(engine) as connection:
        connection.execute(insert(table), rows)


def test_blanks_around_an_address_do_not_matter(engine: Engine) -> None:
    """A-2: before and behind it, blanks, tabs and line ends, in any letter case."""
    _users(engine, "Jan@firma.cz ", " \teva@firma.cz\r\n", "tom@firma.cz", "a b@firma.cz")
    wanted = ["jan@firma.cz", "eva@firma.cz", "tom@firma.cz", "b@firma.cz"]

    with engine.connect() as connection:
        found = owners_by_text(connection, ERP, "user", "emails", wanted)

    assert found == {"jan@firma.cz": [1], "eva@firma.cz": [2], "tom@firma.cz": [3]}


def test_a_no_break_space_is_a_blank_where_the_database_knows_it(engine: Engine) -> None:
    """A-2: as it is copied from a web page; where only bytes are known, it stays."""
    _users(engine, "jan@firma.cz \u00a0 ")
    knows = not (engine.url.get_backend_name() == "firebird" and "NONE" in _charset(engine))
    knows = knows and "SQL_ASCII" not in _charset(engine)

    with engine.connect() as connection:
        found = owners_by_text(connection, ERP, "user", "emails", ["jan@firma.cz"])

    assert found == ({"jan@firma.cz": [1]} if knows else {})


def _anew(engine: Engine) -> Engine:
    """The same database, over a new connection: SQLite keeps plans with the old one."""
    return open_database(engine.url.render_as_string(hide_password=False))


def _charset(engine: Engine) -> str:
    """The database's own name of its character set."""
    queries = {
        "postgresql": "SHOW server_encoding",
        "firebird": "SELECT rdb$character_set_name FROM rdb$database",
    }
    query = queries.get(engine.url.get_backend_name())
    if query is None:
        return ""
    with engine.connect() as connection:
        return str(connection.exec_driver_sql(query).scalar())


def test_blanks_around_a_number_do_not_matter(engine: Engine) -> None:
    """A-2, T-7: the exact number, and the one that lacks the year."""
    rows = [{"id": 1, "number": "123 "}, {"id": 2, "number": " 2026-7"}]
    with write_transaction(engine) as connection:
        connection.execute(insert(ERP.table("contract")), rows)

    with engine.connect() as connection:
        found = read_records(connection, ERP, [("contract", "123"), ("contract", "7")])

    assert [one.record.number for one in found.values() if one.record] == ["123", "2026-7"]


def test_every_look_up_has_its_index(engine: Engine) -> None:
    """NG-2: the reference schema lacks none; a dropped one is missed, and its statement mends it.

    Another name, as the company's administrator would give it, is as good.
    """
    assert missing_indexes(engine, ERP) == []
    dropped = next(one for one in needed_indexes(engine.dialect, ERP) if one.column == EMAIL)

    with write_transaction(engine) as connection:
        connection.exec_driver_sql("DROP INDEX ix_susers_email")
    assert missing_indexes(_anew(engine), ERP) == [dropped]
    with write_transaction(engine) as connection:
        connection.exec_driver_sql(dropped.sql.replace("ix_susers_email", "ix_by_hand"))

    assert missing_indexes(_anew(engine), ERP) == []


def test_what_no_mail_can_fit_is_named(engine: Engine) -> None:
    """A-2: records by their kind and id, and never what they hold."""
    _users(engine, "jan@firma.cz ", "JAN@firma.cz", "a@firma.cz; b@firma.cz", "-", "")
    contacts = ERP.many("contact", "emails").table  # type: ignore[union-attr]
    texts = ["x@acme.example", "@beta.example", "gama.example ", "u@x.example,v@x.example"]
    texts += ["jan(at)x.example", "mailto:jan@x.example", "jan@", "http://x.example"]
    rows = [{"id": n, "owner": n, "value": text} for n, text in enumerate(texts, 1)]
    with write_transaction(engine) as connection:
        connection.execute(insert(contacts), rows)
        numbers = [{"id": n, "number": text} for n, text in enumerate(["7 ", "8", "9", "7"], 1)]
        connection.execute(insert(ERP.table("contract")), numbers)
        domains = ERP.many("relationship", "domains").table  # type: ignore[union-attr]
        names = [
            "x.example",
            "@y.example",
            "www.z.example",
            "a.example, b.example",
            "jan@x.example",
        ]
        rows = [{"id": n, "owner": n, "value": text} for n, text in enumerate(names, 1)]
        connection.execute(insert(domains), rows)

    found = [(one.about, one.detail.partition(":")[0]) for one in odd_data(Erp(engine, ERP))]

    assert found == [
        ("addresses of users", "user 5"),
        ("addresses of users", "user 1, user 2 have one address"),
        ("addresses of users", "user 3"),
        ("addresses of users", "user 4"),
        ("addresses of users", "user 1"),
        ("addresses of contacts", "contact 4"),
        ("addresses of contacts", "contact 5, contact 6, contact 7, contact 8"),
        ("addresses of contacts", "contact 3"),
        ("domains of companies", "relationship 3, relationship 4, relationship 5"),
        ("numbers of contracts", "contract 1 = contract 4"),
        ("numbers of contracts", "contract 1"),
    ]
