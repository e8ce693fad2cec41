"""Saved values of activities that the synchronisation has deleted (K-7): kept to be restored."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from services.calsync.calendars.erp import ErpCalendar
from services.calsync.calendars.erp_rows import (
    record_as_json,
    record_from_json,
    restore_record,
    whole_record_of,
)
from services.calsync.calendars.port import CalendarItem, Participant
from services.calsync.content import FIELDS, values_of
from services.calsync.link import CalendarLink
from shared.netgenium.own.calendar_tables import calendar_saved_table
from shared.netgenium.schema.tables import ErpTables

RESTORABLE = timedelta(days=30)
"""How long a deleted activity can be restored."""


def save_activity(
    connection: Connection, erp: ErpTables, link: CalendarLink, now: datetime
) -> None:
    """Keep every value of a link's activity before it is deleted."""
    if link.activity_id is None:
        return
    record = whole_record_of(connection, erp, "activity", link.activity_id)
    if record is None:
        return
    table = calendar_saved_table
    connection.execute(delete(table).where(table.c.item_id == link.item_id))
    row = {
        "item_id": link.item_id,
        "user_id": link.user_id,
        "activity_id": link.activity_id,
        "record": record_as_json(record),
        "saved_at": now,
    }
    connection.execute(insert(table), [row])


def restore_saved(  # noqa: PLR0913 - what is restored, for whom, and what it looks like now
    connection: Connection,
    erp: ErpTables,
    calendar: ErpCalendar,
    user: Participant,
    link: CalendarLink,
    event: CalendarItem,
) -> CalendarItem | None:
    """Make a deleted activity again, with the event's content of now; None if nothing is saved."""
    record = saved_record(connection, erp, link.item_id)
    if record is None:
        return None
    record_id = _make_again(connection, erp, link, record)
    values = dict(values_of(event.content, FIELDS))
    if not values["text"]:
        del values["text"]
    return calendar.change(user, str(record_id), None, values)


def saved_record(connection: Connection, erp: ErpTables, item_id: UUID) -> Mapping[str, Any] | None:
    """Return the saved values of an item's activity."""
    table = calendar_saved_table
    text = connection.scalar(select(table.c.record).where(table.c.item_id == item_id))
    return record_from_json(text, erp, "activity") if text else None


def forget_saved(connection: Connection, now: datetime) -> None:
    """Drop what is too old to be restored."""
    table = calendar_saved_table
    connection.execute(delete(table).where(table.c.saved_at < now - RESTORABLE))


def _make_again(
    connection: Connection, erp: ErpTables, link: CalendarLink, record: Mapping[str, Any]
) -> int:
    """Insert the activity anew, with its files."""
    record_id = restore_record(connection, erp, "activity", record)
    if link.activity_id is not None:
        take_files_over(connection, erp, link.activity_id, record_id)
    return record_id


def take_files_over(connection: Connection, erp: ErpTables, old: int, new: int) -> None:
    """Let the files of a deleted activity hang on the one that was made again."""
    if erp.has("attachment", "activity"):
        files = erp.table("attachment")
        connection.execute(update(files).where(files.c.activity == old).values(activity=new))
