"""What a person decides about the calendar: release, refuse, restore (K-7)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, select

from services.calsync.calendars.erp_rows import ErpRecords
from services.calsync.ledger import Ledger, WrittenField
from services.calsync.link import CalendarLink, Side
from services.calsync.saved import RESTORABLE, restore_saved
from shared.contracts.said import said
from shared.errors import WrongUseError
from shared.netgenium.own.calendar_tables import calendar_item_table, calendar_saved_table
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class HeldDeletion:
    """A deletion that waits for a person, as `crmservice calendar held` shows it.

    Attributes:
        side: Where it was deleted.
    """

    held_id: UUID
    user_id: int
    side: Side
    activity: int | None
    event: str | None
    subject: str
    start: str
    since: datetime
    reason: str


def held_deletions(connection: Connection, now: datetime) -> list[HeldDeletion]:
    """Return all held deletions, the oldest first."""
    columns = calendar_item_table.c
    query = select(columns.item_id).where(columns.state == "held").order_by(columns.held_since)
    ledger = Ledger(connection, now)
    links = (ledger.link(item_id) for item_id in connection.scalars(query).all())
    return [_held(link) for link in links if link is not None]


def decide(
    connection: Connection, held_id: UUID, decision: Literal["release", "refuse"], now: datetime
) -> CalendarLink:
    """Keep what a person decided; the user's next round carries it out if it is still true.

    Raises:
        WrongUseError: Nothing is held under this id.
    """
    ledger = Ledger(connection, now)
    link = ledger.link(held_id)
    if link is None or link.state != "held":
        raise WrongUseError(
            said("{held_id} is not a held deletion; see crmservice calendar held", held_id=held_id)
        )
    decided = replace(link, decision=decision)
    ledger.save(decided)
    return decided


def restore(connection: Connection, erp: ErpTables, activity_id: int, now: datetime) -> int:
    """Make a deleted activity again with its saved values; return the id of the new row.

    It is tied to its event by the next round, if that is still there.

    Raises:
        WrongUseError: The synchronisation has not deleted it within the last 30 days, or it has
            been restored.
    """
    table = calendar_saved_table.c
    saved = select(calendar_saved_table).where(
        table.activity_id == activity_id, table.saved_at > now - RESTORABLE
    )
    row = connection.execute(saved.order_by(table.saved_at.desc())).mappings().first()
    ledger = Ledger(connection, now)
    link = ledger.link(row["item_id"]) if row else None
    if row is None or link is None or link.activity_id != activity_id or link.state != "deleted":
        raise _cannot_restore(activity_id)
    record_id = restore_saved(ErpRecords(connection, erp, "activity"), link)
    if record_id is None:
        raise _cannot_restore(activity_id)
    ledger.bury(link, event_id=None, uid="", calendar_values=None)
    # An event that is still there, or comes back, finds the restored activity.
    ledger.save(replace(link, state="ended", activity_id=record_id, look=False))
    ledger.written(link, "erp", "K-7: restored by a person", [WrittenField("created")])
    return record_id


def _cannot_restore(activity_id: int) -> WrongUseError:
    what = said(
        "activity {activity_id} was not deleted by the synchronisation in the last 30 days",
        activity_id=activity_id,
    )
    return WrongUseError(said("{what}, or it is restored already", what=what))


def _held(link: CalendarLink) -> HeldDeletion:
    content = link.calendar or link.erp
    return HeldDeletion(
        link.item_id,
        link.user_id,
        link.held_side or "calendar",
        link.activity_id,
        link.event_id,
        content.subject if content else "",
        content.start.isoformat() if content else "",
        link.held_since or link.changed_at,
        link.held_reason or "",
    )
