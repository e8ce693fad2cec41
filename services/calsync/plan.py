"""What a round does with each link (K-2, K-6, K-7, K-9): from both sides and the ledger. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.calsync.actions import (
    Action,
    Carry,
    Drop,
    EndLink,
    MakeActivity,
    MakeEvent,
    ReturnActivity,
    SaveLink,
)
from services.calsync.calendars.port import CalendarItem, ItemContent, Window
from services.calsync.content import differing, with_values
from services.calsync.link import CalendarLink, LinkState, NoteOfItem, Side
from services.calsync.merge import Versions, as_shown, is_hidden, merge, permission
from services.calsync.rules import CalendarRules
from services.calsync.sights import ActivitySight, EventSight
from services.calsync.zones import inside, moment_of

_DAY = timedelta(days=1)

_KEPT = NoteOfItem(
    "deletion",
    None,
    None,
    "the event is gone; the activity is completed, over or outside the window, so it stays",
)
_AWAY = NoteOfItem(
    "deletion",
    None,
    None,
    "the activity was deleted; the event stays, because only its organiser may delete it",
)
_NOT_MOVED = NoteOfItem(
    "responsible",
    None,
    None,
    "the responsible person was set back: the event may not be taken out of the calendar",
)


@dataclass(frozen=True, slots=True)
class Planning:
    """What the plan knows beside the two sides.

    Attributes:
        window: What is in step.
        now: The moment of the round.
        rules: The settings.
        moved_in_step: Links whose activity has moved to another user (K-9), and has its event
            there already.
        has_calendar: Users who take part.
    """

    window: Window
    now: datetime
    rules: CalendarRules
    has_calendar: frozenset[int] = frozenset()
    moved_in_step: frozenset[int] = frozenset()


def plan_link(
    link: CalendarLink, activity: ActivitySight, event: EventSight, known: Planning
) -> Iterator[Action]:
    """Yield what to do about one link; nothing where both sides are as they were."""
    if is_quiet(link, activity, event):
        return
    if link.state == "making":
        reason = "K-2: made in the ERP; the answer was not known"
        yield MakeEvent(link, activity.item, link.generation, reason, searched=True)
    elif event.state == "unclear":
        return
    elif event.state == "elsewhere":
        # A person keeps it in another calendar: it rests until it is back.
        known_as = link.with_event(event.item) if event.item else link
        resting = replace(known_as.settled(), state="parked")
        if resting != link:
            yield SaveLink(resting)
    elif _rests_elsewhere(link, event, known):
        return
    elif activity.state == "moved":
        yield from _moved(link, activity, event, known)
    elif activity.state in {"gone", "left", "doubtful"}:
        yield from _without_activity(link, activity, event, known)
    elif event.state == "gone":
        yield from _without_event(link, activity, event, known)
    else:
        yield from _both(link, activity, event, known)


def is_quiet(link: CalendarLink, activity: ActivitySight, event: EventSight) -> bool:
    """Return whether neither side has changed: most links of most rounds, so it is cheap."""
    same = activity.state == "same" or (
        activity.item is not None
        and activity.state == "seen"
        and activity.item.version == link.erp_values
    )
    nothing_open = not link.look and link.missing_since is None and link.held_side is None
    return same and event.state == "same" and nothing_open and link.state in {"in_step", "parked"}


def _rests_elsewhere(link: CalendarLink, event: EventSight, known: Planning) -> bool:
    """Return whether the event is still in another calendar.

    What rests because it is outside the window is shown there by the ledger, too; and a window
    slides only together with a complete round, which shows what has come inside.
    """
    resting = link.state == "parked" and event.state == "same"
    return resting and link.calendar is not None and inside(link.calendar, known.window)


def _both(
    link: CalendarLink, activity: ActivitySight, event: EventSight, known: Planning
) -> Iterator[Action]:
    """Carry what a person has changed on one side to the other: both are there."""
    before = link.calendar
    ours = activity.item or _known_activity(link)
    theirs = as_shown(event.item or _known_event(link), link.origin, known.rules)
    versions = Versions(link.erp, ours.content, before, theirs.content)
    allowed = permission(theirs, link.origin, known.rules)
    merged = merge(versions, allowed, text_apart=link.text_apart)
    now_inside = inside(with_values(ours.content, merged.to_erp), known.window)
    state: LinkState = "in_step" if now_inside else link.state
    moved = versions.changed_in_erp() | versions.changed_in_calendar()
    if not now_inside and moved & {"start", "end"}:
        # It is followed once, then rests until it is inside again.
        state = "parked"
    hidden = is_hidden(theirs, link.origin)
    carry = Carry(
        link,
        ours,
        theirs,
        link.origin,
        merged,
        "in_step" if state in {"held", "making"} else state,
        empties=hidden and before is not None and not before.private,
    )
    if _says_something(carry, versions):
        yield carry


def _says_something(carry: Carry, versions: Versions) -> bool:
    link, merged = carry.link, carry.merged
    if link is None or merged.to_erp or merged.to_calendar or merged.notes:
        return True
    event = link.with_event(carry.event)
    shown = event.showing(erp=versions.erp, calendar=versions.calendar)
    asked = link.look or link.missing_since is not None or link.held_side is not None
    return shown != link or asked or carry.state != link.state


def _without_event(
    link: CalendarLink, activity: ActivitySight, event: EventSight, known: Planning
) -> Iterator[Action]:
    """Plan for an event that is gone for sure: its activity goes unless something speaks for it."""
    ours = activity.item or _known_activity(link)
    theirs = as_shown(event.item or _known_event(link), link.origin, known.rules)
    edited = link.erp is not None and bool(differing(link.erp, ours.content))
    called_off = event.item is not None
    allowed = permission(theirs, link.origin, known.rules)
    if link.decision == "refuse":
        yield EndLink(link, "ended", "K-7: a person refused the deletion")
    elif edited and allowed.fields and not called_off:
        yield MakeEvent(link, ours, link.generation + 1, "K-7: changed in the ERP before")
    elif activity.completed or _is_over(ours.content, known) or not _inside(ours, known):
        yield EndLink(link, "ended", "K-7: not deleted by the synchronisation", _KEPT)
    else:
        yield Drop(link, "erp", activity.item, "K-7: deleted in the calendar")


def _without_activity(
    link: CalendarLink, activity: ActivitySight, event: EventSight, known: Planning
) -> Iterator[Action]:
    """Plan for an activity that is gone: its event goes as well if it is the user's own alone."""
    if event.state == "gone":
        yield EndLink(link, "deleted", "K-7: gone on both sides")
        return
    theirs = as_shown(event.item or _known_event(link), link.origin, known.rules)
    edited = link.calendar is not None and bool(differing(link.calendar, theirs.content))
    allowed = permission(theirs, link.origin, known.rules)
    if link.decision == "refuse":
        yield EndLink(link, "ended", "K-7: a person refused the deletion")
    elif edited and _inside(theirs, known):
        yield MakeActivity(link, theirs, link.origin, "K-7: changed in the calendar before")
    elif not _inside(theirs, known):
        yield EndLink(link, "ended", "K-7: outside the window nothing is deleted")
    elif allowed.fields:
        reason = "K-7: deleted in the ERP"
        yield Drop(link, "calendar", event.item, reason, activity.state == "doubtful")
    elif activity.state == "doubtful":
        yield Drop(link, "calendar", event.item, "K-7: the ERP shows nothing", doubtful=True)
    else:
        yield EndLink(link, "away", "K-7: deleted in the ERP", _AWAY)


