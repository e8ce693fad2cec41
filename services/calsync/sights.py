"""What the two sides show of a link in this round: the evidence that the plan decides by. Pure."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from services.calsync.calendars.port import CalendarItem
from services.calsync.link import CalendarLink


@dataclass(frozen=True, slots=True)
class EventSight:
    """What the calendar shows of a linked event.

    Attributes:
        state: `same` as last time; `seen` anew; `gone` for sure (K-7); `elsewhere` in another
            calendar; `unclear`: nothing may follow from it in this round.
        item: What was seen; its id may be another one than the link has.
    """

    state: Literal["same", "seen", "gone", "elsewhere", "unclear"]
    item: CalendarItem | None = None


@dataclass(frozen=True, slots=True)
class ActivitySight:
    """What the ERP shows of a linked activity.

    Attributes:
        state: `same` or `seen`; `gone`; `doubtful`: not found, and nothing else of the user is
            (K-7); `left`: it has no start any more, or is an e-mail; `moved` to another user (K-9).
        item: What was seen.
        completed: It has a completion date.
        responsible: The user it was moved to.
    """

    state: Literal["same", "seen", "gone", "doubtful", "left", "moved"]
    item: CalendarItem | None = None
    completed: bool = False
    responsible: int | None = None


@dataclass(slots=True)
class EventEvidence:
    """All that the calendar shows of a user.

    Attributes:
        sights: By link; what is missing is `same`.
        new: Shown in the window and not linked, by id.
        asked: Links whose open question has changed: kept whatever the plan says.
        undecided: Something that is not linked could not be judged: the cursor must not move on.
    """

    sights: dict[UUID, EventSight] = field(default_factory=dict)
    new: dict[str, CalendarItem] = field(default_factory=dict)
    asked: dict[UUID, CalendarLink] = field(default_factory=dict)
    undecided: bool = False

    def of(self, link: CalendarLink) -> EventSight:
        """Return what it shows of a link."""
        return self.sights.get(link.item_id, EventSight("same"))


@dataclass(slots=True)
class ActivityEvidence:
    """All that the ERP shows of a user.

    Attributes:
        sights: By link; what is missing is `same`.
        new: Activities in the window that are not linked, by id.
    """

    sights: dict[UUID, ActivitySight] = field(default_factory=dict)
    new: dict[str, CalendarItem] = field(default_factory=dict)

    def of(self, link: CalendarLink) -> ActivitySight:
        """Return what it shows of a link."""
        return self.sights.get(link.item_id, ActivitySight("same"))
