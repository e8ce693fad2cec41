"""The ERP's record of an invitation: what is written into it, and whether it is still there."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from services.writer.decisions.invitation import Decision
from services.writer.handlers.invitation_answers import attendee_lines
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import UpsertInvitation
from shared.contracts.said import Said, said


def is_there(record_id: int, command: UpsertInvitation, work: UnitOfWork) -> bool:
    """Whether nobody has deleted the record; another event's record with that id is another."""
    record = work.erp.table("invitation").c
    query = select(record.id).where(
        record.id == record_id, record.uid == command.uid, record.user == command.user.id
    )
    return work.connection.execute(query).first() is not None


def write_record(
    command: UpsertInvitation, record_id: int | None, decision: Decision, work: UnitOfWork
) -> int:
    """Make the record, or change it, and return its id. RRULE is kept as it came (V2-2)."""
    values = {
        "user": command.user.id,
        "uid": command.uid,
        "recurrence_id": command.recurrence_id,
        "rule": command.rule,
        "method": command.method,
        "sequence": command.sequence,
        "start": _moment(command.start, work),
        "end": _moment(command.end, work),
        "all_day": command.all_day,
        "location": command.location,
        "summary": command.summary,
        "organizer": command.organizer or "",
        "attendees": attendee_lines(command, work),
        "cancelled": decision.cancelled,
    }
    if record_id is not None:
        times = {name: values[name] for name in ("start", "end")}
        # An answer to another time is no answer to this one (V2-3).
        kept = {} if _has(record_id, times, work) else {"answer": None}
        work.update("invitation", record_id, {**values, **kept})
        return record_id
    return work.insert("invitation", values)


def what_it_said(record_id: int, mail_id: UUID, work: UnitOfWork) -> Said:
    """Say for the journal what a record says, before another mail replaces it (V2-2b)."""
    table = work.erp.table("invitation")
    names = [name for name in ("summary", "location", "start", "end") if name in table.c]
    query = select(*(table.c[name] for name in names)).where(table.c.id == record_id)
    row = work.connection.execute(query).first()
    values = [str(value) for value in row or () if value]
    return said("mail {mail_id} had said: {values}", mail_id=mail_id, values=", ".join(values))


def _has(record_id: int, values: Mapping[str, object], work: UnitOfWork) -> bool:
    table = work.erp.table("invitation")
    names = [name for name in values if name in table.c]
    query = select(*(table.c[name] for name in names)).where(table.c.id == record_id)
    row = work.connection.execute(query).first()
    return row is not None and all(
        found == values[name] for name, found in zip(names, row, strict=True)
    )


def _moment(text: str | None, work: UnitOfWork) -> datetime | None:
    """Return the moment; an all-day date is midnight in the ERP's zone."""
    if text is None:
        return None
    if "T" in text:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    zone = ZoneInfo(work.erp.mapping.time.zone)
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), zone)
