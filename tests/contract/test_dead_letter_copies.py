"""Copies of dead letters, on every database."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, select

from services.writer.dead_letters import differing, record_dead_letters
from shared.contracts.dead_letter import DeadLetterNote
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.own.tables import dead_letter_table
from tests.databases import our_tables
from tests.servers.ports import DatabaseServer

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
MAIL = UUID("154c463d-386a-5b61-bf0d-6b2cd91a1bcb")
QUEUE = "classifier.mail"


@pytest.fixture(params=["sqlite", "postgresql", "firebird"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database with our tables, empty."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    with server.database(prepare=our_tables) as url:
        engine = open_database(url)
        yield engine
        engine.dispose()


def after(minutes: float) -> datetime:
    """A moment after noon."""
    return NOON + timedelta(minutes=minutes)


def a_note(**changes: Any) -> DeadLetterNote:
    """A mail that died at noon."""
    given = {"mail_id": MAIL, "queue": QUEUE, "reason": "a bug", "died_at": NOON, "told_at": NOON}
    return DeadLetterNote(**(given | changes))


def row(engine: Engine) -> tuple[Any, ...]:
    """What is known of the only letter."""
    own = dead_letter_table.c
    asked = select(own.reason, own.released, own.ended_as)
    with engine.connect() as connection:
        return tuple(connection.execute(asked).one())


def forget(engine: Engine) -> None:
    """Remove the copies."""
    with write_transaction(engine) as connection:
        connection.execute(delete(dead_letter_table))


def test_in_any_order_and_twice_the_copy_ends_as_the_letter_is(engine: Engine) -> None:
    """O-2: died, released, died again; whatever comes first, the last death is open."""
    died = a_note(box="Zakázky", source="imap:1")
    released = a_note(told_at=after(1), ended_as="released", released=1)
    again = a_note(died_at=after(2), told_at=after(2), reason="again", released=1)
    told: Sequence[DeadLetterNote]
    for told in permutations([died, released, again]):
        forget(engine)
        record_dead_letters(engine, told)
        record_dead_letters(engine, told)
        assert row(engine) == ("again", 1, None), told
    for told in permutations([died, released]):
        forget(engine)
        for note in (*told, *told):
            record_dead_letters(engine, [note])
        assert row(engine) == ("a bug", 1, "released"), told


def test_what_is_known_of_box_and_moments_stays(engine: Engine) -> None:
    """O-2: an ending that knows less than the death takes nothing away."""
    died = a_note(box="Zakázky", source="imap:1", reason="x" * 3000)
    record_dead_letters(engine, [died, a_note(told_at=after(1), ended_as="dropped")])

    own = dead_letter_table.c
    asked = select(own.box, own.source, own.died_at, own.ended_at, own.ended_as)
    with engine.connect() as connection:
        box, source, died_at, ended_at, ended_as = connection.execute(asked).one()
    assert (box, source, ended_as) == ("Zakázky", "imap:1", "dropped")
    assert abs(died_at - NOON) < timedelta(seconds=1)
    assert abs(ended_at - after(1)) < timedelta(seconds=1)


def test_a_letter_that_only_the_broker_dates_keeps_the_moment_it_was_seen_first(
    engine: Engine,
) -> None:
    """O-2: seen again it is the same death; seen after its end it is a new one."""
    own = dead_letter_table.c

    def died_at() -> datetime:
        with engine.connect() as connection:
            moment: datetime = connection.execute(select(own.died_at)).scalar_one()
        return moment.replace(microsecond=0)

    seen = a_note(died_at=None)
    record_dead_letters(engine, [seen, a_note(died_at=None, told_at=after(1))])
    assert died_at() == NOON.replace(microsecond=0)
    ended = a_note(died_at=None, told_at=after(2), ended_as="released", released=1)
    record_dead_letters(engine, [ended, seen])
    assert row(engine)[1:] == (1, "released")
    record_dead_letters(engine, [a_note(died_at=None, told_at=after(3), released=1)])
    assert row(engine)[1:] == (1, None)
    assert died_at() == after(3).replace(microsecond=0)


def test_a_look_at_the_queues_heals_the_copies(engine: Engine) -> None:
    """O-2: lost notes are made up for, what is gone ends, what died meanwhile stays open."""
    unknown, gone, late, known = (UUID(int=number) for number in range(4))
    record_dead_letters(
        engine,
        [
            a_note(mail_id=gone),
            a_note(mail_id=late, died_at=after(5), told_at=after(5)),
            a_note(mail_id=known),
            a_note(mail_id=gone, queue="failed"),
        ],
    )
    seen = [a_note(mail_id=one, told_at=after(1)) for one in (unknown, known)]

    notes = differing(engine, [QUEUE], seen, after(1))

    assert {(one.mail_id, one.ended_as) for one in notes} == {(unknown, None), (gone, "gone")}
    record_dead_letters(engine, notes)
    assert differing(engine, [QUEUE], seen, after(1)) == []
    back = [*seen, a_note(mail_id=gone, told_at=after(2))]
    record_dead_letters(engine, differing(engine, [QUEUE], back, after(2)))
    assert differing(engine, [QUEUE], back, after(2)) == []
    assert differing(engine, ["failed"], [], after(1), ["another box"]) == []
