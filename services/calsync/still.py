"""What a user's last round has left, so that a round without any change costs next to nothing.

Most rounds find both sides as they were. Then nothing has to be decoded, compared or planned: the
calendar tells no change, the ERP's rows are the same, and so is the ledger. Kept in memory alone; a
process that does not know looks at everything.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, select

from services.calsync.calendars.port import CalendarChanges, Participant, Window
from shared.netgenium.own.calendar_tables import calendar_item_table


@dataclass(frozen=True, slots=True)
class LedgerMark:
    """Differs if another round, a person or a restored database has changed a user's links."""

    links: int
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class StillSides:
    """Both sides of a user as a round saw them that had nothing to do.

    Attributes:
        user: Whose they are; another mailbox is another calendar.
        activities: The mark of the ERP's rows (`ErpCalendar.mark`).
    """

    user: Participant
    window: Window
    ledger: LedgerMark
    activities: int


@dataclass(slots=True)
class StillUsers:
    """The sides of all users that were still; may be used by several threads."""

    _known: dict[int, StillSides] = field(default_factory=dict)

    def is_still(self, sides: StillSides, changes: CalendarChanges) -> bool:
        """Return whether nothing has changed on either side since a round had nothing to do."""
        told = changes.items or changes.removed or changes.complete
        return not told and self._known.get(sides.user.user_id) == sides

    def remember(self, sides: StillSides) -> None:
        """Keep that a round has found nothing to do, and that nothing is open."""
        self._known[sides.user.user_id] = sides

    def forget(self, user: Participant) -> None:
        """Have the next round look at everything."""
        self._known.pop(user.user_id, None)


def ledger_mark(connection: Connection, user: Participant) -> LedgerMark:
    """Return the mark of a user's links."""
    columns = calendar_item_table.c
    query = select(func.count(), func.max(columns.changed_at)).where(
        columns.user_id == user.user_id
    )
    links, changed_at = connection.execute(query).one()
    return LedgerMark(links, changed_at)
