"""Takes back what a mail or another cause has changed: marks and tasks (behaviours B-5, O-2).

A value is set back only if it still is what the mail set. A mark that another mail has asked for,
too, stays, and that mail takes over what stood there before. Of a task the newest change goes
first. A record that the mail has made is removed only if nobody has changed it or refers to it
since. What soft bounces counted goes with the mark that they led to.
"""

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, or_, select, update

from services.writer.changes import as_remembered, as_text, whole_record
from services.writer.group_locks import address_lock, problem_lock, record_lock
from services.writer.timeline import tell
from shared.contracts.cause import Cause
from shared.netgenium.database.locks import hold
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import (
    change_table,
    effect_table,
    problem_table,
    soft_bounce_table,
)
from shared.netgenium.schema.tables import ErpTables, ManyTable

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Undone:
    """One change of a mail, and what became of it.

    Attributes:
        what: The record and what was changed, for a person.
        done: Whether it is taken back now.
        detail: What was done, or why not.
    """

    what: str
    done: bool
    detail: str


def undo_mail(
    connection: Connection, erp: ErpTables, mail_id: UUID, by: str, now: datetime
) -> Sequence[Undone]:
    """Undo a mail, as `undo_cause` does."""
    return undo_cause(connection, erp, Cause("mail", mail_id), by, now)


def undo_cause(  # noqa: PLR0913 - an undoing is all of this
    connection: Connection,
    erp: ErpTables,
    cause: Cause,
    by: str,
    now: datetime,
    *,
    only: Container[UUID] | None = None,
) -> Sequence[Undone]:
    """Take back every standing change of a cause, the newest first.

    Args:
        connection: Inside a write transaction.
        erp: The mapped tables.
        cause: Whose changes.
        by: Who asks for it; recorded in the audit.
        now: When.
        only: Commands whose changes are meant; None: all.

    Returns:
        What became of each change; nothing if the cause has changed nothing.
    """
    hold(connection, *_locks(connection, cause))
    changes = change_table.c
    query = select(change_table).where(changes.cause_id == cause.id)
    found = connection.execute(query.order_by(changes.entity, changes.record_id)).all()
    meant = [row for row in found if only is None or row.command_id in only]
    changes_back = sorted(meant, key=_place, reverse=True)
    undone = [_undo(connection, erp, _key(row), by, now) for row in changes_back]
    _tell_mails(connection, zip(changes_back, undone, strict=True), by, now)
    undone += _forget_counts(connection, cause)
    steps = [(cause, f"{one.what}: {one.detail}, by {by}") for one in undone if one.done]
    tell(connection, "undone", steps, now)
    return undone


def _tell_mails(
    connection: Connection, changes: Iterable[tuple[Row[Any], Undone]], by: str, now: datetime
) -> None:
    """Tell the mails whose activities a person or another mail had changed."""
    done = {
        row.record_id: f"{one.what}: {one.detail}, by {by}"
        for row, one in changes
        if one.done and row.entity == "activity"
    }
    made = effect_table.c
    for chunk in in_chunks(sorted(done)):
        query = select(made.record_id, made.cause_id).where(
            made.entity == "activity",
            made.kind == "create_activity",
            made.cause_kind == "mail",
            made.record_id.in_(chunk),
        )
        steps = [
            (Cause("mail", mail_id), done[activity])
            for activity, mail_id in connection.execute(query)
        ]
        tell(connection, "undone", steps, now)


def _locks(connection: Connection, cause: Cause) -> Iterator[str]:
    """Yield the locks that writers of the same records hold."""
    changes, bounces = change_table.c, soft_bounce_table.c
    tasks = set()
    query = select(changes.entity, changes.record_id, changes.address)
    for change in connection.execute(query.where(changes.cause_id == cause.id)):
        yield record_lock(change.entity, change.record_id)
        if change.address is not None:
            yield address_lock(change.address)
        if change.entity == "task":
            tasks.add(change.record_id)
    counted = select(bounces.address).where(bounces.mail_id == cause.id)
    yield from map(address_lock, connection.scalars(counted))
    about = select(problem_table.c.problem_id).where(problem_table.c.task_id.in_(tasks))
    yield from map(problem_lock, connection.scalars(about))


def _cause_of(change: Row[Any]) -> Cause:
    return Cause(change.cause_kind, change.cause_id)


def _key(change: Row[Any]) -> ColumnElement[bool]:
    own = change_table.c
    return and_(
        own.command_id == change.command_id,
        own.entity == change.entity,
        own.record_id == change.record_id,
    )


def _undo(
    connection: Connection, erp: ErpTables, key: ColumnElement[bool], by: str, now: datetime
) -> Undone:
    # Read now: undoing the change before may have handed something over to this one.
    change = connection.execute(select(change_table).where(key)).one()
    what = _named(connection, erp, change)
    if change.undone_at is not None:
        there = change.undone_at.astimezone(ZoneInfo(erp.mapping.time.zone))
        when = f"{there:%Y-%m-%d %H:%M %Z}"
        return Undone(what, False, f"was undone before, on {when} by {change.undone_by}")
    refusal, detail = _take_back(connection, erp, change)
    if refusal:
        return Undone(what, False, refusal)
    this = update(change_table).where(key)
    connection.execute(this.values(undone_at=now, undone_by=by))
    return Undone(what, True, detail)


