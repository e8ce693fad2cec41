"""Keeps in `crm_box` the state of each source of a box (behaviour O-4)."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, and_, insert, select, update

from shared.contracts.box_state import BoxState
from shared.netgenium.database.engine import ConflictError, write_transaction
from shared.netgenium.own.tables import box_table


def record_box_states(engine: Engine, states: Sequence[BoxState]) -> None:
    """Write the newest of `states` for each source; an older one than the row's changes nothing.

    Raises:
        TransientError: The database is unreachable.
        PermanentError: It does not take such rows.
    """
    newest = {
        (state.box, state.source): state for state in sorted(states, key=lambda one: one.told_at)
    }
    try:
        _write(engine, list(newest.values()))
    except ConflictError:
        # Another writer made a source's first row meanwhile: now it can be seen.
        _write(engine, list(newest.values()))


def _write(engine: Engine, states: Sequence[BoxState]) -> None:
    with write_transaction(engine) as connection:
        for state in states:
            _put(connection, state)


def _put(connection: Connection, state: BoxState) -> None:
    columns = box_table.c
    this = and_(columns.box == state.box, columns.source == state.source)
    told_at = connection.execute(select(columns.told_at).where(this)).scalar_one_or_none()
    values = {
        "state": state.state,
        "why": state.why,
        "waiting": state.waiting,
        "last_read_at": state.read_at,
        "told_at": state.told_at,
    }
    if told_at is None:
        row = {"box": state.box, "source": state.source, **values}
        connection.execute(insert(box_table), [row])
    elif told_at <= state.told_at:
        connection.execute(update(box_table).where(this).values(values))
