"""Mail that failed is told to the support, once (E-3)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from services.mailer import dead_letter_walk, failed_mail
from services.mailer.failed_mail import FailedMailTold
from services.writer.dead_letters import record_dead_letters
from shared.backup.store import BackupStore
from shared.contracts.cause import Cause
from shared.contracts.dead_letter import DeadLetterNote
from shared.contracts.said import said
from shared.errors import TransientError
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


def _dies(
    engine: Engine, number: int, box: str | None = "crm", ago: int = 0, released: int = 0
) -> None:
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
    told = FailedMailTold(engine, {"crm": SUPPORT}, lambda _: None)
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

    assert FailedMailTold(engine, {"crm": SUPPORT}, lambda _: None).post(NOW) == 0
    assert _told(engine) == []


def test_a_mail_that_failed_is_attached_where_its_backup_is(engine: Engine, tmp_path: Path) -> None:
    """E-3: also one whose box nobody knows; its backup is looked for once, not in every round."""
    looked: list[UUID] = []
    backups = BackupStore(tmp_path)
    (key,) = backups.write([(UUID(int=1), b"Subject: x\r\n\r\n")], NOW.date())
    _dies(engine, 1, box=None)
    _dies(engine, 2)

    def find(mail_id: UUID) -> str | None:
        looked.append(mail_id)
        return backups.find(mail_id)

    for _ in range(3):
        FailedMailTold(engine, {"crm": SUPPORT}, find).post(NOW)

    own = outbox_table.c
    with engine.connect() as connection:
        kept = connection.execute(select(own.box, own.attachments)).all()
    assert sorted(map(tuple, kept)) == [("crm", json.dumps([key])), ("crm", "[]")]
    assert sorted(looked) == [UUID(int=1), UUID(int=2)]


def test_more_mails_than_are_told_at_once_are_told_one_after_another(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E-3: each of them reaches the support, however many died together."""
    monkeypatch.setattr(dead_letter_walk, "AT_ONCE", 2)
    told = FailedMailTold(engine, {"crm": SUPPORT}, lambda _: None)
    for number in range(1, 6):
        _dies(engine, number)

    assert [told.post(NOW) for _ in range(4)] == [2, 2, 1, 0]


def test_a_look_costs_the_same_however_many_wait(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E-3: what dies now is told at once, and a copy that comes a day late within some looks."""
    read: list[UUID] = []
    monkeypatch.setattr(dead_letter_walk, "AT_ONCE", 3)
    monkeypatch.setattr(failed_mail, "_cause", partial(_noted, read))
    told = FailedMailTold(engine, {"crm": SUPPORT}, lambda _: None)
    for number in range(2, 20):
        _dies(engine, number, ago=1)
    for _ in range(8):
        told.post(NOW)

    _dies(engine, 20)
    read.clear()
    assert told.post(NOW) == 1
    assert len(set(read)) <= 6
    _dies(engine, 1, ago=1)
    assert sum(told.post(NOW) for _ in range(8)) == 1


def test_what_could_not_be_told_is_looked_at_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E-3: the database goes away between the look and the outbox, and comes back."""
    told = FailedMailTold(engine, {"crm": SUPPORT}, lambda _: None)
    monkeypatch.setattr(dead_letter_walk, "AT_ONCE", 1)
    _dies(engine, 1)
    _dies(engine, 2)
    with monkeypatch.context() as patch:
        patch.setattr(failed_mail, "write_outbox", _unreachable)
        with pytest.raises(TransientError):
            told.post(NOW)

    assert [told.post(NOW) for _ in range(3)] == [1, 1, 0]


def _noted(read: list[UUID], row: Any) -> Cause:
    read.append(row.mail_id)
    return Cause.named("dead_letter", f"{row.mail_id}{row.released}")


def _unreachable(*_: object) -> None:
    raise TransientError(said("The database is unreachable"))
