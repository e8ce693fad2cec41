"""What every write of a round needs: transactions, both sides, and counts of what was done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from sqlalchemy import Connection, Engine

from services.calsync.calendars.erp import ErpCalendar
from services.calsync.calendars.port import CalendarItem, FieldValues, ItemContent, Participant
from services.calsync.content import FIELDS, same, value
from services.calsync.event_writes import EventWrites
from services.calsync.ledger import Ledger, WrittenField
from services.calsync.link import CalendarLink, Side
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class AssignedFields:
    """What tokens and attendees give an activity (K-2c).

    Attributes:
        record, lists: Fields of a new activity.
        memory: What the ledger keeps of it, as JSON.
    """

    record: dict[str, object]
    lists: dict[str, tuple[int, ...]]
    memory: str | None = None


class Assigning(Protocol):
    """Decides what an activity belongs to, from its event."""

    def for_round(self) -> "Assigning":
        """Return the one for one user's round, which may keep what it reads."""

    def for_new(
        self, connection: Connection, user: Participant, event: CalendarItem
    ) -> AssignedFields:
        """Return the fields of a new activity."""

    def again(
        self, connection: Connection, user: Participant, event: CalendarItem, link: CalendarLink
    ) -> AssignedFields | None:
        """Return what has to be set since the event was changed; None if nothing."""


@dataclass(slots=True)
class Done:
    """What was done on one side."""

    created: int = 0
    changed: int = 0
    deleted: int = 0


@dataclass(slots=True)
class Writing:
    """What the writes of one user's round share.

    Attributes:
        now: The moment of the round.
        default_minutes, e_mail_type: How the ERP's activities are read.
        to_erp, to_calendar: What was done so far.
    """

    engine: Engine
    erp: ErpTables
    writes: EventWrites
    assigning: Assigning
    now: datetime
    default_minutes: int
    e_mail_type: int | None
    to_erp: Done = field(default_factory=Done)
    to_calendar: Done = field(default_factory=Done)

    @property
    def user(self) -> Participant:
        """Whose round it is."""
        return self.writes.user

    @contextmanager
    def transaction(self) -> Iterator[tuple[ErpCalendar, Ledger]]:
        """Open the ERP and the ledger in one transaction."""
        with write_transaction(self.engine) as connection:
            yield self.erp_calendar(connection), Ledger(connection, self.now)

    def erp_calendar(self, connection: Connection) -> ErpCalendar:
        """Return the ERP's activities on a connection."""
        return ErpCalendar(
            connection,
            self.erp,
            default_minutes=self.default_minutes,
            e_mail_type=self.e_mail_type,
        )

    def new_link(self, origin: Side, activity_id: int | None = None) -> CalendarLink:
        """Return a link that the ledger does not have yet."""
        link = CalendarLink(uuid4(), self.user.user_id, "in_step", origin, self.now)
        return replace(link, activity_id=activity_id)


def written_fields(values: FieldValues, old: ItemContent, *, hidden: bool) -> list[WrittenField]:
    """Return what the journal tells of `values`; of a hidden event only the fields' names."""
    return [
        WrittenField(
            "changed",
            name,
            None if hidden else str(value(old, name)),
            None if hidden else str(values[name]),
        )
        for name in FIELDS
        if name in values and not same(name, value(old, name), values[name])
    ]
