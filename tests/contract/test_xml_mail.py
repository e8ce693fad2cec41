"""XML mail on every database: made, changed, all or none, once."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.writer.undo import undo_mail
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.own.tables import outbox_table
from tests.builders import BOX, raw_mail
from tests.installation import Installation, an_installation
from tests.servers.ports import DatabaseServer
from tests.writing import CAME
from tests.xml_mails import SHOP, XML, xml, xml_settings

ALL = """
<relationship><name>Delta</name><email>info@delta.example</email></relationship>
<contact><email>lenka@delta.example</email><lastName>Malá</lastName>
  <relationship>Delta</relationship></contact>
<task><subject>Order 7</subject><text>12 seals</text><contact>lenka@delta.example</contact>
  <contract>123</contract><solver>novak</solver></task>
"""
CHANGED = """
<relationship><name>Delta</name><newName>Delta a.s.</newName>
  <email>INFO@delta.example</email><email>new@delta.example</email></relationship>
<contact><email>lenka@delta.example</email><lastName>Velká</lastName></contact>
<task><subject>Order 7</subject><status>paid</status><contact>lenka@delta.example</contact></task>
"""


@pytest.fixture(params=["sqlite", "postgresql", "firebird"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation that takes XML mail."""
    database: AbstractContextManager[str | None] = nullcontext(None)
    if request.param != "sqlite":
        server: DatabaseServer = request.getfixturevalue(request.param)
        database = server.database()
    with database as url:
        place = an_installation(tmp_path, database_url=url, **xml_settings())
        yield place
        place.erp.engine.dispose()


def _send(place: Installation, records: str, name: str, **fields: Any) -> str:
    document = xml(records, name=name, more=' answer="true"')
    subject = fields.pop("subject", name)
    raw = raw_mail(document, sender=SHOP, to=BOX, subject=subject, more=XML)
    place.drop(f"{subject}.eml", raw)
    place.run()
    return place.verdicts()[-1]


def _rows(place: Installation, entity: str) -> list[Any]:
    table = place.erp.tables.table(entity)
    with place.erp.engine.connect() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)).all())


def test_records_are_made_then_changed_as_a_whole_and_once(place: Installation) -> None:
    """E-4: what the mail names is found; a copy of an old mail does nothing; changes go back."""
    assert _send(place, ALL, "a") == "XML MAIL, DELETED"
    made = _rows(place, "contact")[-1], _rows(place, "task")[-1]
    assert _send(place, ALL, "a", subject="again") == "DUPLICATE KEY, DELETED"
    assert _send(place, CHANGED, "b") == "XML MAIL, DELETED"
    changed = place.recorded[-1].mail_id
    assert _send(place, f"{ALL}<task><number>999</number></task>", "c") == "XML REFUSED, DELETED"

    company, contact, task = (_rows(place, one)[-1] for one in ("relationship", "contact", "task"))
    assert (made[0].id, made[1].id) == (contact.id, task.id)
    assert (company.name, contact.last_name, task.status) == ("Delta a.s.", "Velká", "paid")
    assert (contact.relationship, task.contact, task.text) == (company.id, contact.id, "12 seals")
    with place.erp.engine.connect() as connection:
        emails = values_by_owner(connection, place.erp.tables, "relationship", "emails", None)
        answers = connection.execute(select(outbox_table.c.template_values)).scalars().all()
    assert list(emails[company.id]) == ["info@delta.example", "new@delta.example"]
    assert len(answers) == 3
    assert sum(f'"task_number": "{task.number}"' in one for one in answers) == 2
    with write_transaction(place.erp.engine) as connection:
        undo_mail(connection, place.erp.tables, changed, "eva", CAME)
    assert _rows(place, "relationship")[-1].name == "Delta"
    assert _rows(place, "contact")[-1].last_name == "Malá"
