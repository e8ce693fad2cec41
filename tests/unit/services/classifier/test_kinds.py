"""Each kind of mail that was once read wrongly, by at least three mails of it."""

import pytest
from sqlalchemy import insert

from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.many import owners_by_text
from shared.netgenium.queries.records import read_records
from tests.databases import ERP, reference_schema
from tests.kinds.row import Row
from tests.kinds.seen import SEEN, differences
from tests.kinds.table import FOUND, ROWS, rows_of_each
from tests.kinds.typed import TYPED
from tests.servers.sqlite import Sqlite

LEAST = 3
"""One like the mail of the report, and two more of its kind."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.of}: {row.shows}")
def test_a_mail_of_the_kind_is_read_right(row: Row) -> None:
    """A-3, A-4, A-6, B-2, B-3, H-8, H-10, R-b, R-c, T-1: whatever language, program or position."""
    assert differences(row) == {}


def test_each_kind_has_its_mails() -> None:
    """A-3: every mail that was found wrong has its like and two more; each expects something."""
    counts = rows_of_each()

    assert {kind: counts[kind] for kind in FOUND if counts[kind] < LEAST} == {}
    assert set(counts) <= set(FOUND)
    assert [row.shows for row in ROWS if not row.want] == []
    assert {name for row in ROWS for name in row.want} - {"has", "lacks"} <= set(SEEN)
    assert len({(row.of, row.shows) for row in ROWS}) == len({row.raw for row in ROWS}) == len(ROWS)


def test_what_people_have_typed_is_found(sqlite: Sqlite) -> None:
    """A-2, T-7: whatever is around it, in letters or in IDNA form."""
    addresses = [one for one in TYPED if one.field == "address"]
    numbers = [one for one in TYPED if one.field == "number"]
    users = [
        {"id": n, "login": "x", "name": "x", "active": True, "emails_1": one.typed}
        for n, one in enumerate(addresses, 1)
    ]
    contracts = [{"id": n, "number": one.typed} for n, one in enumerate(numbers, 1)]
    with sqlite.database("UTF8", reference_schema) as url:
        engine = open_database(url)
        with write_transaction(engine) as connection:
            connection.execute(insert(ERP.table("user")), users)
            connection.execute(insert(ERP.table("contract")), contracts)
        with engine.connect() as connection:
            asked = [one.asked for one in addresses]
            owners = owners_by_text(connection, ERP, "user", "emails", asked)
            records = read_records(connection, ERP, [("contract", one.asked) for one in numbers])
        engine.dispose()

    assert owners == {one.asked: [n] for n, one in enumerate(addresses, 1)}
    found = {number: match.record and match.record.id for (_, number), match in records.items()}
    assert found == {one.asked: n for n, one in enumerate(numbers, 1)}
