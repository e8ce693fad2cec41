"""Reads what earlier mails mean for a batch of mails: duplicates, threads, problems, bounces."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, and_, select

from shared.contracts.references import RecordRef
from shared.domain.copies import CopyMarks
from shared.domain.earlier import Processed, Thread
from shared.netgenium.database.many import by_stored_form, in_chunks
from shared.netgenium.own.tables import effect_table
from shared.netgenium.queries.claims import read_claims
from shared.netgenium.queries.recorded import read_threads
from shared.netgenium.schema.tables import ErpTables


def read_processed(
    connection: Connection, erp: ErpTables, keys: Mapping[str, bool]
) -> Mapping[str, Processed]:
    """Return who has claimed keys (R-a, S-9).

    Args:
        connection: To the database.
        erp: Its mapped tables.
        keys: Each with whether it matters who has an activity of its mail: the envelope of a later
            copy may name further users (R-c).
    """
    found = read_claims(connection, keys)
    owners = {row.mail_id for key, row in found.items() if keys[key]}
    responsible = _responsible(connection, erp, owners)
    return {
        key: Processed(
            row.mail_id,
            row.content_sha256,
            CopyMarks(row.body_sha256, row.message_key, row.text_sha256),
            frozenset(responsible.get(row.mail_id, ())),
        )
        for key, row in found.items()
    }


def _responsible(
    connection: Connection, erp: ErpTables, mail_ids: Iterable[UUID]
) -> Mapping[UUID, set[int]]:
    """Return users with an activity of each mail; what its copies have made the writer knows."""
    activity, effect = erp.table("activity").c, effect_table.c
    users: dict[UUID, set[int]] = defaultdict(set)
    for chunk in in_chunks(sorted(mail_ids)):
        query = (
            select(effect.cause_id, activity.responsible)
            .join_from(effect_table, erp.table("activity"), effect.record_id == activity.id)
            .where(effect.entity == "activity", effect.cause_id.in_(chunk))
        )
        for mail_id, user in connection.execute(query):
            users[mail_id].add(user)
    return users


def read_erp_message_ids(
    connection: Connection, erp: ErpTables, message_ids: Iterable[str]
) -> frozenset[str]:
    """Return those of `message_ids` that an activity has which no mail of ours has made (R-f)."""
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


def read_thread_records(
    connection: Connection, erp: ErpTables, message_ids: Iterable[str]
) -> Mapping[str, Sequence[Thread]]:
    """Return what the mails with these Message-IDs are assigned to, with numbers (A-6)."""
    assigned = read_threads(connection, erp, message_ids)
    ids: dict[str, set[int]] = defaultdict(set)
    for one in (one for several in assigned.values() for one in several):
        for kind, record_id in one.ids.items():
            ids[kind].add(record_id)
    records = {
        kind: _records(connection, erp, kind, wanted_ids) for kind, wanted_ids in ids.items()
    }
    return {
        message_id: [
            Thread(one.origin, **{kind: records[kind].get(i) for kind, i in one.ids.items()})
            for one in several
        ]
        for message_id, several in assigned.items()
    }


def _records(
    connection: Connection, erp: ErpTables, kind: str, ids: Iterable[int]
) -> Mapping[int, RecordRef]:
    if not erp.has(kind):
        return {}
    columns = erp.table(kind).c
    return {
        row.id: RecordRef(id=row.id, number=(row.number or "").strip())
        for chunk in in_chunks(sorted(ids))
        for row in connection.execute(
            select(columns.id, columns.number).where(columns.id.in_(chunk))
        )
    }
