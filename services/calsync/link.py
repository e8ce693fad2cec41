"""A link: which activity is which event, and what each side showed last. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from services.calsync.calendars.port import CalendarItem, ItemContent, ItemTime
from services.calsync.content import as_json, from_json

LinkState = Literal["in_step", "making", "held", "parked", "away", "ended", "deleted"]
"""`making`: the event is being made and not known yet. The last three are the memory (K-7):
`away`: the event stays and its activity is not made; `ended`: one side stays, not linked any more;
`deleted`: what was linked is gone."""

LIVE: tuple[LinkState, ...] = ("in_step", "making", "held", "parked")

Side = Literal["erp", "calendar"]


@dataclass(frozen=True, slots=True)
class CalendarLink:
    """One row of the ledger.

    Attributes:
        item_id: Its own name.
        user_id: Whose item it is.
        state: Where it is in its life.
        origin: Where it was made first.
        activity_id, event_id: The two sides; the event's is None while it is being made.
        uid: iCalUId of the event or of its series.
        master, original_start: Of an occurrence; of a series that is one activity its own id.
        version: The event's version that was seen last.
        own, meeting, online: The user is the organiser; it has attendees; it is an online meeting.
        text_apart: The text of the ERP is a person's own and no copy of the calendar's (K-6).
        look: The event must be asked for in the next round.
        generation: How often an event was made for the activity (the transaction id depends on it).
        erp_values, calendar_values: What each side showed last, as JSON.
        assigned: What tokens and attendees gave (K-2c), as JSON.
        missing_since: When the first proof was found that the event is gone (K-7).
        held_side: The side on which it was deleted, while the deletion is held.
        held_since, held_reason: Since when and why.
        decision: What a person decided about the held deletion.
        changed_at: When the row was written last.
    """

    item_id: UUID
    user_id: int
    state: LinkState
    origin: Side
    changed_at: datetime
    activity_id: int | None = None
    event_id: str | None = None
    uid: str = ""
    master: str | None = None
    original_start: ItemTime | None = None
    version: str | None = None
    own: bool = True
    meeting: bool = False
    online: bool = False
    text_apart: bool = False
    look: bool = False
    generation: int = 0
    erp_values: str | None = None
    calendar_values: str | None = None
    assigned: str | None = None
    missing_since: datetime | None = None
    held_side: Side | None = None
    held_since: datetime | None = None
    held_reason: str | None = None
    decision: Literal["release", "refuse"] | None = None

    @property
    def erp(self) -> ItemContent | None:
        """What the ERP showed last."""
        return from_json(self.erp_values) if self.erp_values else None

    @property
    def calendar(self) -> ItemContent | None:
        """What the calendar showed last."""
        return from_json(self.calendar_values) if self.calendar_values else None

    @property
    def is_series(self) -> bool:
        """Whether one activity stands for a whole series (`recurrence=first`)."""
        return self.master is not None and self.master == self.event_id

    @property
    def unit(self) -> str:
        """What counts as one deletion: the item, or its whole series."""
        return self.master or str(self.item_id)

    def with_event(self, item: CalendarItem) -> Self:
        """Return this link with an event as the calendar shows it, its content left out."""
        return replace(
            self,
            event_id=item.id,
            uid=item.uid,
            master=item.id if item.kind == "master" else item.master,
            original_start=item.original_start,
            version=item.version,
            own=item.own,
            meeting=bool(item.attendees),
            online=item.online,
        )

    def showing(
        self, *, erp: ItemContent | None = None, calendar: ItemContent | None = None
    ) -> Self:
        """Return this link with what the sides show now."""
        shown: dict[str, Any] = {}
        if erp:
            shown["erp_values"] = as_json(erp)
        if calendar:
            shown["calendar_values"] = as_json(calendar)
        return replace(self, **shown)

    def settled(self) -> Self:
        """Return this link in step, with nothing open."""
        return replace(
            self,
            state="in_step",
            look=False,
            missing_since=None,
            held_side=None,
            held_since=None,
            held_reason=None,
            decision=None,
        )


@dataclass(frozen=True, slots=True)
class NoteOfItem:
    """What could not be kept in step, for a person.

    Attributes:
        field: A synced field, or `deletion`.
        erp: The ERP's value, as text.
        calendar: The calendar's value, as text.
        reason: One sentence.
    """

    field: str
    erp: str | None
    calendar: str | None
    reason: str
