"""What a round may do, one object for each; `plan` makes them and `apply` does them. Pure."""

from dataclasses import dataclass

from services.calsync.calendars.port import CalendarItem
from services.calsync.link import CalendarLink, LinkState, NoteOfItem, Side
from services.calsync.merge import Merged


@dataclass(frozen=True, slots=True)
class Carry:
    """Bring an activity and its event in step.

    Attributes:
        link: Their link; None if they have none yet.
        activity, event: What both sides show; a private event as the ERP may show it.
        origin: Where the item was made first.
        merged: What goes where.
        state: The link's state afterwards: in step, or parked if it has left the window.
        empties: The event has become private: what was kept of it is removed (K-4).
    """

    link: CalendarLink | None
    activity: CalendarItem
    event: CalendarItem
    origin: Side
    merged: Merged
    state: LinkState
    empties: bool = False


@dataclass(frozen=True, slots=True)
class MakeActivity:
    """Make the activity of an event.

    Attributes:
        link: A link that had another activity before, or None.
        event: As the ERP may show it.
        origin: Where the item was made first.
        reason: Why.
    """

    link: CalendarLink | None
    event: CalendarItem
    origin: Side
    reason: str


@dataclass(frozen=True, slots=True)
class MakeEvent:
    """Make the event of an activity, or find the one that was made.

    Attributes:
        link: A link that is `making`, or whose event is gone; None if there is none yet.
        activity: What the ERP shows; None while only an earlier request is asked for.
        generation: Part of the transaction id.
        reason: Why.
        event: What was made by an earlier request, if it has been seen.
        searched: An earlier request may have made it: it is looked for before it is made.
    """

    link: CalendarLink | None
    activity: CalendarItem | None
    generation: int
    reason: str
    event: CalendarItem | None = None
    searched: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Delete one side because the other was deleted.

    Attributes:
        link: Their link.
        from_side: Where it is deleted now.
        item: What is deleted, as it was seen; None: as the ledger knows it.
        reason: Why.
        doubtful: Held in any case: the other side shows nothing at all.
        counted: Counts for the brake.
    """

    link: CalendarLink
    from_side: Side
    item: CalendarItem | None
    reason: str
    doubtful: bool = False
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold a deletion until a person decides (K-7).

    Attributes:
        side: Where it was deleted.
    """

    link: CalendarLink
    side: Side
    reason: str


@dataclass(frozen=True, slots=True)
class EndLink:
    """End a link; both sides stay as they are."""

    link: CalendarLink
    state: LinkState
    reason: str
    note: NoteOfItem | None = None


@dataclass(frozen=True, slots=True)
class SaveLink:
    """Write what is known of a link, with no effect on either side."""

    link: CalendarLink


@dataclass(frozen=True, slots=True)
class ReturnActivity:
    """Set the responsible person of an activity back (K-9)."""

    link: CalendarLink
    note: NoteOfItem


Action = Carry | MakeActivity | MakeEvent | Drop | Hold | EndLink | SaveLink | ReturnActivity
