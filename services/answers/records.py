"""`list`: the records of the database with natural keys instead of ids."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from services.answers.times import utc
from services.answers.unknown import unknown_senders
from services.assembly.composition import Erp
from shared.contracts.verdict import words_of
from shared.netgenium.database.engine import database_errors
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.own.tables import change_table, effect_table, journal_table
from shared.netgenium.schema.tables import ErpTables

Row = Mapping[str, Any]
T = TypeVar("T")


def list_records(erp: Erp, table: str) -> list[Row]:
    """All records of `table`, one of `TABLES`, by id.

    Raises:
        TransientError: The database is away.
        PermanentError: The mapping does not fit, or `init-db` has not run.
    """
    with database_errors(erp.engine), erp.engine.connect() as connection:
        return list(TABLES[table](connection, erp.tables))


def _activities(connection: Connection, erp: ErpTables) -> Iterator[Row]:
    names = _Names(connection, erp)
    mails = _mail_ids(connection, "activity")
    scope = values_by_owner(connection, erp, "activity", "scope", None)
    others = _many(connection, erp, "activity", "other_contacts")
    files = _attachment_names(connection, erp)
    table = erp.table("activity")
    for row in connection.execute(select(table).order_by(table.c.id)).mappings():
        yield {
            "id": row["id"],
            "responsible": names.users.get(row["responsible"]),
            "type": names.types.get(row.get("type")),
            "direction": row.get("direction"),
            "subject": row["subject"],
            "contact": names.contacts.get(row.get("contact")),
            "relationship": names.relationships.get(row.get("relationship")),
            "other_contacts": [names.contacts.get(one) for one in others.get(row["id"], ())],
            "contract": names.numbers("contract").get(row.get("contract")),
            "order": names.numbers("order").get(row.get("order")),
            "task": names.numbers("task").get(row.get("task")),
            "opportunity": names.numbers("opportunity").get(row.get("opportunity")),
            "scope": sorted(
                names.roles[role] for role in scope.get(row["id"], ()) if role in names.roles
            ),
            "completed": row.get("completed_on") is not None,
            "attachments": list(files.get(row["id"], ())),
            "mail_id": mails.get(row["id"]),
            "message_id": row.get("message_id"),
            "date": _moment(row.get("date")),
        }


def _tasks(connection: Connection, erp: ErpTables) -> Iterator[Row]:
    names = _Names(connection, erp)
    mails = _mail_ids(connection, "task")
    solvers = _many(connection, erp, "task", "solvers")
    table = erp.table("task")
    for row in connection.execute(select(table).order_by(table.c.id)).mappings():
        yield {
            "id": row["id"],
            "number": row["number"],
            "subject": row["subject"],
            "solvers": [names.users.get(one) for one in solvers.get(row["id"], ())],
            "approver": names.users.get(row.get("approver")),
            "contract": names.numbers("contract").get(row.get("contract")),
            "problem_id": row.get("problem_id"),
            "status": row.get("status"),
            "mail_id": mails.get(row["id"]),
        }


def _journal(connection: Connection, _erp: ErpTables) -> Iterator[Row]:
    columns = journal_table.c
    for row in connection.execute(select(journal_table).order_by(columns.recorded_at)):
        yield {
            "mail_id": str(row.mail_id),
            "box": row.box,
            "subject": row.subject,
            "from": row.sender,
            "message_id": row.message_id,
            "verdict": list(words_of(row.verdict)),
            "received_at": utc(row.received_at),
            "key": row.identification_key,
            "backup": row.backup_key,
        }


def _forbidden(connection: Connection, erp: ErpTables) -> Iterator[Row]:
    if erp.has("forbidden_email"):
        table = erp.table("forbidden_email").c
        for row in connection.execute(select(table.address, table.type).order_by(table.id)):
            yield {"address": row.address, "mark": row.type}


def _invitations(connection: Connection, erp: ErpTables) -> Iterator[Row]:
    if not erp.has("invitation"):
        return
    users = _Names(connection, erp).users
    table = erp.table("invitation")
    for row in connection.execute(select(table).order_by(table.c.id)).mappings():
        yield {
            "user": users.get(row["user"]),
            "uid": row["uid"],
            "recurrence_id": row.get("recurrence_id"),
            "method": row["method"],
            "sequence": row["sequence"],
            "start": _when(row["start"], erp, all_day=bool(row.get("all_day"))),
            "end": _when(row.get("end"), erp, all_day=bool(row.get("all_day"))),
            "all_day": bool(row.get("all_day")),
            "organizer": row["organizer"],
            "attendees": [line.partition(" ")[0] for line in _lines(row.get("attendees"))],
            "answers": dict(line.split(" ", 1) for line in _lines(row.get("attendees"))),
            "answer": row.get("answer"),
            "summary": row.get("summary"),
            "location": row.get("location"),
            "rule": row.get("rule"),
            "cancelled": bool(row.get("cancelled")),
        }


def _marks(connection: Connection, erp: ErpTables) -> Iterator[Row]:
    """Marks that mails have set, one row a command (B-5)."""
    names = _Names(connection, erp)
    own = change_table.c
    query = select(change_table).where(own.mark.is_not(None))
    rows = connection.execute(query.order_by(own.changed_at, own.command_id, own.record_id)).all()
    for _, changes in groupby(rows, key=lambda row: row.command_id):
        changed = list(changes)
        first = changed[0]
        yield {
            "address": first.address,
            "mark": first.mark,
            "contacts": [
                names.contacts.get(row.record_id) for row in changed if row.entity == "contact"
            ],
            "relationships": [
                names.relationships.get(row.record_id)
                for row in changed
                if row.entity == "relationship"
            ],
            "mail_id": str(first.cause_id) if first.cause_kind == "mail" else None,
            "undone": all(row.undone_at is not None for row in changed),
            "undone_by": first.undone_by,
        }


TABLES: Mapping[str, Callable[[Connection, ErpTables], Iterator[Row]]] = {
    "activities": _activities,
    "tasks": _tasks,
    "marks": _marks,
    "invitations": _invitations,
    "journal": _journal,
    "forbidden": _forbidden,
    "unknown": unknown_senders,
}
"""What `list` can list."""


class _Names:
    """Natural keys by id; each table is read once, when first asked for."""

    def __init__(self, connection: Connection, erp: ErpTables) -> None:
        self._connection = connection
        self._erp = erp
        self._numbers: dict[str, Mapping[int | None, str]] = {}
        self.users = self._first("user")
        self.contacts = self._first("contact")
        self.relationships = self._column("relationship", "name")
        self.roles = self._column("role", "name")
        self.types = self._column("activity_type", "name")

    def numbers(self, entity: str) -> Mapping[int | None, str]:
        """Numbers of the records of `entity`."""
        if entity not in self._numbers:
            mapped = self._erp.has(entity)
            self._numbers[entity] = self._column(entity, "number") if mapped else {}
        return self._numbers[entity]

    def _column(self, entity: str, field: str) -> Mapping[int | None, str]:
        table = self._erp.table(entity).c
        rows = self._connection.execute(select(table.id, table[field]))
        return {row[0]: row[1] for row in rows}

    def _first(self, entity: str) -> Mapping[int | None, str]:
        emails = values_by_owner(self._connection, self._erp, entity, "emails", None)
        return {owner: str(values[0]).strip().lower() for owner, values in emails.items()}


def _many(
    connection: Connection, erp: ErpTables, entity: str, field: str
) -> Mapping[int, Sequence[Any]]:
    if not erp.has(entity, field):
        return {}
    return values_by_owner(connection, erp, entity, field, None)


def _mail_ids(connection: Connection, entity: str) -> Mapping[int, str]:
    """Which mail has made each record; changes of records that were there are left out."""
    columns = effect_table.c
    made = (columns.cause_kind == "mail", columns.kind == f"create_{entity}")
    query = select(columns.record_id, columns.cause_id).where(columns.entity == entity, *made)
    return {row.record_id: str(row.cause_id) for row in connection.execute(query)}


def _attachment_names(connection: Connection, erp: ErpTables) -> Mapping[int, Sequence[str]]:
    table = erp.table("attachment").c
    names: dict[int, list[str]] = {}
    for row in connection.execute(select(table.activity, table.name).order_by(table.id)):
        names.setdefault(row.activity, []).append(row.name)
    return names


def _moment(value: Any) -> str | None:  # noqa: ANN401 - a column that the mapping may not have
    return utc(value) if value else None


def _when(value: Any, erp: ErpTables, *, all_day: bool) -> str | None:  # noqa: ANN401 - as above
    """A moment in UTC; a whole day as the date that it is in the ERP's zone."""
    if value is None or not all_day:
        return _moment(value)
    day: datetime = value.astimezone(ZoneInfo(erp.mapping.time.zone))
    return day.date().isoformat()


def _lines(text: str | None) -> list[str]:
    return [line for line in (text or "").split("\n") if " " in line]
