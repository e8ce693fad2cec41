"""Records an invitation, its change, its cancellation or an answer (manual, chapter 14)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from services.writer.invitation import Decision, Stored, decide, is_genuine, state_of
from services.writer.put_row import put_row
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import UpsertInvitation
from shared.contracts.messages import MailClassified
from shared.netgenium.ids import insert_rows
from shared.netgenium.locks import hold
from shared.netgenium.own_tables import answer_table, invitation_table

_UNANSWERED = "NEEDS-ACTION"


def upsert_invitation(command: UpsertInvitation, mail: MailClassified, work: UnitOfWork) -> None:
    """Decide by what is stored, in this transaction, and say in the trace what became of it."""
    if not work.erp.has("invitation"):
        return
    hold(work.connection, "invitation")
    key = _digest(_event(command), str(command.user.id))
    stored = _read(key, work)
    if command.method == "REPLY":
        reason = _answer(command, stored, work)
    else:
        decision = decide(stored, command)
        reason = decision.reason
        if decision.counts:
            _apply(command, mail, work, key=key, stored=stored, decision=decision)
    work.say(mail, "V2-2", "invitation", f"{command.user.email}: {command.uid}: {reason}")


def _event(command: UpsertInvitation) -> str:
    return _digest(command.uid, command.recurrence_id or "")


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _read(key: str, work: UnitOfWork) -> Stored | None:
    own = invitation_table.c
    row = work.connection.execute(select(invitation_table).where(own.key == key)).first()
    if row is None:
        return None
    return Stored(row.record_id, row.revision, row.stamp, row.organizer, row.genuine, row.cancelled)


def _apply(  # noqa: PLR0913 - both tables are written from all of this
    command: UpsertInvitation,
    mail: MailClassified,
    work: UnitOfWork,
    *,
    key: str,
    stored: Stored | None,
    decision: Decision,
) -> None:
    record_id = stored.record_id if stored else None
    if command.method != "CANCEL":
        record_id = _write(command, record_id, decision, work)
    elif record_id is not None:
        _set(record_id, {"cancelled": True, "sequence": command.sequence}, work)
        if command.recurrence_id is None:
            _cancel_occurrences(command, work)
    # A cancellation that came before its invitation stays the newest state.
    ended_before = decision.cancelled and command.method != "CANCEL"
    newest = stored if stored and ended_before else state_of(command)
    row = {
        "key": key,
        "user_id": command.user.id,
        "record_id": record_id,
        "revision": newest.revision,
        "stamp": newest.stamp,
        "organizer": command.organizer,
        "genuine": is_genuine(command),
        "cancelled": decision.cancelled,
        "mail_id": mail.mail_id,
    }
    put_row(work.connection, invitation_table, row)
    if record_id is not None:
        work.touched(mail, command, "invitation", record_id)


def _cancel_occurrences(command: UpsertInvitation, work: UnitOfWork) -> None:
    """With a series end the occurrences that were changed (RFC 5546 section 3.2.5)."""
    table = work.erp.table("invitation")
    if not work.erp.has("invitation", "recurrence_id"):
        return
    columns = table.c
    query = select(columns.id).where(
        columns.uid == command.uid,
        columns.user == command.user.id,
        columns.recurrence_id.is_not(None),
    )
    ids = list(work.connection.scalars(query))
    for record_id in ids:
        _set(record_id, {"cancelled": True}, work)
    own = invitation_table
    work.connection.execute(update(own).where(own.c.record_id.in_(ids)).values(cancelled=True))


def _write(
    command: UpsertInvitation, record_id: int | None, decision: Decision, work: UnitOfWork
) -> int:
    values = {
        "user": command.user.id,
        "uid": command.uid,
        "recurrence_id": command.recurrence_id,
        "method": command.method,
        "sequence": command.sequence,
        "start": _moment(command.start, work),
        "end": _moment(command.end, work),
        "all_day": command.all_day,
        "location": command.location,
        "summary": command.summary,
        "organizer": command.organizer or "",
        "rule": command.rule,
        "attendees": _attendees(command, work),
        "cancelled": decision.cancelled,
    }
    if record_id is not None:
        times = {name: values[name] for name in ("start", "end")}
        # An answer to another time is no answer to this one (V2-3).
        kept = {} if _has(record_id, times, work) else {"answer": None}
        _set(record_id, {**values, **kept}, work)
        return record_id
    table = work.erp.table("invitation")
    mapped = {name: v for name, v in values.items() if work.erp.has("invitation", name)}
    (new_id,) = insert_rows(work.connection, table, [mapped], work.erp.mapping.ids.strategy)
    return new_id


def _has(record_id: int, values: Mapping[str, object], work: UnitOfWork) -> bool:
    table = work.erp.table("invitation")
    names = [name for name in values if name in table.c]
    query = select(*(table.c[name] for name in names)).where(table.c.id == record_id)
    row = work.connection.execute(query).first()
    return row is not None and all(
        found == values[name] for name, found in zip(names, row, strict=True)
    )


def _set(record_id: int, values: Mapping[str, Any], work: UnitOfWork) -> None:
    table = work.erp.table("invitation")
    mapped = {name: v for name, v in values.items() if work.erp.has("invitation", name)}
    work.connection.execute(update(table).where(table.c.id == record_id).values(mapped))


def _moment(text: str | None, work: UnitOfWork) -> datetime | None:
    """An all-day date is midnight in the ERP's zone."""
    if text is None:
        return None
    if "T" in text:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    zone = ZoneInfo(work.erp.mapping.time.zone)
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), zone)


