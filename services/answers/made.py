"""What mails have made: records with their numbers, marks, and for whom (behaviour O-8)."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from services.assembly.composition import Erp
from shared.netgenium.database.engine import database_errors
from shared.netgenium.database.many import in_chunks, values_by_owner
from shared.netgenium.own.held_mark_table import held_mark_table
from shared.netgenium.own.tables import (
    change_table,
    effect_table,
    journal_table,
    outbox_table,
    soft_bounce_table,
)
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class Made:
    """One thing that a mail has made or changed.

    Attributes:
        kind: The command's kind, as `create_activity`; `held_mark` and `refused_mark` for what
            waits for a person, or never comes.
        record: The record's kind, as `task`; None where only an address was noted.
        number: The task's number, else the id of the record.
        for_whom: Name or address of the user whom an activity or an invitation is for.
        address, mark: Which address was marked, and how; or whom a mail goes to.
        undone: Whether it was taken back.
    """

    kind: str
    record: str | None = None
    number: str | None = None
    for_whom: str | None = None
    address: str | None = None
    mark: str | None = None
    undone: bool = False


@dataclass(slots=True)
class _Names:
    """Names of users and numbers of tasks, by id."""

    users: Mapping[int, str] = field(default_factory=dict)
    tasks: Mapping[int, str] = field(default_factory=dict)


def made_of(erp: Erp, mail_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Made]]:
    """Read what each of these mails has made.

    Raises:
        TransientError: The database is unreachable.
    """
    with database_errors(erp.engine), erp.engine.connect() as connection:
        return made_by(connection, erp.tables, mail_ids)


def made_by(
    connection: Connection, erp: ErpTables, mail_ids: Iterable[UUID]
) -> Mapping[UUID, Sequence[Made]]:
    """Return what each of these mails has made, in the order of the records."""
    found: dict[UUID, list[Made]] = defaultdict(list)
    for chunk in in_chunks(mail_ids):
        effects, changes = _rows(connection, effect_table, chunk), _marks(connection, chunk)
        users = _users_of_commands(connection, chunk)
        tasks = {row.record_id for row in (*effects, *changes) if row.entity == "task"}
        names = _Names(
            read_names(connection, erp, users.values()), _numbers(connection, erp, tasks)
        )
        undone = {row.command_id for row in changes if row.undone_at is not None}
        for row in effects:
            found[row.cause_id].append(_made(row, users, names, undone))
        told = {row.command_id for row in effects}
        for mail_id, one in _changed(changes, told, names):
            found[mail_id].append(one)
        for row in _soft(connection, chunk, undone | {row.command_id for row in changes}):
            found[row.mail_id].append(Made("count_soft_bounce", address=row.address))
        for mail_id, one in _held(connection, chunk):
            found[mail_id].append(one)
        for row in _mailed(connection, chunk):
            found[row.cause_id].append(Made("send_mail", address=row.recipient))
    return found


def _rows(connection: Connection, table: Any, chunk: Sequence[UUID]) -> Sequence[Row[Any]]:  # noqa: ANN401 - one of two tables
    own = table.c
    query = select(table).where(own.cause_id.in_(chunk))
    return connection.execute(query.order_by(own.entity, own.record_id, own.command_id)).all()


def _marks(connection: Connection, chunk: Sequence[UUID]) -> Sequence[Row[Any]]:
    return _rows(connection, change_table, chunk)


def _users_of_commands(connection: Connection, chunk: Sequence[UUID]) -> Mapping[str, int]:
    """Return the user whom each command named, as it was recorded."""
    own = journal_table.c
    rows = connection.scalars(select(own.commands).where(own.mail_id.in_(chunk)))
    commands = (one for text in rows if text for one in json.loads(text))
    return {
        one["command_id"]: user
        for one in commands
        if "command_id" in one and (user := one.get("responsible") or one.get("user"))
    }


def _made(row: Row[Any], users: Mapping[str, int], names: _Names, undone: set[UUID]) -> Made:
    number = names.tasks.get(row.record_id) if row.entity == "task" else None
    user = users.get(str(row.command_id))
    return Made(
        kind=row.kind,
        record=row.entity,
        number=number or str(row.record_id),
        for_whom=names.users.get(user) if user else None,
        undone=row.command_id in undone,
    )


def _changed(
    changes: Sequence[Row[Any]], told: set[UUID], names: _Names
) -> Iterator[tuple[UUID, Made]]:
    """Yield marks, one per command whatever it marked, and changed tasks."""
    seen: set[UUID] = set()
    for row in changes:
        if row.command_id in told or row.command_id in seen:
            continue
        seen.add(row.command_id)
        number = names.tasks.get(row.record_id) if row.entity == "task" else None
        yield (
            row.cause_id,
            Made(
                kind=_kind(row),
                record=row.entity,
                number=number or str(row.record_id),
                address=row.address,
                mark=row.mark,
                undone=row.undone_at is not None,
            ),
        )


def _kind(row: Row[Any]) -> str:
    """Return a task that was there before as changed only, whatever the command said."""
    return "update_task" if row.entity == "task" and row.old_values is not None else str(row.kind)


def _soft(connection: Connection, chunk: Sequence[UUID], marked: set[UUID]) -> Iterator[Row[Any]]:
    """Yield soft bounces that were only counted."""
    own = soft_bounce_table.c
    for row in connection.execute(select(soft_bounce_table).where(own.mail_id.in_(chunk))):
        if row.command_id not in marked:
            yield row


def _held(connection: Connection, chunk: Sequence[UUID]) -> Iterator[tuple[UUID, Made]]:
    """Yield marks that wait for a person, and those that a person has refused (S-7)."""
    own = held_mark_table.c
    query = select(held_mark_table).where(own.mail_id.in_(chunk))
    for row in connection.execute(query.order_by(own.command_id)):
        if row.decided_as != "released":
            kind = "held_mark" if row.decided_as is None else "refused_mark"
            yield row.mail_id, Made(kind, address=row.address, mark=row.mark)


def _mailed(connection: Connection, chunk: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Return the mails that are sent because of these, in order."""
    own = outbox_table.c
    query = select(outbox_table).where(own.cause_id.in_(chunk))
    return connection.execute(query.order_by(own.created_at, own.recipient)).all()


def read_names(connection: Connection, erp: ErpTables, ids: Iterable[int]) -> Mapping[int, str]:
    """Return names of users by id, with their addresses."""
    wanted = sorted(set(ids))
    emails = values_by_owner(connection, erp, "user", "emails", wanted)
    user = erp.table("user").c
    found: dict[int, str] = {}
    for chunk in in_chunks(wanted):
        for row_id, name in connection.execute(
            select(user.id, user.name).where(user.id.in_(chunk))
        ):
            address = next((str(one).lower() for one in emails.get(row_id, ())), "")
            found[row_id] = f"{name} <{address}>" if address else str(name)
    return found


def _numbers(connection: Connection, erp: ErpTables, ids: Iterable[int]) -> Mapping[int, str]:
    task = erp.table("task").c
    return {
        row_id: str(number)
        for chunk in in_chunks(sorted(set(ids)))
        for row_id, number in connection.execute(
            select(task.id, task.number).where(task.id.in_(chunk))
        )
    }
