"""The brake: many deletions at once are held until a person decides (K-7). Pure."""

from collections.abc import Iterable, Iterator, Sequence

from services.calsync.actions import Action, Drop, Hold
from services.calsync.calendars.port import Window
from services.calsync.link import CalendarLink, Side
from services.calsync.rules import CalendarRules
from services.calsync.zones import inside

_FEW = 3
"""So many deletions are never held for their share alone."""

_SIDES: tuple[Side, Side] = ("erp", "calendar")


def braked(
    actions: Iterable[Action], links: Sequence[CalendarLink], window: Window, rules: CalendarRules
) -> Iterator[Action]:
    """`actions` with those deletions held that are too many for one user and direction.

    A series counts once. What is held already counts with what comes now; what a person has
    released does not.
    """
    planned = list(actions)
    if not any(isinstance(action, Drop) for action in planned):
        yield from planned
        return
    linked = [link for link in links if _counts(link, window)]
    too_many = {
        side: _too_many([one for one in planned if _is_drop(one, side)], linked, rules)
        for side in _SIDES
    }
    for action in planned:
        if not isinstance(action, Drop) or action.link.decision == "release":
            yield action
            continue
        waits = action.link.state == "held"
        if action.doubtful or waits or (action.counted and too_many[action.from_side]):
            yield _hold(action)
        else:
            yield action


def _hold(action: Drop) -> Hold:
    link = action.link
    if action.doubtful:
        reason = "the ERP shows no activity of this user at all"
    else:
        reason = link.held_reason or "more deletions at once than are usual"
    side: Side = "calendar" if action.from_side == "erp" else "erp"
    return Hold(link, side, reason)


def _is_drop(action: Action, side: Side) -> bool:
    return (
        isinstance(action, Drop)
        and action.from_side == side
        and action.counted
        and action.link.decision != "release"
    )


def _too_many(
    drops: Sequence[Action], linked: Sequence[CalendarLink], rules: CalendarRules
) -> bool:
    units = {one.link.unit for one in drops if isinstance(one, Drop)}
    all_units = {link.unit for link in linked}
    share = len(units) * 100 > rules.brake_percent * len(linked)
    return (
        len(units) > rules.brake_items
        or (len(units) >= _FEW and share)
        or (len(all_units) >= _FEW and units >= all_units)
    )


def _counts(link: CalendarLink, window: Window) -> bool:
    content = link.calendar or link.erp
    return link.state != "making" and content is not None and inside(content, window)
