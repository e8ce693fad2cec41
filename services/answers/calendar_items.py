"""The rows of `list calendar`: what the calendar keeps in step, and what it remembers."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from services.answers.times import utc
from services.calsync.calendars.port import ItemTime
from services.calsync.ledger import Ledger
from services.calsync.link import CalendarLink
from services.calsync.users import UserStates

_STATES = {
    "making": "in_step",
    "away": "note",
    "ended": "note",
    "parked": "parked",
    "held": "held",
    "deleted": "deleted",
}
"""What a person is told of a link's state; an item in step may have a note."""


def calendar_items(connection: Connection) -> Iterator[Mapping[str, Any]]:
    """Yield every item of every user, those that have ended last."""
    ledger = Ledger(connection, datetime.now(UTC))
    for user in UserStates(connection).all():
        noted = ledger.open_notes(user.user_id)
        for link in (*ledger.links(user.user_id), *ledger.memory(user.user_id)):
            shown = _row(user.address, link)
            if shown["state"] == "in_step" and link.item_id in noted:
                shown["state"] = "note"
            yield shown


def _row(user: str, link: CalendarLink) -> dict[str, Any]:
    content = link.calendar or link.erp
    return {
        "user": user,
        "activity": link.activity_id,
        "event": link.event_id,
        "ical_uid": link.uid,
        "series": link.uid if link.master else None,
        "subject": content.subject if content else None,
        "start": _when(content.start) if content else None,
        "end": _when(content.end) if content else None,
        "all_day": content.all_day if content else None,
        "private": content.private if content else None,
        "state": _STATES.get(link.state, link.state),
    }


def _when(moment: ItemTime) -> str:
    """Write a moment in UTC, or the day."""
    return utc(moment) if isinstance(moment, datetime) else moment.isoformat()
