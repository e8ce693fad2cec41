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
    actions: Iterable[Action],
    links: Sequence[CalendarLink],
    window: Window,
    rules: CalendarRules,
    suspected: Iterable[CalendarLink] = (),
) -> Iterator[Action]:
    """Yield `actions` with those deletions held that are too many for one user and direction.

    A series counts once. What is held already counts with what comes now; what a person has
    released does not.

    Args:
        actions: What the round is going to do.
        links: All live links of the user.
        window: What is in step.
        rules: The settings.
        suspected: Links whose event has been proven gone once: they count as well, because a
            deletion of many things is not proven in one round for all of them.
    """
    planned = list(actions)
    if not any(isinstance(action, Drop) for action in planned):
        yield from planned
        return
    linked = [link for link in links if _counts(link, window)]
    gone = {link.unit for link in suspected if link.decision != "release"}
    too_many = {
        side: _too_many(_units(planned, side) | (gone if side == "erp" else set()), linked, rules)
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


def _units(planned: Iterable[Action], side: Side) -> set[str]:
    return {
        action.link.unit
        for action in planned
        if isinstance(action, Drop) and action.from_side == side and action.counted
        if action.link.decision != "release"
    }


def _too_many(units: set[str], linked: Sequence[CalendarLink], rules: CalendarRules) -> bool:
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