def _attendees(command: UpsertInvitation, work: UnitOfWork) -> str:
    """A line for each: address and answer; what attendees answered themselves goes first."""
    own = answer_table.c
    query = select(own.attendee, own.answer).where(
        own.event_key == _event(command), own.revision >= command.sequence
    )
    answers = {row.attendee: row.answer for row in work.connection.execute(query)}
    return "\n".join(f"{a.address} {answers.get(a.address, a.answer)}" for a in command.attendees)


def _answer(command: UpsertInvitation, stored: Stored | None, work: UnitOfWork) -> str:
    """Remember the answers that their attendees have sent, and show them in the record."""
    if command.trust == "refused":
        return "S-1: the sender is not believed: the answer is ignored"
    told = []
    for attendee in command.attendees:
        if attendee.address != command.sender and command.trust != "proven":
            continue
        if _remember(command, attendee.address, attendee.answer, work):
            told.append(attendee)
    if not told:
        return "no newer answer of the sender"
    if stored and stored.record_id is not None:
        for attendee in told:
            _show(stored.record_id, attendee.address, attendee.answer, command, work)
    return ", ".join(f"{one.address} answered {one.answer}" for one in told)


def _remember(command: UpsertInvitation, attendee: str, answer: str, work: UnitOfWork) -> bool:
    """Store an answer; False if a newer one is known. The same answer again is told again."""
    own = answer_table.c
    key = _digest(_event(command), attendee)
    row = work.connection.execute(select(answer_table).where(own.key == key)).first()
    long_ago = datetime(1970, 1, 1, tzinfo=UTC)
    order = (command.sequence, command.stamp or long_ago)
    if row is not None and (row.revision, row.stamp or long_ago) > order:
        return False
    values = {
        "key": key,
        "event_key": _event(command),
        "attendee": attendee,
        "answer": answer,
        "revision": command.sequence,
        "stamp": command.stamp,
    }
    put_row(work.connection, answer_table, values)
    return True


def _show(
    record_id: int, attendee: str, answer: str, command: UpsertInvitation, work: UnitOfWork
) -> None:
    if attendee == command.user.email and answer != _UNANSWERED:
        _set(record_id, {"answer": answer}, work)
    table = work.erp.table("invitation")
    if "attendees" not in table.c:
        return
    query = select(table.c.attendees).where(table.c.id == record_id)
    lines = (work.connection.scalar(query) or "").split("\n")
    known = {line.partition(" ")[0] for line in lines}
    shown = [f"{attendee} {answer}" if x.partition(" ")[0] == attendee else x for x in lines if x]
    shown += [] if attendee in known else [f"{attendee} {answer}"]
    _set(record_id, {"attendees": "\n".join(shown)}, work)
