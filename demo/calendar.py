"""`make demo-calendar`: two users, their ERP and their calendars, before and after the rounds.

The ERP is an SQLite file in a temporary folder, the calendars are in memory, and the clock stands
still on a Monday: nothing is sent anywhere, and every run prints the same.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from sqlalchemy import select, update

from services.assembly.composition import Erp, open_erp
from services.calsync.assigning import Assigner, calendar_type
from services.calsync.calendars.erp import ErpCalendar
from services.calsync.calendars.memory import MemoryCalendar
from services.calsync.calendars.port import ItemContent, ItemTime, NewItem, Participant
from services.calsync.decisions import decide, held_deletions
from services.calsync.round import RoundOfUser, Rounds
from services.calsync.rules import CalendarRules
from services.operator.setup.company import fill_company
from services.operator.setup.company_file import load_company
from shared.domain.folding import fold_line
from shared.domain.vocabulary import build_vocabulary
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.calendar_tables import calendar_note_table
from shared.netgenium.own.migration import migrate
from shared.netgenium.queries.people import read_activity_types
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.settings.environment import Environment

ZONE = ZoneInfo("Europe/Prague")
MONDAY = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
JANA = Participant(1, "jana.kralova@lisovna.example", "mailbox of Jana")
TOMAS = Participant(2, "tomas.maly@lisovna.example", "mailbox of Tomáš")
USERS = {"Jana": JANA, "Tomáš": TOMAS}
COMPANY = Path(__file__).with_name("company.toml")


@dataclass
class CalendarDemo:
    """The two users with both sides."""

    erp: Erp
    console: Console
    outlook: MemoryCalendar = field(default_factory=MemoryCalendar)
    now: datetime = MONDAY

    # What people do.

    def plan(self, user: Participant, content: ItemContent) -> int:
        """Enter an activity into the ERP."""
        with write_transaction(self.erp.engine) as connection:
            made = ErpCalendar(connection, self.erp.tables).create(user, NewItem(content))
        return int(made.id)

    def edit(self, activity: int, **values: object) -> None:
        """Change an activity in the ERP."""
        table = self.erp.tables.table("activity")
        with write_transaction(self.erp.engine) as connection:
            connection.execute(update(table).where(table.c.id == activity).values(**values))

    def named(self, subject: str, user: Participant = JANA) -> tuple[int, str]:
        """Return the activity and the event with a subject."""
        activities = {one.content.subject: int(one.id) for one in self._activities(user)}
        shown = self.outlook.shown(user.mailbox)
        events = {item.content.subject: event_id for event_id, item in shown.items()}
        return activities[subject], events[subject]

    # What the service does.

    def rounds(self, times: int = 3) -> list[RoundOfUser]:
        """Do rounds of both users; return what came of the first of each."""
        done = [one for turn in range(times) for one in self._rounds(first=turn == 0)]
        return done[: len(USERS)]

    def release(self) -> int:
        """Have all held deletions carried out, as `crmservice calendar release`."""
        with write_transaction(self.erp.engine) as connection:
            held = held_deletions(connection, self.now)
            for one in held:
                decide(connection, one.held_id, "release", self.now)
        return len(held)

    # What is shown.

    def say(self, *lines: str) -> None:
        """Print lines."""
        self.console.print(*lines, sep="\n", highlight=False, markup=False)

    def show(self, title: str) -> None:
        """Print both sides of both users, each as a table."""
        for name, user in USERS.items():
            erp = [(int(one.id), one.content) for one in self._activities(user)]
            self._table(f"{title}: ERP of {name}", sorted(erp, key=lambda one: _key(one[1])))
            shown = self.outlook.shown(user.mailbox)
            events = [(event_id, item.content) for event_id, item in shown.items()]
            self._table(f"{title}: calendar of {name}", sorted(events, key=lambda e: _key(e[1])))

    def notes(self) -> Sequence[Mapping[str, Any]]:
        """Return the open notes."""
        query = select(calendar_note_table).where(calendar_note_table.c.closed_at.is_(None))
        with self.erp.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _rounds(self, *, first: bool) -> Iterator[RoundOfUser]:
        for user in USERS.values():
            self.now += timedelta(minutes=1)
            done = self._made().run(user)
            if first:
                self.say(_told(done))
            yield done

    def _made(self) -> Rounds:
        tables = self.erp.tables
        with self.erp.engine.connect() as connection:
            types = read_activity_types(connection, tables)
        own = frozenset({"lisovna.example"})
        assigner = Assigner(tables, build_vocabulary({}), own, calendar_type(types, None))
        return Rounds(
            self.erp.engine,
            tables,
            self.outlook,
            CalendarRules("demo", ZONE, own_domains=own),
            assigner,
            lambda: self.now,
            types[fold_line("E-mail")].id,
            frozenset(user.user_id for user in USERS.values()),
        )

    def _activities(self, user: Participant) -> Sequence[Any]:
        window = self._made()._window(self.now)  # noqa: SLF001 - the demo shows what is in step
        with self.erp.engine.connect() as connection:
            return ErpCalendar(connection, self.erp.tables).changes(user, window).items

    def _table(self, title: str, rows: Sequence[tuple[object, ItemContent]]) -> None:
        table = Table(
            "id", "when", "subject", "place", "private", title=title, title_justify="left"
        )
        for name, content in rows:
            private = "yes" if content.private else ""
            cells = (str(name), _when(content), content.subject, content.location, private)
            table.add_row(*cells)
        self.console.print(table)


def main() -> None:
    """Tell the story."""
    with a_demo(Console(width=110)) as demo:
        _first(demo)
        _conflict(demo)
        _mass_deletion(demo)


@contextmanager
def a_demo(console: Console) -> Iterator[CalendarDemo]:
    """Open the demo's company with an empty calendar for each of the two, in its own folder."""
    with tempfile.TemporaryDirectory() as folder:
        erp = open_erp(Environment.from_environ({"CRMSERVICE_DATA": folder}), makes=True)
        try:
            create_reference_schema(erp.engine, erp.tables)
            migrate(erp.engine)
            fill_company(erp.engine, erp.tables, load_company(COMPANY))
            yield CalendarDemo(erp, console)
        finally:
            erp.engine.dispose()


