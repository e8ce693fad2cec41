"""Carries what was changed on one side to the other (K-6).

First the ERP with its ledger row in one transaction, then the calendar, then the ledger again: what
the calendar does not have yet stays changed in the ledger.
"""

from dataclasses import replace

from sqlalchemy import Connection

from services.calsync.actions import Carry
from services.calsync.calendars.port import CalendarItem, FieldValues, ItemContent, ItemRefusedError
from services.calsync.content import value
from services.calsync.ledger import Ledger
from services.calsync.link import CalendarLink, NoteOfItem
from services.calsync.merge import is_hidden, unsent
from services.calsync.writing import Writing, written_fields
from shared.netgenium.database.engine import write_transaction


def carry(work: Writing, action: Carry) -> None:
    """Bring an activity and its event in step.

    Raises:
        ItemChangedError: A person has changed one of them meanwhile.
        TransientError: The calendar may have been written.
    """
    merged, event = action.merged, action.event
    link = action.link or work.new_link(action.origin, activity_id=int(action.activity.id))
    link = replace(
        link.with_event(event).settled(),
        origin=action.origin,
        state=action.state,
        text_apart=merged.text_apart,
    )
    if action.link is None or merged.to_erp or not merged.to_calendar:
        link, stored = _carry_to_erp(work, action, link)
    else:
        stored = action.activity.content
    if merged.to_calendar:
        _carry_to_calendar(work, action, link, stored)


def _carry_to_erp(
    work: Writing, action: Carry, link: CalendarLink
) -> tuple[CalendarLink, ItemContent]:
    merged, event, activity = action.merged, action.event, action.activity
    with write_transaction(work.engine) as connection:
        erp, ledger = work.erp_calendar(connection), Ledger(connection, work.now)
        stored = activity.content
        if merged.to_erp:
            version = activity.version or None
            changed = erp.change(work.user, activity.id, version, merged.to_erp)
            stored = changed.content
        before = link.erp or event.content
        link = link.showing(erp=unsent(stored, before, merged.to_calendar), calendar=event.content)
        link = _assign_again(work, connection, link, event)
        ledger.keep(link, new=action.link is None)
        if action.empties:
            ledger.empty(link)
        hidden = is_hidden(event, link.origin)
        written = written_fields(merged.to_erp, activity.content, hidden=hidden)
        ledger.written(link, "erp", "K-6: changed in the calendar", written)
        ledger.close_notes(link, merged.carried)
        ledger.note(link, merged.notes)
    work.to_erp.changed += bool(merged.to_erp)
    return link, stored


def _assign_again(
    work: Writing, connection: Connection, link: CalendarLink, event: CalendarItem
) -> CalendarLink:
    assigned = work.assigning.again(connection, work.user, event, link)
    if assigned is None:
        return link
    erp, activity_id = work.erp_calendar(connection), str(link.activity_id)
    erp.write(activity_id, assigned.record)
    for name, listed in assigned.lists.items():
        erp.write_list(activity_id, name, listed)
    return replace(link, assigned=assigned.memory)


def _carry_to_calendar(
    work: Writing, action: Carry, link: CalendarLink, stored: ItemContent
) -> None:
    merged, event = action.merged, action.event
    try:
        item = work.writes.change(event, event.content, merged.to_calendar)
    except ItemRefusedError as error:
        _set_back(work, action, link, error)
        return
    with work.transaction() as (_, ledger):
        ledger.save(link.with_event(item).showing(erp=stored, calendar=item.content))
        hidden = is_hidden(item, link.origin)
        written = written_fields(merged.to_calendar, event.content, hidden=hidden)
        ledger.written(link, "calendar", "K-6: changed in the ERP", written)
        ledger.close_notes(link, merged.carried)
        ledger.note(link, merged.notes)
    work.to_calendar.changed += 1


def _set_back(work: Writing, action: Carry, link: CalendarLink, error: ItemRefusedError) -> None:
    """Set the ERP back to the calendar's values, but for its text: the change was refused."""
    event, activity = action.event, action.activity
    reason = f"K-6: the calendar refused the change ({error.code})"
    values: FieldValues = {
        name: value(event.content, name) for name in action.merged.to_calendar if name != "text"
    }
    with work.transaction() as (erp, ledger):
        stored = activity.content
        if values:
            stored = erp.change(work.user, activity.id, None, values).content
        apart = link.text_apart or "text" in action.merged.to_calendar
        shown = link.showing(erp=stored, calendar=event.content)
        ledger.save(replace(shown, text_apart=apart))
        ledger.written(link, "erp", reason, written_fields(values, activity.content, hidden=False))
        ledger.note(
            link,
            [
                NoteOfItem(name, str(wanted), str(value(event.content, name)), reason)
                for name, wanted in action.merged.to_calendar.items()
            ],
        )
    work.to_erp.changed += bool(values)
