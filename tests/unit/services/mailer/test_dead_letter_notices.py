"""Dead letters are told to whoever minds the service (I-9)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from services.assembly.notice_rows import notice_rows
from services.assembly.noticing import PostedNotice
from services.mailer.dead_letter_notices import DeadLetterNotices
from services.mailer.notices import Notice
from services.writer.dead_letters import record_dead_letters
from shared.contracts.dead_letter import DeadLetterNote
from shared.netgenium.database.engine import open_database
from tests.databases import our_tables
from tests.servers.sqlite import sqlite_file

NOW = datetime(2026, 11, 30, 9, 5, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Our own tables."""
    engine = open_database(sqlite_file(tmp_path / "a.db", our_tables))
    yield engine
    engine.dispose()


def _dies(engine: Engine, number: int, at: datetime, why: str = "no table") -> None:
    note = DeadLetterNote(
        mail_id=UUID(int=number), queue="writer.work", reason=why, died_at=at, told_at=at
    )
    record_dead_letters(engine, [note])


def _told(engine: Engine, at: datetime) -> list[str]:
    """What a process that was just started tells."""
    sent: list[Notice] = []
    into = notice_rows(engine)

    def tell(notice: Notice) -> bool:
        sent.append(notice)
        return into(PostedNotice(notice, "crm", "admin@firma.cz"))

    DeadLetterNotices(engine, "mailer", tell).post(at)
    return [one.reason for one in sent]


def test_what_died_is_told_together_and_each_once(engine: Engine) -> None:
    """I-9: one notice an hour with a count, also by a process that was started anew meanwhile."""
    _dies(engine, 1, NOW - 5 * MINUTE)
    _dies(engine, 2, NOW - 4 * MINUTE, "no right")
    (first,) = _told(engine, NOW)
    assert first.startswith("2 mails could not be processed, the last because: no right")

    _dies(engine, 3, NOW + 10 * MINUTE)
    assert _told(engine, NOW + 30 * MINUTE) == []
    (second,) = _told(engine, NOW + HOUR)
    assert second.startswith("1 mail could not be processed: no table")
    assert _told(engine, NOW + 3 * HOUR) == []


def test_a_copy_that_comes_late_is_told_with_the_next_ones(engine: Engine) -> None:
    """I-9: it had died just before the last notice."""
    _dies(engine, 1, NOW - 5 * MINUTE)
    assert _told(engine, NOW)
    _dies(engine, 2, NOW - MINUTE)

    assert len(_told(engine, NOW + HOUR)) == 1


def test_the_first_start_does_not_tell_of_years(engine: Engine) -> None:
    """I-9: nor is told what a person has settled."""
    _dies(engine, 1, NOW - timedelta(days=3))
    ended = DeadLetterNote(
        mail_id=UUID(int=2),
        queue="writer.work",
        reason="x",
        died_at=NOW - HOUR,
        told_at=NOW,
        ended_as="dropped",
    )
    record_dead_letters(engine, [ended])

    assert _told(engine, NOW) == []
