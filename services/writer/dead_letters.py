"""Keeps in `crm_dead_letter` a copy of each dead letter, and how it ended (behaviour O-2).

Notes come twice, late, in another order, or not at all. The queue is the truth: what an operator
has seen there since heals the row.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, and_, insert, select, update

from shared.contracts.dead_letter import DeadLetterNote
from shared.netgenium.database.engine import ConflictError, database_errors, write_transaction
from shared.netgenium.own.tables import dead_letter_table

_ROUNDED = timedelta(milliseconds=10)
"""Databases round moments; nothing dies twice within this time."""


def record_dead_letters(engine: Engine, notes: Sequence[DeadLetterNote]) -> None:
    """Write what `notes` tell; what is older than the row changes nothing.

    Raises:
        TransientError: The database is unreachable.
        PermanentError: It does not take such rows.
    """
    try:
        _write(engine, notes)
    except ConflictError:
        # Another writer made a letter's row meanwhile: now it can be seen.
        _write(engine, notes)


def differing(
    engine: Engine,
    queues: Collection[str],
    letters: Sequence[DeadLetterNote],
    looked_at: datetime,
    boxes: Collection[str] | None = None,
) -> list[DeadLetterNote]:
    """Return the notes that make the rows equal to `letters`, which are all that there are.

    Args:
        engine: Its database has the rows.
        queues: Those that were looked at.
        letters: Their dead letters.
        looked_at: When the look began; what died since may be missing from `letters`.
        boxes: Only rows of these can be gone; None: all.

    Raises:
        TransientError: The database is unreachable.
    """
    there = {(one.mail_id, one.queue) for one in letters}
    rows = {(row.mail_id, row.queue): row for row in _open_rows(engine, queues)}
    gone = [
        _gone(row, looked_at)
        for key, row in rows.items()
        if key not in there and row.died_at < looked_at and (boxes is None or row.box in boxes)
    ]
    return [one for one in letters if _tells_more(rows, one)] + gone


def _tells_more(rows: dict[tuple[UUID, str], Any], note: DeadLetterNote) -> bool:
    row = rows.get((note.mail_id, note.queue))
    return row is None or _is_newer(note, row)


def _open_rows(engine: Engine, queues: Collection[str]) -> Sequence[Any]:
    own = dead_letter_table.c
    asked = select(dead_letter_table).where(own.queue.in_(queues), own.ended_at.is_(None))
    with database_errors(engine), engine.connect() as connection:
        return connection.execute(asked).all()


def _gone(row: Any, looked_at: datetime) -> DeadLetterNote:  # noqa: ANN401 - a row
    return DeadLetterNote(
        mail_id=row.mail_id,
        queue=row.queue,
        box=row.box,
        source=row.source,
        reason=row.reason,
        released=row.released,
        died_at=row.died_at,
        told_at=looked_at,
        ended_as="gone",
    )


def _write(engine: Engine, notes: Sequence[DeadLetterNote]) -> None:
    with write_transaction(engine) as connection:
        for note in notes:
            _put(connection, note)


def _put(connection: Connection, note: DeadLetterNote) -> None:
    own = dead_letter_table.c
    this = and_(own.mail_id == note.mail_id, own.queue == note.queue)
    row = connection.execute(select(dead_letter_table).where(this)).one_or_none()
    if row is None:
        values = {"mail_id": note.mail_id, "queue": note.queue, **_values(note, None)}
        connection.execute(insert(dead_letter_table), [values])
    elif _is_newer(note, row):
        values = _values(note, row)
        # Another writer may have put a later death there since.
        unless_later = own.died_at <= values["died_at"] + _ROUNDED
        connection.execute(update(dead_letter_table).where(this, unless_later).values(values))


def _values(note: DeadLetterNote, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row, or None
    values = {
        "reason": note.reason,
        "released": note.released,
        "died_at": _died_at(note, row),
        "ended_at": note.told_at if note.ended_as else None,
        "ended_as": note.ended_as,
    }
    return values | dict(_told_places(note))


def _told_places(note: DeadLetterNote) -> Iterator[tuple[str, str]]:
    """Give box and source where they are told: what is known already stays."""
    if note.box is not None:
        yield "box", note.box
    if note.source is not None:
        yield "source", note.source


def _died_at(note: DeadLetterNote, row: Any) -> datetime:  # noqa: ANN401 - a row, or None
    """Return when it died; where only the broker knows, when that was seen first."""
    if note.died_at:
        return note.died_at
    if row is None or (row.ended_at and not note.ended_as):
        return note.told_at
    died_at: datetime = row.died_at
    return died_at


def _is_newer(note: DeadLetterNote, row: Any) -> bool:  # noqa: ANN401 - a row
    """Whether `note` tells what the row does not know yet."""
    died_at = note.died_at or row.died_at
    if abs(died_at - row.died_at) > _ROUNDED:
        return bool(died_at > row.died_at)
    if row.ended_at is None:
        return note.ended_as is not None
    return bool(note.told_at > row.ended_at + _ROUNDED)
