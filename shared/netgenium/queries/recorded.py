"""What earlier mails have left: the classifier predicts from it, the writer decides (R-e)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Select, and_, select

from shared.domain.copies import message_key
from shared.netgenium.database.many import by_stored_form, in_chunks
from shared.netgenium.own.tables import (
    effect_table,
    journal_table,
    problem_table,
    soft_bounce_table,
)
from shared.netgenium.schema.tables import ErpTables

ASSIGNMENTS = ("contract", "order", "task", "opportunity")
"""What an activity can be assigned to."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Ids of the records that an activity is assigned to, by kind; never empty."""

    ids: Mapping[str, int]


def read_threads(
    connection: Connection, erp: ErpTables, message_ids: Iterable[str]
) -> Mapping[str, Assigned]:
    """Return what the mails with these Message-IDs are assigned to now, if to anything (A-6).

    Mail that we recorded is found through the journal; mail that NET Genium has sent itself
    through the Message-ID of its activity.
    """
    by_key: dict[str, list[str]] = defaultdict(list)
    for one in sorted(set(message_ids)):
        by_key[message_key(one)].append(one)
    found: dict[str, Assigned] = {}
    activity = erp.table("activity").c
    columns = [activity[kind] for kind in ASSIGNMENTS if kind in activity]
    ours = journal_table.c.mail_id == effect_table.c.cause_id
    made = and_(effect_table.c.entity == "activity", effect_table.c.record_id == activity.id)
    for chunk in in_chunks(sorted(by_key)):
        query = (
            select(journal_table.c.message_key, *columns)
            .join_from(journal_table, effect_table, ours)
            .join(erp.table("activity"), made)
            .where(journal_table.c.message_key.in_(chunk))
            .order_by(activity.id)
        )
        _collect(connection, query, by_key, found)
    if erp.has("activity", "message_id"):
        rest = {one for asked in by_key.values() for one in asked} - found.keys()
        names = by_stored_form(connection, activity.message_id, rest)
        for chunk in in_chunks(names):
            sent = select(activity.message_id, *columns).where(activity.message_id.in_(chunk))
            _collect(connection, sent.order_by(activity.id), names, found)
    return found


def _collect(
    connection: Connection,
    query: Select[Any],
    names: Mapping[str, Sequence[str]],
    found: dict[str, Assigned],
) -> None:
    """The first activity of a mail that is assigned to anything; `names` by what is selected."""
    for name, *values in connection.execute(query):
        kinds = [str(column.key) for column in query.selected_columns][1:]
        ids = {kind: one for kind, one in zip(kinds, values, strict=True) if one is not None}
        for asked in names.get(name, ()) if ids else ():
            found.setdefault(asked, Assigned(ids))


def read_soft_bounces(
    connection: Connection, addresses: Iterable[str]
) -> Mapping[str, frozenset[date]]:
    """Days of earlier soft bounces by address (B-3)."""
    columns = soft_bounce_table.c
    days: dict[str, set[date]] = defaultdict(set)
    names = by_stored_form(connection, columns.address, addresses)
    for chunk in in_chunks(names):
        query = select(columns.address, columns.bounced_on).where(columns.address.in_(chunk))
        for row in connection.execute(query):
            for asked in names.get(row.address, ()):
                days[asked].add(row.bounced_on)
    return {address: frozenset(found) for address, found in days.items()}


def read_problem_tasks(
    connection: Connection, erp: ErpTables, problem_ids: Iterable[str]
) -> Mapping[str, tuple[int, str]]:
    """Id and number of the task of each problem that has one (P-2)."""
    wanted = set(problem_ids)
    task, own = erp.table("task").c, problem_table.c
    ours = select(own.problem_id, task.id, task.number).join_from(
        problem_table, erp.table("task"), own.task_id == task.id
    )
    queries: list[tuple[Column[Any], Select[Any]]] = [(own.problem_id, ours)]
    if "problem_id" in task:
        theirs = select(task.problem_id, task.id, task.number).order_by(task.id.desc())
        queries.insert(0, (task.problem_id, theirs))
    found: dict[str, tuple[int, str]] = {}
    for column, query in queries:
        names = by_stored_form(connection, column, wanted)
        for chunk in in_chunks(names):
            for name, row_id, number in connection.execute(query.where(column.in_(chunk))):
                found |= dict.fromkeys(names.get(name, ()), (row_id, number))
    return found
