"""Which task that is there a rule of the administrator means (behaviours C-2, R-e).

The one whose number the mail names, if it still is there; else the newest open one with the mail's
subject, of the same contact, or made by a mail of the same sender.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, select

from shared.contracts.commands import AnyCommand
from shared.contracts.rule_commands import PutTask
from shared.netgenium.database.many import by_stored_form, in_chunks
from shared.netgenium.database.trimmed import Trimmed
from shared.netgenium.own.tables import effect_table, journal_table
from shared.netgenium.queries.records import is_open
from shared.netgenium.schema.tables import ErpTables


class TaskThere(NamedTuple):
    """A task with a subject that is asked for.

    Attributes:
        senders: Who has sent the mails that made or changed it.
    """

    id: int
    contact: int | None
    senders: frozenset[str] = frozenset()


def read_put_tasks(
    connection: Connection, erp: ErpTables, commands: Iterable[AnyCommand]
) -> dict[UUID, int]:
    """Return the id of the task that each command means, if there is one."""
    asked = [one for one in commands if isinstance(one, PutTask)]
    named = _there(connection, erp, {one.task.id for one in asked if one.task})
    found = {one.command_id: one.task.id for one in asked if one.task and one.task.id in named}
    rest = [one for one in asked if not one.task and one.subject]
    candidates = _with_subjects(connection, erp, {one.subject for one in rest})
    for one in rest:
        if task := meant(one, candidates.get(one.subject, ()), _contact(one)):
            found[one.command_id] = task.id
    return found


def meant(command: PutTask, there: Sequence[TaskThere], contact: int | None) -> TaskThere | None:
    """Return the newest of the tasks with its subject that a command means. Pure."""
    fitting = [
        task
        for task in there
        if not command.same_contact
        or (contact is not None and task.contact == contact)
        or (command.sender and command.sender in task.senders)
    ]
    return max(fitting, key=lambda task: task.id, default=None)


def _contact(command: PutTask) -> int | None:
    return command.contact.id if command.contact else None


def _there(connection: Connection, erp: ErpTables, ids: Iterable[int]) -> set[int]:
    task = erp.table("task").c
    found: set[int] = set()
    for chunk in in_chunks(sorted(ids)):
        found.update(connection.scalars(select(task.id).where(task.id.in_(chunk))))
    return found


def _with_subjects(
    connection: Connection, erp: ErpTables, subjects: Iterable[str]
) -> Mapping[str, Sequence[TaskThere]]:
    """Return open tasks by subject, as it is asked for."""
    task = erp.table("task").c
    forms = by_stored_form(connection, task.subject, subjects)
    contact = [task.contact] if erp.has("task", "contact") else []
    rows: list[Row[Any]] = []
    for chunk in in_chunks(sorted(forms)):
        subject = Trimmed(task.subject)
        query = select(task.id, subject.label("form"), *contact)
        rows += connection.execute(query.where(subject.in_(chunk), is_open(erp, "task"))).all()
    senders = _senders(connection, (row.id for row in rows))
    found: dict[str, list[TaskThere]] = defaultdict(list)
    for row in rows:
        there = TaskThere(row.id, row.contact if contact else None, frozenset(senders[row.id]))
        for asked in forms.get(row.form, ()):
            found[asked].append(there)
    return found


def _senders(connection: Connection, tasks: Iterable[int]) -> Mapping[int, set[str]]:
    """Return who has sent the mails that made or changed tasks."""
    effect, journal = effect_table.c, journal_table.c
    found: dict[int, set[str]] = defaultdict(set)
    for chunk in in_chunks(sorted(set(tasks))):
        query = (
            select(effect.record_id, journal.sender)
            .join_from(effect_table, journal_table, effect.cause_id == journal.mail_id)
            .where(effect.entity == "task", effect.record_id.in_(chunk))
        )
        for record_id, sender in connection.execute(query):
            found[record_id].add(sender or "")
    return found
