"""What earlier mails have left: the classifier predicts from it, the writer decides (R-e)."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, select

from shared.contracts.flags import NOT_BELIEVED
from shared.domain.copies import message_key
from shared.domain.threads import Origin
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
    """What a mail's activity is assigned to.

    Attributes:
        origin: Who the mail is from.
        ids: Of the records, by kind.
    """

    origin: Origin
    ids: Mapping[str, int]


def read_threads(
    connection: Connection, erp: ErpTables, message_ids: Iterable[str]
) -> Mapping[str, Sequence[Assigned]]:
    """Return what the mails with these Message-IDs are assigned to now, each with its origin (A-6).

    Mail that we recorded is found through the journal; mail that NET Genium has sent itself
    through the Message-ID of its activity. Anybody may send a further mail with the Message-ID of
    one, so there are several: `counting` of `shared/domain/threads.py` says which count.
    """
    by_key: dict[str, list[str]] = defaultdict(list)
    for one in sorted(set(message_ids)):
        by_key[message_key(one)].append(one)
    activity = erp.table("activity").c
    columns = [activity[kind] for kind in ASSIGNMENTS if kind in activity]
    found: dict[str, list[Assigned]] = defaultdict(list)
    own = journal_table.c
    for chunk in in_chunks(sorted(by_key)):
        query = (
            select(own.message_key, own.sender, own.flags, *columns)
            .join_from(journal_table, effect_table, _made_by_mail(), isouter=True)
            .join(erp.table("activity"), effect_table.c.record_id == activity.id, isouter=True)
            .where(own.message_key.in_(chunk))
            .order_by(activity.id)
        )
        for key, sender, flags, *values in connection.execute(query):
            assigned = Assigned(_origin(sender, flags), _ids(columns, values))
            for asked in by_key[key]:
                found[asked].append(assigned)
    for asked, sent in _sent_by_the_erp(connection, erp, columns, by_key):
        found[asked].append(sent)
    return found


def _made_by_mail() -> ColumnElement[bool]:
    effect = effect_table.c
    return and_(effect.cause_id == journal_table.c.mail_id, effect.entity == "activity")


def _origin(sender: str | None, flags: str | None) -> Origin:
    return Origin(sender or "", believed=NOT_BELIEVED not in json.loads(flags or "[]"))


def _ids(columns: Sequence[Column[Any]], values: Sequence[int | None]) -> Mapping[str, int]:
    kinds = (str(column.key) for column in columns)
    return {kind: one for kind, one in zip(kinds, values, strict=True) if one is not None}


def _sent_by_the_erp(
    connection: Connection,
    erp: ErpTables,
    columns: Sequence[Column[Any]],
    by_key: Mapping[str, Sequence[str]],
) -> Iterator[tuple[str, Assigned]]:
    """Yield activities with one of these Message-IDs that no mail of ours has made."""
    if not erp.has("activity", "message_id"):
        return
    activity, effect = erp.table("activity"), effect_table.c
    ours = and_(effect.entity == "activity", effect.record_id == activity.c.id)
    wanted = [one for asked in by_key.values() for one in asked]
    names = by_stored_form(connection, activity.c.message_id, wanted)
    for chunk in in_chunks(names):
        query = (
            select(activity.c.message_id, *columns)
            .join_from(activity, effect_table, ours, isouter=True)
            .where(activity.c.message_id.in_(chunk), effect.command_id.is_(None))
            .order_by(activity.c.id)
        )
        for name, *values in connection.execute(query):
            for asked in names.get(name, ()):
                yield asked, Assigned(Origin(None), _ids(columns, values))


def read_soft_bounces(
    connection: Connection, addresses: Iterable[str]
) -> Mapping[str, frozenset[date]]:
    """Return days of earlier soft bounces by address (B-3)."""
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
