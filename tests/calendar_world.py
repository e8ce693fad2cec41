"""A small company: an ERP on any database, Outlook in memory, rounds between them."""

import atexit
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, delete, insert, select, update

from services.calsync.calendars.erp import ErpCalendar
from services.calsync.calendars.memory import MemoryCalendar
from services.calsync.calendars.port import CalendarItem, ItemContent, NewItem, Participant
from services.calsync.ledger import Ledger
from services.calsync.link import CalendarLink
from services.calsync.round import RoundOfUser, Rounds
from services.calsync.rules import CalendarRules
from services.calsync.still import StillUsers
from services.calsync.writing import AssignedFields
from shared.domain.invitation_key import invitation_key
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.ids import insert_rows
from shared.netgenium.own.calendar_tables import CALENDAR_TABLES, calendar_note_table
from shared.netgenium.own.tables import invitation_table
from shared.netgenium.schema.tables import ErpTables
from tests.databases import ERP, all_tables
from tests.servers.processes import data_folder
from tests.servers.sqlite import sqlite_file

ZONE = ZoneInfo("Europe/Prague")
NOON = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
"""Monday at noon in Prague."""
JAN = Participant(1, "jan.novak@firma.cz", "mailbox-jan")
EVA = Participant(2, "eva.mala@firma.cz", "mailbox-eva")
CHIEF = "chief@acme.example"
E_MAIL, MEETING = 1, 2


class NoAssigning:
    """Gives every activity the type of a meeting and nothing else."""

    def for_new(
        self, _connection: Connection, _user: Participant, event: CalendarItem
    ) -> AssignedFields:
        direction = "outgoing" if event.own else "incoming"
        return AssignedFields({"type": MEETING, "direction": direction}, {})

    def for_round(self) -> "NoAssigning":
        return self

    def again(self, *_args: object) -> None:
        return None


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A local time of November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def on(day: int) -> date:
    """A day of November 2026."""
    return date(2026, 11, day)


def a_content(subject: str = "Meeting", day: int = 5, **more: Any) -> ItemContent:
    """An hour of a day of November, from nine o'clock."""
    given: dict[str, Any] = {"text": "", "start": at(day), "end": at(day, 10)} | more
    return ItemContent(subject, **given)


