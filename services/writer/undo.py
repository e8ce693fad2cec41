"""Takes back what a mail has changed: its marks and its tasks (behaviours B-5, O-2).

A value is set back only if it still is what the mail set, and no other mail's change of the same
record stands: then that one takes over what stood there before. A record that the mail has made is
removed only if nobody has changed it or refers to it since.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, select, update

from shared.netgenium.locks import hold
from shared.netgenium.own_tables import change_table, effect_table
from shared.netgenium.tables import ErpTables, ManyTable

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
    """Take back every standing change of a mail, the newest first.

    Args:
        connection: Inside a write transaction.
        erp: The mapped tables.
        mail_id: Whose changes.
        by: Who asks for it; stands in the audit.
        now: When.

    Returns:
        What became of each change; nothing if the mail has changed nothing.
    """
    for name in ("forbidden_email", "problem"):
        hold(connection, name)
    changes = change_table.c
    query = select(change_table).where(changes.mail_id == mail_id)
    ordered = query.order_by(changes.changed_at.desc(), changes.entity, changes.record_id)
    return [_undo(connection, erp, row, by, now) for row in connection.execute(ordered).all()]


def _undo(
    connection: Connection, erp: ErpTables, change: Row[Any], by: str, now: datetime
) -> Undone:
    what = f"{change.entity} {change.record_id}" + (f", {change.address}" if change.address else "")
    if change.undone_at is not None:
        return Undone(what, False, f"was undone before, by {change.undone_by}")
    refusal, detail = _take_back(connection, erp, change)
    if refusal:
        return Undone(what, False, refusal)
    own = change_table.c
    this = update(change_table).where(
        own.command_id == change.command_id,
        own.entity == change.entity,
        own.record_id == change.record_id,
    )
    connection.execute(this.values(undone_at=now, undone_by=by))
    return Undone(what, True, detail)


def _take_back(connection: Connection, erp: ErpTables, change: Row[Any]) -> tuple[str, str]:
    """Why not, and what was done; one of the two is empty."""
    table = erp.table(change.entity)
    new: Values = json.loads(change.new_values)
    old: Values | None = json.loads(change.old_values) if change.old_values else None
    names = [name for name in new if name in table.c]
    columns = [table.c.id, *(table.c[name] for name in names)]
    found = connection.execute(select(*columns).where(table.c.id == change.record_id)).first()
    if found is None:
        return "", "the record is gone already"
    if other := _other_change(connection, change):
        _hand_over(connection, change, other)
        return "", f"stays, because mail {other.mail_id} asked for the same"
    current = dict(zip(names, found[1:], strict=True))
    touched = [name for name in names if current[name] != new[name]]
    if touched:
        return f"{', '.join(touched)} was changed since: nothing is set back", ""
    if old is not None:
        values = {name: old.get(name) for name in names if name in old}
        if values:
            connection.execute(update(table).where(table.c.id == change.record_id).values(values))
        return "", "set back"
    return _remove(connection, erp, change)


def _other_change(connection: Connection, change: Row[Any]) -> Row[Any] | None:
    """The oldest standing change of another command to the same record and of the same kind."""
    own = change_table.c
    query = select(change_table).where(
        own.entity == change.entity,
        own.record_id == change.record_id,
        own.command_id != change.command_id,
        own.undone_at.is_(None),
    )
    if change.mark is not None:
        query = query.where(own.mark == change.mark)
    return connection.execute(query.order_by(own.changed_at)).first()


def _hand_over(connection: Connection, change: Row[Any], other: Row[Any]) -> None:
    """A later change takes over what stood there before this one."""
    if other.changed_at < change.changed_at:
        return
    own = change_table.c
    later = update(change_table).where(
        own.command_id == other.command_id,
        own.entity == other.entity,
        own.record_id == other.record_id,
    )
    connection.execute(later.values(old_values=change.old_values))


def _remove(connection: Connection, erp: ErpTables, change: Row[Any]) -> tuple[str, str]:
    if change.entity == "task":
        if why := _still_needed(connection, erp, change):
            return why, ""
        activity = erp.table("activity")
        link = update(activity).where(activity.c.task == change.record_id)
        connection.execute(link.values(task=None))
        solvers = erp.many("task", "solvers")
        if isinstance(solvers, ManyTable):
            connection.execute(
                delete(solvers.table).where(solvers.table.c.owner == change.record_id)
            )
    table = erp.table(change.entity)
    connection.execute(delete(table).where(table.c.id == change.record_id))
    return "", "removed"


def _still_needed(connection: Connection, erp: ErpTables, change: Row[Any]) -> str:
    """Why a task must stay: other mails' activities or people's comments belong to it."""
    activity = erp.table("activity").c
    ours = select(effect_table.c.record_id).where(
        effect_table.c.mail_id == change.mail_id, effect_table.c.entity == "activity"
    )
    others = select(func.count()).where(activity.task == change.record_id, activity.id.not_in(ours))
    if connection.scalar(others):
        return "activities of other mails belong to the task: it stays"
    if erp.has("task_comment"):
        comment = erp.table("task_comment").c
        if connection.scalar(select(func.count()).where(comment.task == change.record_id)):
            return "somebody has commented on the task: it stays"
    return ""
