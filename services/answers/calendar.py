"""What is known of the calendar, and what a person decides about it (K-7, K-8)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, select

from services.assembly.composition import Erp
from services.calsync.decisions import HeldDeletion, decide, held_deletions, restore
from services.calsync.ledger import Ledger
from services.calsync.link import CalendarLink
from services.calsync.users import CalendarUser, UserStates
from shared.contracts.said import said
from shared.errors import WrongUseError
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.own.calendar_tables import (
    calendar_answer_table,
    calendar_item_table,
    calendar_note_table,
    calendar_write_table,
)

LAST_WRITES = 20
"""How many writes of an item `explain` shows."""

_ID_DIGITS = 19


def addresses_of(connection: Connection) -> Mapping[int, str]:
    """Return the addresses of all users who were ever known, by id."""
    return {one.user_id: one.address for one in UserStates(connection).all()}


def held(engine: Engine) -> list[tuple[str, HeldDeletion]]:
    """Return all held deletions with their users' addresses, the oldest first.

    Raises:
        TransientError: The database is unreachable.
    """
    with database_errors(engine), engine.connect() as connection:
        users = addresses_of(connection)
        return [
            (users.get(one.user_id, str(one.user_id)), one)
            for one in held_deletions(connection, _now())
        ]


def decide_all(
    engine: Engine, held_ids: Sequence[str], decision: Literal["release", "refuse"]
) -> int:
    """Keep what a person decided about held deletions: about all of them, or none.

    Raises:
        WrongUseError: Nothing is held under one of the ids.
        TransientError: The database is unreachable.
    """
    with write_transaction(engine) as connection:
        for held_id in held_ids:
            decide(connection, _id(held_id), decision, _now())
    return len(held_ids)


def restore_activity(erp: Erp, activity_id: int) -> int:
    """Make a deleted activity again; return the id of the new row.

    Raises:
        WrongUseError: There is nothing to restore.
        TransientError: The database is unreachable.
    """
    with write_transaction(erp.engine) as connection:
        return restore(connection, erp.tables, activity_id, _now())


def users_of(engine: Engine) -> Sequence[tuple[CalendarUser, int, int]]:
    """Return every known user with the counts of held deletions and of items with a note.

    Raises:
        TransientError: The database is unreachable.
    """
    with database_errors(engine), engine.connect() as connection:
        ledger = Ledger(connection, _now())
        return [
            (one, ledger.held(one.user_id), len(ledger.open_notes(one.user_id)))
            for one in UserStates(connection).all()
        ]


def explain_item(engine: Engine, wanted: str) -> list[dict[str, Any]]:
    """Return all that is known of an activity or event: links, values, notes and last writes.

    Raises:
        WrongUseError: The ledger does not know it.
        TransientError: The database is unreachable.
    """
    columns = calendar_item_table.c
    is_it = columns.event_id == wanted
    if wanted.isascii() and wanted.isdigit() and len(wanted) < _ID_DIGITS:
        is_it |= columns.activity_id == int(wanted)
    query = select(columns.item_id).where(is_it).order_by(columns.changed_at)
    with database_errors(engine), engine.connect() as connection:
        ledger, users = Ledger(connection, _now()), addresses_of(connection)
        links = [ledger.link(item_id) for item_id in connection.scalars(query).all()]
        found = [_explained(connection, link, users) for link in links if link]
    if not found:
        what = said("the calendar knows neither an activity nor an event {wanted}", wanted=wanted)
        raise WrongUseError(said("{what}; crmservice list calendar has all", what=what))
    return found


def _explained(
    connection: Connection, link: CalendarLink, users: Mapping[int, str]
) -> dict[str, Any]:
    return {
        "user": users.get(link.user_id, str(link.user_id)),
        "activity": link.activity_id,
        "event": link.event_id,
        "ical_uid": link.uid,
        "series": link.master,
        "state": link.state,
        "invitation": _invitation(connection, link),
        "erp": _read(link.erp_values),
        "calendar": _read(link.calendar_values),
        "held": link.held_reason,
        "notes": _rows(connection, calendar_note_table, link, "noted_at"),
        "writes": _rows(connection, calendar_write_table, link, "written_at"),
    }


def _invitation(connection: Connection, link: CalendarLink) -> int | None:
    """Return the record of the invitation that got the answer: the occurrence's, or the series'."""
    own, start = calendar_answer_table.c, link.original_start
    query = select(own.original_start, own.carried).where(
        own.user_id == link.user_id, own.ical_uid == link.uid, own.carried.is_not(None)
    )
    records: dict[str | None, int] = {
        row.original_start: row.carried for row in connection.execute(query)
    }
    return records.get(start.isoformat() if start else None, records.get(None))


def _read(values: str | None) -> Any:  # noqa: ANN401 - JSON
    return json.loads(values) if values else None


def _rows(
    connection: Connection, table: Table, link: CalendarLink, order: str
) -> list[dict[str, Any]]:
    """Return the newest rows of an item, without ids."""
    query = select(table).where(table.c.item_id == link.item_id)
    newest = query.order_by(table.c[order].desc()).limit(LAST_WRITES)
    hidden = {"item_id", "user_id", "note_id", "write_id"}
    return [
        {name: value for name, value in row.items() if name not in hidden}
        for row in connection.execute(newest).mappings()
    ]


def _id(held_id: str) -> UUID:
    try:
        return UUID(held_id)
    except ValueError:
        what = said("{held_id} is not the id of a held deletion", held_id=held_id)
        raise WrongUseError(said("{what}; see crmservice calendar held", what=what)) from None


def _now() -> datetime:
    return datetime.now(UTC)