@dataclass
class CalendarWorld:
    """The ERP, the calendars, and the rounds between them."""

    engine: Engine
    calendar: MemoryCalendar = field(default_factory=MemoryCalendar)
    rules: CalendarRules = field(default_factory=lambda: CalendarRules("tenant", ZONE))
    now: datetime = NOON
    takes_part: frozenset[int] = frozenset({1, 2})
    assigning: Any = field(default_factory=NoAssigning)
    erp: ErpTables = ERP
    still: StillUsers = field(default_factory=StillUsers)

    def round(self, user: Participant = JAN) -> RoundOfUser:
        """One round, a minute after the last."""
        self.now += timedelta(minutes=1)
        return self.rounds().run(user)

    def rounds(self) -> Rounds:
        return Rounds(
            self.engine,
            self.erp,
            self.calendar,
            self.rules,
            self.assigning,
            lambda: self.now,
            E_MAIL,
            self.takes_part,
            self.still,
        )

    def settle(self, user: Participant = JAN) -> None:
        """Rounds until nothing is open."""
        for _ in range(3):
            assert self.round(user).result == "ok"

    # What people do in the ERP.

    def plan(self, content: ItemContent, user: Participant = JAN, **record: Any) -> int:
        """Make an activity as a person does in the ERP."""
        with write_transaction(self.engine) as connection:
            item = self.erp_calendar(connection).create(user, NewItem(content))
            self._set(connection, int(item.id), {"type": MEETING, **record})
        return int(item.id)

    def edit(self, activity: int, **values: Any) -> None:
        """Set fields of an activity, by the catalogue's names."""
        with write_transaction(self.engine) as connection:
            self._set(connection, activity, values)

    def erase(self, *activities: int) -> None:
        """Delete activities."""
        table = self.erp.table("activity")
        with write_transaction(self.engine) as connection:
            connection.execute(delete(table).where(table.c.id.in_(activities)))

    def lose_ledger(self) -> None:
        """Empty all tables of the calendar, as a restored database may have them."""
        with write_transaction(self.engine) as connection:
            for table in CALENDAR_TABLES:
                connection.execute(delete(table))

    def invite(
        self,
        uid: str,
        recurrence_id: str | None = None,
        organizer: str = CHIEF,
        user: int = JAN.user_id,
    ) -> int:
        """Record an invitation as the writer does from a mail; return its record's id."""
        record = {
            "user": user,
            "uid": uid,
            "recurrence_id": recurrence_id,
            "method": "REQUEST",
            "sequence": 0,
            "start": at(5),
            "organizer": organizer,
            "attendees": f"{CHIEF} ACCEPTED\n{JAN.address} NEEDS-ACTION",
        }
        table = self.erp.table("invitation")
        with write_transaction(self.engine) as connection:
            (record_id,) = insert_rows(connection, table, [record], "identity")
            state = {
                "key": invitation_key(uid, recurrence_id, user),
                "user_id": user,
                "record_id": record_id,
                "revision": 0,
                "organizer": organizer,
                "genuine": True,
                "cancelled": False,
                "mail_id": UUID(int=0),
            }
            connection.execute(insert(invitation_table), [state])
        return record_id

    # What can be seen.

    def activities(self, user: Participant = JAN) -> Mapping[int, ItemContent]:
        """All activities of a user that have a start, by id."""
        table = self.erp.table("activity")
        with self.engine.connect() as connection:
            query = select(table.c.id).where(table.c.responsible == user.user_id)
            ids = list(connection.scalars(query))
            states = self.erp_calendar(connection).states(map(str, ids))
        return {int(one): state.item.content for one, state in states.items() if state.item}

    def activity(self, activity: int) -> dict[str, Any]:
        """Every field of one activity."""
        table = self.erp.table("activity")
        with self.engine.connect() as connection:
            query = select(table).where(table.c.id == activity)
            row = connection.execute(query).mappings().one()
        return {column.key: row[column] for column in table.c}

    def events(self, user: Participant = JAN) -> Mapping[str, ItemContent]:
        """What a user's calendar shows, by id."""
        shown = self.calendar.shown(user.mailbox)
        return {event_id: item.content for event_id, item in shown.items()}

    def links(self, user: Participant = JAN) -> list[CalendarLink]:
        """The user's live links."""
        with self.engine.connect() as connection:
            return list(Ledger(connection, self.now).links(user.user_id))

    def notes(self) -> list[tuple[str, str | None, str | None]]:
        """Field and both values of each open note."""
        table = calendar_note_table.c
        query = select(table.field, table.erp_value, table.calendar_value)
        with self.engine.connect() as connection:
            found = connection.execute(query.where(table.closed_at.is_(None)).order_by(table.field))
            return [tuple(row) for row in found]

    def erp_calendar(self, connection: Connection) -> ErpCalendar:
        return ErpCalendar(connection, self.erp, e_mail_type=E_MAIL)

    def _set(self, connection: Connection, activity: int, values: Mapping[str, Any]) -> None:
        table = self.erp.table("activity")
        connection.execute(update(table).where(table.c.id == activity).values(**values))


def a_calendar_company(url: str) -> None:
    """Make a database with all tables, two users and three activity types."""
    all_tables(url)
    engine = open_database(url)
    with write_transaction(engine) as connection:
        for name in ("E-mail", "Schůzka", "Documentation"):
            insert_rows(connection, ERP.table("activity_type"), [{"name": name}], "identity")
        for user in (JAN, EVA):
            row = {"login": user.address, "name": user.address, "active": True}
            emails = ERP.many("user", "emails")
            row[emails.columns[0].key] = user.address  # type: ignore[union-attr]
            insert_rows(connection, ERP.table("user"), [row], "identity")
    engine.dispose()


@contextmanager
def a_copied_world() -> Iterator[CalendarWorld]:
    """A world on SQLite, from a database that is made once, which ends with the block.

    Its engine serves the next world, too: it has compiled most statements.
    """
    engine = _FREE.pop() if _FREE else open_database(f"sqlite:///{_folder() / token_hex(8)}")
    file = Path(str(engine.url.database))
    sqlite_file(file, a_calendar_company)
    try:
        yield CalendarWorld(engine)
    finally:
        engine.dispose()
        for log in file.parent.glob(f"{file.name}-*"):
            log.unlink()
        _FREE.append(engine)


_FREE: list[Engine] = []
"""Engines of worlds that have ended."""


@cache
def _folder() -> Path:
    folder = data_folder("worlds")
    atexit.register(shutil.rmtree, folder)
    return folder
