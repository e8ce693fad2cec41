"""`list`: records of the database newest first, with natural keys instead of ids (O-10).

Page by page, so that the first come at once and a million cost no more memory than a hundred.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, select

from services.answers.calendar_items import calendar_items
from services.answers.journal import flags_of
from services.answers.marks import held_marks, marks
from services.answers.names import RecordNames
from services.answers.pages import Page, pages_by_id, pages_by_time
from services.answers.times import utc
from services.answers.unknown import unknown_senders
from services.assembly.composition import Erp
from shared.contracts.said import said
from shared.contracts.verdict import words_of
from shared.errors import WrongUseError
from shared.netgenium.database.engine import database_errors
from shared.netgenium.own.tables import journal_table
from shared.netgenium.schema.tables import ErpTables

Row = Mapping[str, Any]

_BODIES = ("text", "html")


class ListReading(NamedTuple):
    """What a list is read with.

    Attributes:
        beside: A second connection, for names while rows are read.
        since: Only what is as new as that.
    """

    connection: Connection
    beside: Connection
    erp: ErpTables
    since: datetime | None = None

    @property
    def names(self) -> RecordNames:
        """Natural keys."""
        return RecordNames(self.beside, self.erp)


def list_records(
    erp: Erp,
    table: str,
    *,
    since: datetime | None = None,
    most: int | None = None,
    held: bool = False,
) -> Iterator[Row]:
    """Yield the records of `table`, one of `TABLES`, the newest first.

    Args:
        erp: The database.
        table: What to list.
        since: Only what is as new as that.
        most: At most so many.
        held: Only what waits for a person.

    Raises:
        TransientError: The database is unreachable.
        PermanentError: The mapping does not fit, or `init-db` has not run.
        WrongUseError: `since` is given for records without a time, or `held` for others than
            marks.
    """
    if since and table not in TIMED:
        timed = ", ".join(sorted(TIMED))
        raise WrongUseError(
            said(
                "{table} have no time; leave --since out, or list one of {timed}",
                table=table,
                timed=timed,
            )
        )
    if held and table not in _HELD:
        raise WrongUseError(
            said(
                "--held is for {names}; no {table} wait for a person",
                names=", ".join(_HELD),
                table=table,
            )
        )
    rows_of = (_HELD if held else TABLES)[table]
    with (
        database_errors(erp.engine),
        erp.engine.connect() as connection,
        erp.engine.connect() as beside,
    ):
        rows = rows_of(ListReading(connection, beside, erp.tables, since))
        yield from islice(rows, most)


def _activities(reading: ListReading) -> Iterator[Row]:
    table = reading.erp.table("activity")
    query = select(*(column for column in table.c if column.key not in _BODIES))
    if reading.since:
        query = query.where(table.c.date >= reading.since)
    for page in pages_by_id(reading.connection, query, table.c.id):
        for row, shown in zip(page, _activity_rows(page, reading.names), strict=True):
            yield {**shown, **_meeting(row, reading.erp)}


def _activity_rows(page: Page, names: RecordNames) -> Iterator[Row]:
    ids = [row["id"] for row in page]
    others, scope = (
        names.lists("activity", "other_contacts", ids),
        names.lists("activity", "scope", ids),
    )
    contacts = names.addresses("contact", (*_of(page, "contact"), *_all(others)))
    roles = names.column("role", "name", _all(scope))
    numbers = {one: names.column(one, "number", _of(page, one)) for one in _ASSIGNED}
    files, mails = names.attachments(ids), names.mail_ids("activity", ids)
    users = names.addresses("user", _of(page, "responsible"))
    types = names.column("activity_type", "name", _of(page, "type"))
    companies = names.column("relationship", "name", _of(page, "relationship"))
    for row in page:
        yield {
            "id": row["id"],
            "responsible": users.get(row["responsible"]),
            "type": types.get(row.get("type")),
            "direction": row.get("direction"),
            "subject": row["subject"],
            "contact": contacts.get(row.get("contact")),
            "relationship": companies.get(row.get("relationship")),
            "other_contacts": [contacts.get(one) for one in others.get(row["id"], ())],
            **{one: numbers[one].get(row.get(one)) for one in _ASSIGNED},
            "scope": sorted(roles[role] for role in scope.get(row["id"], ()) if role in roles),
            "completed": row.get("completed_on") is not None,
            "attachments": list(files.get(row["id"], ())),
            "mail_id": mails.get(row["id"]),
            "message_id": row.get("message_id"),
            "flags": [one for one in (row.get("flags") or "").split(", ") if one],
            "date": _moment(row.get("date")),
        }


_ASSIGNED = ("contract", "order", "task", "opportunity")


def _meeting(row: RowMapping, erp: ErpTables) -> Row:
    """Return what an activity has in common with an event (K-2)."""
    all_day = bool(row.get("all_day"))
    return {
        "start": _when(row.get("start"), erp, all_day=all_day),
        "end": _when(row.get("end"), erp, all_day=all_day),
        "all_day": all_day,
        "location": row.get("location"),
        "private": bool(row.get("private")),
        "series": row.get("series"),
        "due_date": _moment(row.get("due_date")),
    }


def _tasks(reading: ListReading) -> Iterator[Row]:
    names, table = reading.names, reading.erp.table("task")
    query = select(*(column for column in table.c if column.key not in _BODIES))
    for page in pages_by_id(reading.connection, query, table.c.id):
        ids = [row["id"] for row in page]
        solvers, mails = names.lists("task", "solvers", ids), names.mail_ids("task", ids)
        users = names.addresses("user", (*_of(page, "approver"), *_all(solvers)))
        contracts = names.column("contract", "number", _of(page, "contract"))
        for row in page:
            yield {
                "id": row["id"],
                "number": row["number"],
                "subject": row["subject"],
                "solvers": [users.get(one) for one in solvers.get(row["id"], ())],
                "approver": users.get(row.get("approver")),
                "contract": contracts.get(row.get("contract")),
                "problem_id": row.get("problem_id"),
                "status": row.get("status"),
                "mail_id": mails.get(row["id"]),
            }


def _journal(reading: ListReading) -> Iterator[Row]:
    own = journal_table.c
    query = select(*(own[name] for name in _JOURNAL_COLUMNS))
    if reading.since:
        query = query.where(own.received_at >= reading.since)
    for page in pages_by_time(reading.connection, query, own.received_at, own.mail_id):
        for row in page:
            yield {
                "mail_id": str(row["mail_id"]),
                "box": row["box"],
                "subject": row["subject"],
                "from": row["sender"],
                "message_id": row["message_id"],
                "verdict": list(words_of(row["verdict"])),
                "flags": flags_of(row["flags"]),
                "received_at": utc(row["received_at"]),
                "key": row["identification_key"],
                "backup": row["backup_key"],
            }


_JOURNAL_COLUMNS = (
    "mail_id",
    "box",
    "subject",
    "sender",
    "message_id",
    "verdict",
    "flags",
    "received_at",
    "identification_key",
    "backup_key",
)


def _forbidden(reading: ListReading) -> Iterator[Row]:
    if reading.erp.has("forbidden_email"):
        table = reading.erp.table("forbidden_email").c
        query = select(table.id, table.address, table.type)
        for page in pages_by_id(reading.connection, query, table.id):
            yield from ({"address": row["address"], "mark": row["type"]} for row in page)


def _invitations(reading: ListReading) -> Iterator[Row]:
    if not reading.erp.has("invitation"):
        return
    table = reading.erp.table("invitation")
    for page in pages_by_id(reading.connection, select(table), table.c.id):
        users = reading.names.addresses("user", _of(page, "user"))
        yield from (_invitation(row, users.get(row["user"]), reading.erp) for row in page)


def _invitation(row: RowMapping, user: str | None, erp: ErpTables) -> Row:
    all_day = bool(row.get("all_day"))
    return {
        "user": user,
        "uid": row["uid"],
        "recurrence_id": row.get("recurrence_id"),
        "method": row["method"],
        "sequence": row["sequence"],
        "start": _when(row["start"], erp, all_day=all_day),
        "end": _when(row.get("end"), erp, all_day=all_day),
        "all_day": all_day,
        "organizer": row["organizer"],
        "attendees": [line.partition(" ")[0] for line in _lines(row.get("attendees"))],
        "answers": dict(line.split(" ", 1) for line in _lines(row.get("attendees"))),
        "answer": row.get("answer"),
        "summary": row.get("summary"),
        "location": row.get("location"),
        "rule": row.get("rule"),
        "cancelled": bool(row.get("cancelled")),
    }


TABLES: Mapping[str, Callable[[ListReading], Iterator[Row]]] = {
    "activities": _activities,
    "tasks": _tasks,
    "marks": lambda reading: marks(reading.connection, reading.names, reading.since),
    "invitations": _invitations,
    "journal": _journal,
    "forbidden": _forbidden,
    "unknown": lambda reading: unknown_senders(reading.connection, reading.erp),
    "calendar": lambda reading: calendar_items(reading.connection),
}
"""What `list` can list."""

_HELD = {"marks": lambda reading: held_marks(reading.connection, reading.since)}
"""What of it may wait for a person."""

TIMED = frozenset({"activities", "marks", "journal"})
"""What has a time, so that the latest can be asked for."""


def _of(page: Page, field: str) -> list[int | None]:
    return [row.get(field) for row in page]


def _all(lists: Mapping[int, Any]) -> list[int]:
    return [one for values in lists.values() for one in values]


def _moment(value: Any) -> str | None:  # noqa: ANN401 - a column that the mapping may not have
    return utc(value) if value else None


def _when(value: Any, erp: ErpTables, *, all_day: bool) -> str | None:  # noqa: ANN401 - as above
    """Return a moment in UTC; a whole day as the date that it is in the ERP's zone."""
    if value is None or not all_day:
        return _moment(value)
    day: datetime = value.astimezone(ZoneInfo(erp.mapping.time.zone))
    return day.date().isoformat()


def _lines(text: str | None) -> list[str]:
    return [line for line in (text or "").split("\n") if " " in line]