def _named(connection: Connection, erp: ErpTables, change: Row[Any]) -> str:
    """Return the record as a person knows it: a task by its number, which outlives the record."""
    if change.entity == "task":
        known: Values = whole_record(connection, erp, "task", change.record_id)
        known = known or json.loads(change.new_values)
        if number := known.get("number"):
            return f"task {number}"
    address = f", {change.address}" if change.address else ""
    return f"{change.entity} {change.record_id}{address}"


def _forget_counts(connection: Connection, cause: Cause) -> list[Undone]:
    """Take back soft bounces: those of the mail, and those that led to a mark it has made."""
    counted, changes = soft_bounce_table.c, change_table.c
    marked = select(changes.address).where(
        changes.cause_id == cause.id,
        changes.kind == "count_soft_bounce",
        changes.undone_at.is_not(None),
    )
    which = or_(counted.mail_id == cause.id, counted.address.in_(marked))
    addresses = sorted(set(connection.scalars(select(counted.address).where(which))))
    if addresses:
        connection.execute(delete(soft_bounce_table).where(which))
    return [Undone(f"soft bounces of {one}", True, "not counted any more") for one in addresses]


def _take_back(connection: Connection, erp: ErpTables, change: Row[Any]) -> tuple[str, str]:
    """Return why not, and what was done; one of the two is empty."""
    new: Values = json.loads(change.new_values)
    found = whole_record(connection, erp, change.entity, change.record_id)
    if not found:
        return "", "the record is gone already"
    others = _others(connection, change)
    if change.mark is not None and others:
        _hand_over(connection, change, others)
        return "", f"stays, because {_cause_of(others[0])} asked for the same"
    if later := next((other for other in others if _is_later(other, change)), None):
        return f"{_cause_of(later)} has changed it later: undo that one first", ""
    current = as_remembered(found)
    if touched := [name for name in new if name in current and current[name] != new[name]]:
        return f"{', '.join(touched)} was changed since: nothing is set back", ""
    if change.old_values is None:
        return _remove(connection, erp, change)
    table = erp.table(change.entity)
    old: Values = json.loads(change.old_values)
    if values := {name: old[name] for name in new if name in old}:
        connection.execute(update(table).where(table.c.id == change.record_id).values(values))
    return "", "set back"


def _others(connection: Connection, change: Row[Any]) -> Sequence[Row[Any]]:
    """Return standing changes of other commands to the same record and mark; oldest first."""
    own = change_table.c
    query = select(change_table).where(
        own.entity == change.entity,
        own.record_id == change.record_id,
        own.command_id != change.command_id,
        own.undone_at.is_(None),
    )
    if change.mark is not None:
        query = query.where(own.mark == change.mark)
    return sorted(connection.execute(query).all(), key=_place)


def _place(change: Row[Any]) -> tuple[int, datetime]:
    """Return its place among the changes of its record; mails of one group bear the same moment."""
    return change.change_number or 0, change.changed_at


def _is_later(other: Row[Any], change: Row[Any]) -> bool:
    """Return whether `other` came after `change`; whoever made the record was first."""
    if other.old_values is None or change.old_values is None:
        return other.old_values is not None
    return _place(other) > _place(change)


def _hand_over(connection: Connection, change: Row[Any], others: Sequence[Row[Any]]) -> None:
    """Let the oldest other change take over the earlier value, where only `change` knows it."""
    heir = others[0]
    if change.old_values is None:
        old = None
    elif heir.old_values is None:
        return
    else:
        known = {name for other in others for name in _altered(other)}
        mine = {name: value for name, value in _altered(change).items() if name not in known}
        old = as_text({**json.loads(heir.old_values), **mine})
    connection.execute(update(change_table).where(_key(heir)).values(old_values=old))


def _altered(change: Row[Any]) -> Values:
    """Return what stood there before the change, and was not what it has set."""
    old: Values = json.loads(change.old_values) if change.old_values else {}
    new, before = json.loads(change.new_values), as_remembered(old)
    return {name: value for name, value in old.items() if name in new and before[name] != new[name]}


def _remove(connection: Connection, erp: ErpTables, change: Row[Any]) -> tuple[str, str]:
    if change.entity == "task":
        if why := _still_needed(connection, erp, change):
            return why, ""
        activity = erp.table("activity")
        link = update(activity).where(activity.c.task == change.record_id)
        connection.execute(link.values(task=None))
        for name in ("solvers", "watchers"):
            people = erp.many("task", name) if erp.has("task", name) else None
            if isinstance(people, ManyTable):
                connection.execute(
                    delete(people.table).where(people.table.c.owner == change.record_id)
                )
    table = erp.table(change.entity)
    connection.execute(delete(table).where(table.c.id == change.record_id))
    return "", "removed"


def _still_needed(connection: Connection, erp: ErpTables, change: Row[Any]) -> str:
    """Return why a task must stay: other mails' activities or people's comments belong to it."""
    activity = erp.table("activity").c
    ours = select(effect_table.c.record_id).where(
        effect_table.c.cause_id == change.cause_id, effect_table.c.entity == "activity"
    )
    others = select(func.count()).where(activity.task == change.record_id, activity.id.not_in(ours))
    if connection.scalar(others):
        return "activities of other mails belong to the task: it stays"
    if erp.has("task_comment"):
        comment = erp.table("task_comment").c
        if connection.scalar(select(func.count()).where(comment.task == change.record_id)):
            return "somebody has commented on the task: it stays"
    return ""