def _moved(
    link: CalendarLink, activity: ActivitySight, event: EventSight, known: Planning
) -> Iterator[Action]:
    """Plan for another responsible user: his calendar first, then this one (K-9)."""
    if event.state == "gone":
        yield EndLink(link, "deleted", "K-9: moved to another user")
        return
    theirs = as_shown(event.item or _known_event(link), link.origin, known.rules)
    if stays(link, known.rules, event.item):
        if link.activity_id not in known.moved_in_step:
            yield ReturnActivity(link, _NOT_MOVED)
        elif _inside(theirs, known):
            # Both have the meeting: to set it back would take it from the other, again and again.
            yield MakeActivity(link, theirs, link.origin, "K-9: the other user has its activity")
        else:
            yield EndLink(link, "ended", "K-9: moved to another user outside the window")
        return
    follows = activity.responsible in known.has_calendar
    over = activity.item is None or moment_of(activity.item.content.end, known.window.zone) <= (
        known.now
    )
    if follows and link.activity_id in known.moved_in_step:
        yield Drop(link, "calendar", event.item, "K-9: moved to another user", counted=False)
    elif follows and not over:
        # His round makes it first; ours takes it away in the next one.
        return
    elif follows or over:
        yield EndLink(link, "ended", "K-9: moved to another user after it was over")
    else:
        yield Drop(link, "calendar", event.item, "K-9: moved to a user without a calendar")


def stays(link: CalendarLink, rules: CalendarRules, event: CalendarItem | None = None) -> bool:
    """Return whether an event may not be taken out of its user's calendar by the ERP (K-6, K-9)."""
    theirs = as_shown(event or _known_event(link), link.origin, rules)
    return not permission(theirs, link.origin, rules).fields


def plan_new_event(event: CalendarItem, origin: Side, known: Planning, reason: str) -> Action:
    """Make an activity for an event that nothing is linked to."""
    return MakeActivity(None, as_shown(event, origin, known.rules), origin, reason)


def plan_pair(
    link: CalendarLink | None,
    activity: CalendarItem,
    event: CalendarItem,
    origin: Side,
    known: Planning,
) -> Action:
    """Return an activity and an event that belong together but are not linked."""
    theirs = as_shown(event, origin, known.rules)
    versions = Versions(None, activity.content, None, theirs.content)
    allowed = permission(theirs, origin, known.rules)
    merged = merge(versions, allowed, text_apart=False)
    return Carry(link, activity, theirs, origin, merged, "in_step")


def is_pushed(activity: CalendarItem, known: Planning) -> bool:
    """Return whether an activity without an event gets one: what is over does not (K-2a)."""
    if known.rules.recurrence == "first" and activity.uid:
        return False
    return moment_of(activity.content.end, known.window.zone) > known.now


def _is_over(content: ItemContent, known: Planning) -> bool:
    return moment_of(content.end, known.window.zone) < known.now - _DAY


def _inside(item: CalendarItem, known: Planning) -> bool:
    return inside(item.content, known.window)


def _known_activity(link: CalendarLink) -> CalendarItem:
    """Return the activity as the ledger knows it."""
    content = link.erp or link.calendar
    assert content is not None  # noqa: S101 - a link in step has seen both sides
    return CalendarItem(str(link.activity_id), link.erp_values or "", content)


def _known_event(link: CalendarLink) -> CalendarItem:
    """Return the event as the ledger knows it: not who attends, only whether anybody does."""
    content = link.calendar or link.erp
    assert content is not None  # noqa: S101 - a link in step has seen both sides
    return CalendarItem(
        link.event_id or "",
        link.version or "",
        content,
        _kind(link),
        link.uid,
        link.master,
        link.original_start,
        link.own,
        attendees=("?",) if link.meeting else (),
        online=link.online,
    )


def _kind(link: CalendarLink) -> Literal["single", "occurrence", "master"]:
    if link.is_series:
        return "master"
    return "occurrence" if link.master else "single"
