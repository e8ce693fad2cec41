"""Databases that do not know every letter: texts are stored all the same, as well as they can."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, make_url, select

from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.ids import insert_rows
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables
from tests.servers.firebird import Firebird
from tests.servers.postgresql import PostgreSQL

ERP = ErpTables(load_mapping(None))
HOSTILE = "Žluťoučký kůň\0 \U0001f600 \ud800 漢 конь"


@pytest.fixture
def url(
    request: pytest.FixtureRequest, firebird: Firebird, postgresql: PostgreSQL
) -> Iterator[str]:
    """A database with the character set that the test names."""
    server, charset = request.param
    found = firebird if server == "firebird" else postgresql
    with found.database(charset) as address:
        yield address


def _stored(engine: Engine, subject: str, text: str) -> tuple[str, str]:
    """The subject, of at most 250 characters, and the memo, as they come back."""
    table = ERP.table("activity")
    row = {"type": 1, "subject": subject, "text": text, "direction": "outgoing"}
    with write_transaction(engine) as connection:
        insert_rows(connection, table, [row], "identity")
    with engine.connect() as connection:
        query = select(table.c.subject, table.c.text, table.c.direction).order_by(table.c.id.desc())
        found = connection.execute(query).first()
    assert found is not None
    assert found.direction == "outgoing"
    return found.subject, found.text


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (("firebird", "UTF8"), "Žluťoučký kůň \U0001f600 ? 漢 конь"),
        (("firebird", "NONE"), "Žluťoučký kůň \U0001f600 ? 漢 конь"),
        (("firebird", "WIN1250"), "Žluťoučký kůň ? ? ? ????"),
        (("firebird", "ISO8859_2"), "Žluťoučký kůň ? ? ? ????"),
        (("firebird", "DOS852"), "Žluťoučký kůň ? ? ? ????"),
        (("postgresql", "UTF8"), "Žluťoučký kůň \U0001f600 ? 漢 конь"),
        (("postgresql", "LATIN2"), "Žluťoučký kůň ? ? ? ????"),
        (("postgresql", "WIN1250"), "Žluťoučký kůň ? ? ? ????"),
        (("postgresql", "SQL_ASCII"), "Žluťoučký kůň \U0001f600 ? 漢 конь"),
    ],
    indirect=["url"],
)
def test_what_a_database_cannot_spell_becomes_a_question_mark(url: str, wanted: str) -> None:
    """NG-7: no insert fails because of a letter; long texts are cut to what the column holds."""
    engine = open_database(url)
    create_reference_schema(engine, ERP)
    migrate(engine)
    assert _stored(engine, HOSTILE, HOSTILE) == (wanted, wanted)
    for letter in ("ž", "\U0001f600", "a", "ž\U0001f600"):
        subject, text = _stored(engine, letter * 300, letter * 30_000)
        assert subject.endswith((" […]", " [?]"))
        assert 60 < len(subject) <= 250
        assert len(text) == len(letter * 30_000)
    engine.dispose()


@pytest.mark.parametrize("url", [("firebird", "NONE")], indirect=True)
def test_a_charset_in_the_url_says_what_bytes_mean(url: str) -> None:
    """NG-7: a database that knows no letters is used in the code page of its other clients."""
    address = make_url(url).update_query_dict({"charset": "WIN1250"})
    engine = open_database(address.render_as_string(hide_password=False))
    create_reference_schema(engine, ERP)
    assert _stored(engine, HOSTILE, HOSTILE) == ("Žluťoučký kůň ? ? ? ????",) * 2
    subject, _ = _stored(engine, "ž" * 250, "")
    assert subject == "ž" * 250
    with engine.connect() as connection:
        table = ERP.table("activity")
        bytes_of_it = connection.exec_driver_sql(
            "SELECT MAX(OCTET_LENGTH(ng_predmet)) FROM ng_aktivita0"
        ).scalar()
        assert bytes_of_it == 250
        assert connection.scalar(select(table.c.id).where(table.c.subject == "ž" * 250)) == 2
    engine.dispose()
