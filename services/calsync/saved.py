"""Saved values of activities that the synchronisation has deleted (K-7): kept to be restored."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from services.calsync.calendars.erp_rows import ErpRecords, as_json
from services.calsync.link import CalendarLink
from shared.netgenium.own.calendar_tables import calendar_saved_table

RESTORABLE = timedelta(days=30)
"""How long a deleted activity can be restored."""


def save_activity(records: ErpRecords, link: CalendarLink, now: datetime) -> None:
    """Keep every value of a link's activity before it is deleted."""
    record = records.read(link.activity_id) if link.activity_id is not None else None
    if record is None:
        return
    table = calendar_saved_table
    records.connection.execute(delete(table).where(table.c.item_id == link.item_id))
    row = {
        "item_id": link.item_id,
        "user_id": link.user_id,
        "activity_id": link.activity_id,
        "record": as_json(record),
        "saved_at": now,
    }
    records.connection.execute(insert(table), [row])


def restore_saved(records: ErpRecords, link: CalendarLink) -> int | None:
    """Make a deleted activity again, with its files; return its id, None if nothing is saved."""
    table = calendar_saved_table
    query = select(table.c.record).where(table.c.item_id == link.item_id)
    text = records.connection.scalar(query)
    if not text:
        return None
    record_id = records.restore(records.from_json(text))
    if link.activity_id is not None and records.erp.has("attachment", "activity"):
        files = records.erp.table("attachment")
        of_old = update(files).where(files.c.activity == link.activity_id)
        records.connection.execute(of_old.values(activity=record_id))
    return record_id


def forget_saved(connection: Connection, now: datetime) -> None:
    """Drop what is too old to be restored."""
    table = calendar_saved_table
    connection.execute(delete(table).where(table.c.saved_at < now - RESTORABLE))
