"""Mail that failed is told to the support, once (E-3)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from services.mailer.failed_mail import FailedMailTold
from services.writer.dead_letters import record_dead_letters
from shared.contracts.dead_letter import DeadLetterNote
from shared.netgenium.database.engine import open_database
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.tables import outbox_table

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
SUPPORT = "support@firma.cz"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Our own tables."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}", makes=True)
    migrate(engine)
    yield engine
    engine.dispose()


def _dies(engine: Engine, number: int, box: str = "crm", ago: int = 0, released: int = 0) -> None:
    died_at = NOW - timedelta(days=ago)
    note = DeadLetterNote(
        mail_id=UUID(int=number),
        queue="writer.work",
        box=box,
        reason="no table",
        released=released,
        died_at=died_at,
        told_at=died_at,
    )
    record_dead_letters(engine, [note])


def _told(engine: Engine) -> list[tuple[str, str]]:
    own = outbox_table.c
    with engine.connect() as connection:
        rows = connection.execute(select(own.recipient, own.template_values)).all()
    return [(to, str(UUID(int=1)) if str(UUID(int=1)) in values else "") for to, values in rows]


def test_a_mail_that_failed_is_told_once_for_each_death(engine: Engine) -> None:
    """E-3: with its id; again when it was released and died anew."""
    told = FailedMailTold(engine, {"crm": SUPPORT})
    _dies(engine, 1)
    for _ in range(2):
        told.post(NOW)
    assert _told(engine) == [(SUPPORT, str(UUID(int=1)))]

    _dies(engine, 1, ago=-1, released=1)
    told.post(NOW + timedelta(days=1))

    assert len(_told(engine)) == 2


def test_old_dead_letters_and_those_of_other_boxes_are_not_told(engine: Engine) -> None:
    """E-3: the first start does not tell of years."""
    _dies(engine, 1, ago=3)
    _dies(engine, 2, box="other")

    assert FailedMailTold(engine, {"crm": SUPPORT}).post(NOW) == 0
    assert _told(engine) == []
