"""A table that somebody holds as a whole, as for maintenance: no mail is to blame (F-42)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, text

from services.assembly.proofs import reads_work, writes_work
from shared.errors import TransientError
from shared.netgenium.database.engine import open_database
from shared.netgenium.schema.grants import inserted_tables
from tests.builders import raw_mail
from tests.databases import all_tables
from tests.installation import Installation, an_installation
from tests.servers.postgresql import PostgreSQL


@pytest.fixture
def url(postgresql: PostgreSQL) -> Iterator[str]:
    """A database with the reference schema and our own tables."""
    postgresql.start()
    with postgresql.database(prepare=all_tables) as url:
        yield url


@pytest.fixture
def installed(url: str, tmp_path: Path) -> Installation:
    """An installation with two mails."""
    made = an_installation(tmp_path, database_url=f"{url}?options=-c%20lock_timeout%3D100")
    for name in ("a", "b"):
        made.drop(f"{name}.eml", raw_mail(subject=name))
    return made


@contextmanager
def _held(url: str, table: str, mode: str) -> Iterator[None]:
    """Another connection holds the table."""
    engine = open_database(url)
    with engine.connect() as connection:
        connection.execute(text(f"LOCK TABLE {table} IN {mode} MODE"))
        yield
    engine.dispose()


@pytest.mark.parametrize(
    ("entity", "mode"),
    [("activity", "SHARE"), ("activity", "ACCESS EXCLUSIVE"), ("user", "ACCESS EXCLUSIVE")],
)
def test_a_table_that_is_held_burns_no_mails_tries(
    installed: Installation, url: str, entity: str, mode: str
) -> None:
    """F-42, F-40: while an index is made, or a table rebuilt, every mail waits in its source."""
    table = installed.erp.tables.table(entity).name
    with _held(url, table, mode):
        for _ in range(5):
            with pytest.raises(TransientError, match="lock timeout"):
                installed.run()
    assert len(list(installed.eml.glob("*.eml"))) == 2
    installed.run()
    assert len(installed.list("journal")) == 2


def test_the_classifier_notices_a_table_that_cannot_be_read(
    installed: Installation, url: str
) -> None:
    """F-42, F-40: its probe asks for what it looks up, and for nothing that it may only write."""
    erp = installed.erp
    contact = erp.tables.table("contact").name
    held = _held(url, contact, "ACCESS EXCLUSIVE")
    with held, pytest.raises(TransientError, match="lock timeout"):
        reads_work(erp)(erp.engine)
    with _held(url, erp.tables.table("activity").name, "SHARE"):
        reads_work(erp)(erp.engine)


def test_a_row_that_is_held_does_not_look_like_a_server_that_is_away(
    installed: Installation, url: str
) -> None:
    """F-42: what one record's lock holds up is the trouble of its own mails."""
    erp = installed.erp
    contact = erp.tables.table("contact")
    engine = open_database(url)
    with engine.connect() as other:
        other.execute(select(contact.c.id).with_for_update()).all()
        writes_work(erp)(erp.engine)
    engine.dispose()


def test_a_right_that_is_missing_is_no_server_that_is_away(installed: Installation) -> None:
    """F-40: a table that is not there, or may not be used, stops only the mails that need it."""
    erp = installed.erp
    with erp.engine.begin() as connection:
        connection.execute(text(f"DROP TABLE {erp.tables.table('invitation').name} CASCADE"))

    reads_work(erp)(erp.engine)
    writes_work(erp)(erp.engine)


def test_every_table_that_gets_rows_is_asked_for(installed: Installation, url: str) -> None:
    """F-42, F-40: no statement of the probe is wrong by itself, which would hide those after it."""
    erp = installed.erp
    for table in sorted(inserted_tables(erp.tables.mapping)):
        held = _held(url, table, "SHARE")
        with held, pytest.raises(TransientError, match="lock timeout"):
            writes_work(erp)(erp.engine)
