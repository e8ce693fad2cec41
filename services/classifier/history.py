"""Reads what earlier mails mean for a batch of mails: duplicates, threads, problems, bounces."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, and_, select

from services.classifier.facts import Processed, Thread
from services.classifier.mail import Mail
from shared.contracts.references import RecordRef
from shared.netgenium.many import by_stored_form, in_chunks
from shared.netgenium.memory import read_problem_tasks, read_threads
from shared.netgenium.own_tables import effect_table, identification_key_table, journal_table
from shared.netgenium.tables import ErpTables


def read_processed(
    connection: Connection, erp: ErpTables, mails: Sequence[Mail]
) -> Mapping[str, Processed]:
    """Who has claimed the keys of `mails`, and who has activities of them (R-c)."""
    claimed = identification_key_table.c
    columns = (claimed.key, claimed.mail_id, claimed.content_sha256, claimed.body_sha256)
    found = {
        row.key: row
        for chunk in in_chunks(sorted({mail.key for mail in mails}))
        for row in connection.execute(select(*columns).where(claimed.key.in_(chunk)))
    }
    late = {mail.key for mail in mails if mail.forwarded_from and mail.key in found}
    responsible = _responsible(connection, erp, late)
    return {
        key: Processed(
            row.mail_id, row.content_sha256, row.body_sha256, frozenset(responsible.get(key, ()))
        )
        for key, row in found.items()
    }


def _responsible(
    connection: Connection, erp: ErpTables, keys: Iterable[str]
) -> Mapping[str, set[int]]:
    """Users with an activity of any mail that has the key."""
    activity = erp.table("activity").c
    journal = journal_table.c
    made = and_(effect_table.c.entity == "activity", effect_table.c.record_id == activity.id)
    users: dict[str, set[int]] = defaultdict(set)
    for chunk in in_chunks(sorted(keys)):
        query = (
            select(journal.identification_key, activity.responsible)
            .join_from(journal_table, effect_table, journal.mail_id == effect_table.c.mail_id)
            .join(erp.table("activity"), made)
            .where(journal.identification_key.in_(chunk))
        )
        for key, user in connection.execute(query):
            users[key].add(user)
    return users


def read_erp_message_ids(
    connection: Connection, erp: ErpTables, message_ids: Iterable[str]
) -> frozenset[str]:
    """Those of `message_ids` that an activity has which no mail of ours has made (R-f)."""
    if not erp.has("activity", "message_id"):
        return frozenset()
    activity = erp.table("activity")
    ours = and_(effect_table.c.entity == "activity", effect_table.c.record_id == activity.c.id)
    found: set[str] = set()
    names = by_stored_form(connection, activity.c.message_id, message_ids)
    for chunk in in_chunks(names):
        query = (
            select(activity.c.message_id)
            .join_from(activity, effect_table, ours, isouter=True)
            .where(activity.c.message_id.in_(chunk), effect_table.c.command_id.is_(None))
        )
        for stored in connection.scalars(query):
            found.update(names.get(stored, ()))
    return frozenset(found)


def read_assigned_threads(
    connection: Connection, erp: ErpTables, mails: Iterable[Mail]
) -> Mapping[str, Thread]:
    """Assignments of the mails that `mails` without a token answer (A-6)."""
    wanted = {one for mail in mails if not mail.tokens for one in mail.answers_to}
    assigned = read_threads(connection, erp, wanted)
    ids: dict[str, set[int]] = defaultdict(set)
    for one in assigned.values():
        for kind, record_id in one.ids.items():
            ids[kind].add(record_id)
    records = {
        kind: _records(connection, erp, kind, wanted_ids) for kind, wanted_ids in ids.items()
    }
    return {
        message_id: Thread(**{kind: records[kind].get(i) for kind, i in one.ids.items()})
        for message_id, one in assigned.items()
    }


def _records(
    connection: Connection, erp: ErpTables, kind: str, ids: Iterable[int]
) -> Mapping[int, RecordRef]:
    if not erp.has(kind):
        return {}
    columns = erp.table(kind).c
    return {
        row.id: RecordRef(id=row.id, number=row.number)
        for chunk in in_chunks(sorted(ids))
        for row in connection.execute(
            select(columns.id, columns.number).where(columns.id.in_(chunk))
        )
    }


def read_tasks_of_problems(
    connection: Connection, erp: ErpTables, mails: Iterable[Mail]
) -> Mapping[str, RecordRef]:
    """Tasks of the problems that `mails` are about (P-2)."""
    ids = {mail.problem.problem_id for mail in mails if mail.problem}
    found = read_problem_tasks(connection, erp, (one for one in ids if one))
    return {
        problem: RecordRef(id=task_id, number=number)
        for problem, (task_id, number) in found.items()
    }
