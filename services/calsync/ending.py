"""Deletes one side because the other was deleted, and ends links (K-7, K-9)."""

from dataclasses import replace
from datetime import datetime

from services.calsync.actions import Drop, EndLink, Hold, ReturnActivity, SaveLink
from services.calsync.calendars.erp_rows import ErpRecords
from services.calsync.calendars.port import CalendarItem
from services.calsync.ledger import Ledger, WrittenField
from services.calsync.link import CalendarLink, LinkState
from services.calsync.saved import save_activity
from services.calsync.writing import Writing
from shared.netgenium.database.engine import write_transaction


def drop_activity(work: Writing, action: Drop) -> None:
    """Delete an activity; its values are saved.

    Raises:
        ItemChangedError: A person has changed it meanwhile.
    """
    link = action.link
    activity_id = str(link.activity_id)
    with write_transaction(work.engine) as connection:
        erp, ledger = work.erp_calendar(connection), Ledger(connection, work.now)
        version = action.item.version if action.item else None
        save_activity(ErpRecords(connection, work.erp, "activity"), link, work.now)
        erp.delete(work.user, activity_id, version)
        ledger.save(_ended(link, "deleted"))
        ledger.close_notes(link)
        ledger.written(link, "erp", action.reason, [WrittenField("deleted")])
    work.to_erp.deleted += 1


def drop_event(work: Writing, action: Drop) -> None:
    """Delete an event.

    Raises:
        ItemChangedError: A person has changed it meanwhile.
        TransientError: It may have been deleted.
    """
    link = action.link
    known = action.item.content if action.item else link.calendar
    if known is not None and link.event_id:
        seen = action.item or CalendarItem(link.event_id, link.version or "", known)
        work.writes.delete(seen, known)
    with work.transaction() as (_, ledger):
        ledger.save(_ended(link, "deleted"))
        ledger.close_notes(link)
        ledger.written(link, "calendar", action.reason, [WrittenField("deleted")])
    work.to_calendar.deleted += 1


def settle(work: Writing, action: Hold | EndLink | SaveLink | ReturnActivity) -> None:
    """Do what touches the ledger, and the ERP at most."""
    with work.transaction() as (erp, ledger):
        link = action.link
        match action:
            case SaveLink():
                ledger.save(link)
            case Hold():
                ledger.save(_held(link, action, work.now))
            case EndLink():
                ledger.save(_ended(link, action.state))
                ledger.written(link, "erp", action.reason, [WrittenField(action.state)])
                ledger.close_notes(link)
                ledger.note(link, [action.note] if action.note else [])
            case ReturnActivity():
                erp.write(str(link.activity_id), {"responsible": work.user.user_id})
                ledger.save(replace(link, look=True))
                ledger.written(link, "erp", "K-9: set back", [WrittenField("changed")])
                ledger.note(link, [action.note])
                work.to_erp.changed += 1


def _ended(link: CalendarLink, state: LinkState) -> CalendarLink:
    ended = replace(link.settled(), decision=link.decision)
    return replace(ended, state=state)


def _held(link: CalendarLink, action: Hold, now: datetime) -> CalendarLink:
    return replace(
        link,
        state="held",
        held_side=action.side,
        held_since=link.held_since or now,
        held_reason=action.reason,
        look=action.side == "calendar",
    )
