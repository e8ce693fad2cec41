"""What the ERP shows of a user's links (K-2, K-7, K-9)."""

from collections.abc import Mapping, Sequence

from services.calsync.calendars.erp import ActivityState, ErpCalendar
from services.calsync.calendars.port import CalendarItem, Participant, Window
from services.calsync.content import differing
from services.calsync.link import CalendarLink
from services.calsync.sights import ActivityEvidence, ActivitySight, EventEvidence
from services.calsync.zones import inside


def look_at_activities(
    erp: ErpCalendar,
    user: Participant,
    window: Window,
    links: Sequence[CalendarLink],
    events: EventEvidence,
) -> ActivityEvidence:
    """Return what the ERP shows: the window in one query, and in another what is missing there.

    Args:
        erp: The activities.
        user: Whose they are.
        window: What is in step.
        links: All links of the user that are alive.
        events: What the calendar shows: of an event that has changed or gone its activity is
            asked for, wherever it is.
    """
    shown = {item.id: item for item in erp.changes(user, window).items}
    found = ActivityEvidence()
    wanted = [link for link in links if link.activity_id and _is_asked(link, shown, events, window)]
    states = erp.states(str(link.activity_id) for link in wanted)
    others = bool(shown) or not wanted or erp.shows_others(user)
    for link in wanted:
        state = states.get(str(link.activity_id))
        found.sights[link.item_id] = _sight(user, link, state, others=others)
    for link in links:
        item = shown.get(str(link.activity_id))
        if item and _is_another(link, item):
            found.sights[link.item_id] = ActivitySight("gone")
        elif item:
            del shown[item.id]
            found.sights.setdefault(link.item_id, ActivitySight("seen", item))
        elif link.activity_id is None and link.state != "making":
            found.sights[link.item_id] = ActivitySight("gone" if shown else "doubtful")
    found.new = shown
    return found


def _is_another(link: CalendarLink, item: CalendarItem) -> bool:
    """Return whether the id of an activity that was not found any more belongs to a new one now."""
    return link.held_side == "erp" and _has_nothing_of(link, item)


def _has_nothing_of(link: CalendarLink, item: CalendarItem) -> bool:
    return link.erp is not None and differing(link.erp, item.content) >= {"subject", "start"}


def _is_asked(
    link: CalendarLink,
    shown: Mapping[str, CalendarItem],
    events: EventEvidence,
    window: Window,
) -> bool:
    if events.of(link).state == "gone":
        # Whether it is completed decides whether it may be deleted.
        return True
    if str(link.activity_id) in shown:
        return False
    was_inside = link.erp is None or inside(link.erp, window)
    return was_inside or link.state == "held" or events.of(link).state == "seen"


def _sight(
    user: Participant, link: CalendarLink, state: ActivityState | None, *, others: bool
) -> ActivitySight:
    is_moved = state is not None and state.responsible != user.user_id
    if state is None or (is_moved and state.item and _has_nothing_of(link, state.item)):
        # A new activity of another user under its id is no move (K-9).
        return ActivitySight("gone" if others else "doubtful")
    if is_moved:
        return ActivitySight("moved", state.item, responsible=state.responsible)
    if state.item is None:
        return ActivitySight("left", completed=state.completed)
    return ActivitySight("seen", state.item, completed=state.completed)