def _first(demo: CalendarDemo) -> None:
    """Both users have something on both sides: a series, a private event, a common meeting."""
    demo.plan(JANA, _at("Offer for Morava", 5, 9, location="Office"))
    demo.plan(TOMAS, _at("Service of the press", 6, 8, location="Hall 2"))
    audit = _at("Audit, Contract:2026-114", 4, 10, location="Room 1")
    for user, own in ((JANA, True), (TOMAS, False)):
        demo.outlook.add(
            user.mailbox, audit, uid="audit", own=own, organizer=JANA.address,
            attendees=(TOMAS.address,),
        )  # fmt: skip
    weeks = [_time(day, 9) for day in (9, 16, 23)]
    demo.outlook.add_series(JANA.mailbox, _at("Weekly meeting", 9, 9), weeks)
    demo.outlook.add(TOMAS.mailbox, _at("Doctor", 5, 15, location="Brno", private=True))
    demo.show("Before")
    demo.say("", "The first round of each:")
    demo.rounds()
    demo.show("After")


def _conflict(demo: CalendarDemo) -> None:
    """Change the same field on both sides, and another one on one side alone."""
    activity, event = demo.named("Offer for Morava")
    demo.edit(activity, subject="Offer, changed in the ERP", location="Board room")
    demo.outlook.edit(JANA.mailbox, event, subject="Offer, changed in Outlook")
    demo.say("", "A conflict: one subject is changed on both sides, its place in the ERP alone.")
    demo.rounds()
    demo.show("After the conflict")
    for note in demo.notes():
        values = f"ERP: {note['erp_value']}; calendar: {note['calendar_value']}"
        demo.say(f"note: {note['field']}: {note['reason']}", f"      {values}")


def _mass_deletion(demo: CalendarDemo) -> None:
    """Everything vanishes from a calendar: it is held until a person has decided."""
    for event in list(demo.outlook.shown(JANA.mailbox)):
        demo.outlook.remove(JANA.mailbox, event)
    demo.say("", "All of Jana's events vanish from Outlook. Her next rounds:")
    demo.rounds(1)
    demo.rounds()
    demo.show("Held")
    demo.say("", f"{demo.release()} held deletions are released by a person:")
    demo.rounds()
    demo.show("After the release")


def _at(subject: str, day: int, hour: int, **more: Any) -> ItemContent:  # noqa: ANN401 - any field
    start = _time(day, hour)
    return ItemContent(subject, "", start, start + timedelta(hours=1), **more)


def _time(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ZONE).astimezone(UTC)


def _key(content: ItemContent) -> tuple[str, str]:
    return content.start.isoformat(), content.subject


def _when(content: ItemContent) -> str:
    def local(moment: ItemTime) -> str:
        if not isinstance(moment, datetime):
            return f"{moment:%a %d %b}"
        return f"{moment.astimezone(ZONE):%a %d %b %H:%M}"

    return local(content.start)


def _told(done: RoundOfUser) -> str:
    def counts(side: object) -> str:
        return ", ".join(
            f"{getattr(side, name)} {name}" for name in ("created", "changed", "deleted")
        )

    return (
        f"  {done.user}: {done.result}; calendar: {counts(done.to_calendar)}; "
        f"ERP: {counts(done.to_erp)}; {done.held} held, {done.notes} noted"
    )


if __name__ == "__main__":
    main()
