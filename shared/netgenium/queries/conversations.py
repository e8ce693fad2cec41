"""Reads which tasks mails of ours were about, and who those concern (behaviours E-1, E-1a)."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import Connection, select

from shared.contracts.references import RecordRef
from shared.domain.directory import Role, TaskPeople
from shared.netgenium.database.many import in_chunks, values_by_owner
from shared.netgenium.database.trimmed import Trimmed
from shared.netgenium.own.tables import outbox_table
from shared.netgenium.queries.people import users_by_id
from shared.netgenium.schema.tables import ErpTables


def read_answered(
    connection: Connection, erp: ErpTables, ours: Mapping[UUID, str]
) -> Mapping[str, RecordRef]:
    """Return the tasks that mails of the outbox are about, by what `ours` calls them.

    A task that is not there any more is left out.
    """
    own, task = outbox_table.c, erp.table("task").c
    found: dict[str, RecordRef] = {}
    for chunk in in_chunks(sorted(ours)):
        query = (
            select(own.outbox_id, task.id, Trimmed(task.number).label("number"))
            .join_from(outbox_table, erp.table("task"), own.task_id == task.id)
            .where(own.outbox_id.in_(chunk))
        )
        for row in connection.execute(query):
            found[ours[row.outbox_id]] = RecordRef(id=row.id, number=row.number)
    return found


def read_task_people(
    connection: Connection, erp: ErpTables, tasks: Iterable[int], roles: Mapping[int, Role]
) -> Mapping[int, TaskPeople]:
    """Return the contact and the solvers of each task that is there, by its id."""
    wanted = sorted(set(tasks))
    solvers = values_by_owner(connection, erp, "task", "solvers", wanted)
    users = users_by_id(connection, erp, {one for ids in solvers.values() for one in ids}, roles)
    task = erp.table("task").c
    contact = [task.contact] if erp.has("task", "contact") else []
    found: dict[int, TaskPeople] = {}
    for chunk in in_chunks(wanted):
        for row in connection.execute(select(task.id, *contact).where(task.id.in_(chunk))):
            mine = tuple(users[one] for one in solvers.get(row.id, ()) if one in users)
            found[row.id] = TaskPeople(row.contact if contact else None, mine)
    return found
