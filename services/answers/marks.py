"""`list marks`: marks that mails have set, and those that wait for a person (B-5, S-7)."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from services.answers.names import RecordNames
from services.answers.times import utc
from shared.netgenium.own.held_mark_table import held_mark_table
from shared.netgenium.own.tables import change_table

Row = Mapping[str, Any]


def marks(connection: Connection, names: RecordNames, since: datetime | None) -> Iterator[Row]:
    """Yield marks that mails have set, one row a command, the newest first."""
    own = change_table.c
    query = select(change_table).where(own.mark.is_not(None))
    if since:
        query = query.where(own.changed_at >= since)
    query = query.order_by(own.changed_at.desc(), own.command_id.desc(), own.record_id)
    streamed = connection.execution_options(yield_per=500)
    with closing(streamed.execute(query)) as rows:
        for _, changes in groupby(rows, key=lambda row: row.command_id):
            yield _mark(list(changes), names)


def held_marks(connection: Connection, since: datetime | None) -> Iterator[Row]:
    """Yield marks that wait for a person, the newest first."""
    own = held_mark_table.c
    query = select(held_mark_table).where(own.decided_at.is_(None))
    if since:
        query = query.where(own.held_at >= since)
    query = query.order_by(own.held_at.desc(), own.command_id.desc())
    streamed = connection.execution_options(yield_per=500)
    with closing(streamed.execute(query)) as rows:
        yield from map(_held, rows)


def _held(row: Any) -> Row:  # noqa: ANN401 - a row of the table
    return {
        "held_id": str(row.command_id),
        "address": row.address,
        "mark": row.mark,
        "soft_bounce": row.bounced_on is not None,
        "reporter": row.reporter or None,
        "why": row.why,
        "rule": row.rule,
        "held_at": utc(row.held_at),
        "mail_id": str(row.mail_id),
    }


def _mark(changed: list[Any], names: RecordNames) -> Row:
    first = changed[0]
    marked = {
        entity: [row.record_id for row in changed if row.entity == entity]
        for entity in ("contact", "relationship")
    }
    contacts = names.addresses("contact", marked["contact"])
    companies = names.column("relationship", "name", marked["relationship"])
    return {
        "address": first.address,
        "mark": first.mark,
        "contacts": [contacts.get(one) for one in marked["contact"]],
        "relationships": [companies.get(one) for one in marked["relationship"]],
        "mail_id": str(first.cause_id) if first.cause_kind == "mail" else None,
        "undone": all(row.undone_at is not None for row in changed),
        "undone_by": first.undone_by,
    }
