"""Makes the side that is missing (K-2): an activity, or an event that is made only once.

What is about to be made in a calendar is in the ledger before; killed at any point, the next round
finds it or makes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from services.calsync.actions import MakeActivity, MakeEvent
from services.calsync.calendars.erp import ErpCalendar
from services.calsync.calendars.erp_rows import ErpRecords
from services.calsync.calendars.port import CalendarItem, ItemRefusedError, NewItem
from services.calsync.content import FIELDS, values_of
from services.calsync.ledger import Ledger
from services.calsync.link import CalendarLink, NoteOfItem
from services.calsync.saved import restore_saved
from services.calsync.writing import AssignedFields, Writing
from shared.netgenium.database.engine import write_transaction

_GIVEN_UP = timedelta(days=1)
"""An event that an activity, deleted since, may have is looked for so long."""


def make_activities(work: Writing, actions: Sequence[MakeActivity]) -> None:
    """Make the activities of events that have no link yet, in one transaction: all or none."""
    with write_transaction(work.engine) as connection:
        made = _made(work, connection, [one.event for one in actions])
        links = [
            one.linked(work.new_link(action.origin), action.event)
            for action, one in zip(actions, made, strict=True)
        ]
        ledger = Ledger(connection, work.now)
        ledger.release_activities(*(int(one.item.id) for one in made))
        ledger.add(*links)
        reasons = [action.reason for action in actions]
        ledger.created("erp", zip(links, reasons, strict=True))
    work.to_erp.created += len(actions)


def make_activity(work: Writing, action: MakeActivity) -> None:
    """Make the activity of one event, from what was saved of it if it had one before."""
    if action.link is None:
        make_activities(work, [action])
        return
    old, event = action.link, action.event
    with write_transaction(work.engine) as connection:
        erp, ledger = work.erp_calendar(connection), Ledger(connection, work.now)
        item = _restored(work, connection, erp, old, event)
        (made,) = [_Made(item)] if item else _made(work, connection, [event])
        ledger.release_activities(int(made.item.id))
        if old.activity_id and old.state != "deleted":
            ledger.bury(old, event_id=None, uid="", erp_values=None, calendar_values=None)
        link = made.linked(old, event)
        ledger.save(link)
        ledger.close_notes(link)
        ledger.created("erp", [(link, action.reason)])
    work.to_erp.created += 1


@dataclass(frozen=True, slots=True)
class _Made:
    """An activity that was made for an event, and what it was assigned to, if anew."""

    item: CalendarItem
    assigned: AssignedFields | None = None

    def linked(self, link: CalendarLink, event: CalendarItem) -> CalendarLink:
        """Return `link` between the two."""
        linked = link.with_event(event).settled()
        linked = replace(linked, activity_id=int(self.item.id), text_apart=False)
        if self.assigned:
            linked = replace(linked, assigned=self.assigned.memory)
        return linked.showing(erp=self.item.content, calendar=event.content)


def _made(work: Writing, connection: Connection, events: Sequence[CalendarItem]) -> list[_Made]:
    assigned = [work.assigning.for_new(connection, work.user, event) for event in events]
    new = [
        NewItem(event.content, record={**one.record, "series": _series(event)}, lists=one.lists)
        for event, one in zip(events, assigned, strict=True)
    ]
    items = work.erp_calendar(connection).create_all(work.user, new)
    return [_Made(item, one) for item, one in zip(items, assigned, strict=True)]


def _restored(
    work: Writing, connection: Connection, erp: ErpCalendar, link: CalendarLink, event: CalendarItem
) -> CalendarItem | None:
    """Return the saved activity of an event that is back, with the event's content of now."""
    record_id = restore_saved(ErpRecords(connection, work.erp, "activity"), link)
    if record_id is None:
        return None
    values = dict(values_of(event.content, FIELDS))
    if not values["text"]:
        # The text may be a person's minutes.
        del values["text"]
    return erp.change(work.user, str(record_id), None, values)


def make_event(work: Writing, action: MakeEvent) -> None:
    """Make the event of an activity, or find the one that was made.

    Raises:
        TransientError: The mailbox asks to wait, or nothing could be looked for.
    """
    link = _begin_event(work, action)
    content = link.calendar
    if content is None:
        return
    item = action.event
    if item is None and action.searched:
        item = work.writes.find(link, content)
    if item is None and not _is_wanted(work, link):
        _give_up(work, link)
        return
    try:
        item = item or work.writes.make(link, content)
    except ItemRefusedError as error:
        _refused(work, link, error)
        return
    if item is not None:
        _linked(work, action, link, item)


def _begin_event(work: Writing, action: MakeEvent) -> CalendarLink:
    """Write down what is going to be made before it is."""
    old, activity = action.link, action.activity
    if old is not None and old.state == "making":
        return old
    assert activity is not None  # noqa: S101 - only what is being made has none
    link = old or work.new_link("erp", activity_id=int(activity.id))
    link = replace(
        link.settled(),
        state="making",
        generation=action.generation,
        event_id=None,
        uid="",
        master=None,
        original_start=None,
        version=None,
        own=True,
        meeting=False,
        online=False,
    ).showing(erp=activity.content, calendar=activity.content)
    with work.transaction() as (_, ledger):
        if old is None:
            ledger.release_activities(link.activity_id or 0, of_user=link.user_id)
        if old is not None and old.event_id:
            ledger.bury(old, activity_id=None, erp_values=None)
        ledger.keep(link, new=old is None)
    return link


def _is_wanted(work: Writing, link: CalendarLink) -> bool:
    """Whether the activity is still there: nothing is made for one that was deleted since."""
    with work.engine.connect() as connection:
        erp = work.erp_calendar(connection)
        state = erp.states([str(link.activity_id)]).get(str(link.activity_id))
    return state is not None and state.item is not None and (state.responsible == work.user.user_id)


def _give_up(work: Writing, link: CalendarLink) -> None:
    """End the link of a gone activity for which no event is found; a search may lag for a while."""
    if link.changed_at > work.now - _GIVEN_UP:
        return
    with work.transaction() as (_, ledger):
        ledger.save(replace(link, state="deleted"))


def _refused(work: Writing, link: CalendarLink, error: ItemRefusedError) -> None:
    reason = f"K-2a: the calendar refused the event ({error.code})"
    with work.transaction() as (_, ledger):
        ledger.save(replace(link, state="ended"))
        ledger.note(link, [NoteOfItem("event", None, None, reason)])


def _linked(work: Writing, action: MakeEvent, link: CalendarLink, item: CalendarItem) -> None:
    # An event that was only found may have been changed since it was made.
    found = action.event is not None or action.searched
    shown = link.calendar if found else item.content
    linked = replace(link.with_event(item).settled().showing(calendar=shown), look=found)
    with work.transaction() as (_, ledger):
        ledger.save(linked)
        ledger.close_notes(link)
        ledger.created("calendar", [(link, action.reason)])
    work.to_calendar.created += 1


def _series(event: CalendarItem) -> str | None:
    return event.uid if event.master or event.kind == "master" else None
