"""Reads mails of one thread that were recorded in any order: what each is assigned to (A-6)."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from shared.domain.copies import message_key
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import journal_table, recipient_table, reference_table
from shared.netgenium.queries.recorded import ASSIGNMENTS
from shared.netgenium.queries.unlinked import made_by_mails
from shared.netgenium.schema.tables import ErpTables

_MOST_PAIRS = 500
"""Anybody may answer a mail thousands of times before it comes."""


@dataclass(frozen=True, slots=True)
class Threaded:
    """A recorded mail with the activities that it has made.

    Attributes:
        key: Of its Message-ID.
        people: Its sender and its recipients.
        has_token: It says itself what it is assigned to, or an early version did not note that.
        inherits: Keys of the mails that it may inherit from, the nearest first.
        activities: What each is assigned to now, by kind.
    """

    mail_id: UUID
    key: str
    sender: str
    people: frozenset[str]
    flags: frozenset[str]
    received_at: datetime
    has_token: bool
    inherits: Sequence[str]
    activities: MutableMapping[int, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Answers:
    """Recorded mails with activities, and which of them answers which.

    Attributes:
        pairs: Of a mail and one that answers it, by their ids.
    """

    mails: Mapping[UUID, Threaded]
    pairs: AbstractSet[tuple[UUID, UUID]]


def read_answers(
    connection: Connection, erp: ErpTables, keys: Iterable[str], answers: Iterable[UUID]
) -> Answers:
    """Return which mails answer one with one of `keys`, and which mails `answers` answer."""
    pairs = set(_pairs(connection, keys, answers))
    mails = _mails(connection, erp, {one for pair in pairs for one in pair}) if pairs else {}
    return Answers(mails, pairs)


def _mails(
    connection: Connection, erp: ErpTables, wanted: Iterable[UUID]
) -> Mapping[UUID, Threaded]:
    activity, own = erp.table("activity").c, journal_table.c
    kinds = [kind for kind in ASSIGNMENTS if kind in activity]
    journal = (own.mail_id, own.message_key, own.sender, own.flags, own.received_at)
    query = made_by_mails(
        erp, *journal, own.tokens, own.commands, activity.id, *(activity[kind] for kind in kinds)
    )
    ids = sorted(wanted)
    recipients = _recipients(connection, ids)
    found: dict[UUID, Threaded] = {}
    for chunk in in_chunks(ids):
        for row in connection.execute(query.where(own.mail_id.in_(chunk)).order_by(activity.id)):
            if row.mail_id not in found:
                found[row.mail_id] = _mail(row, recipients[row.mail_id])
            records = {kind: one for kind in kinds if (one := getattr(row, kind)) is not None}
            found[row.mail_id].activities[row.id] = records
    return found


def _pairs(
    connection: Connection, keys: Iterable[str], answers: Iterable[UUID]
) -> Iterator[tuple[UUID, UUID]]:
    """Yield ids of a mail and of one that answers it, both recorded."""
    first, answer = journal_table.c, reference_table.c
    query = select(first.mail_id, answer.mail_id).join_from(
        reference_table, journal_table, first.message_key == answer.message_key
    )
    for column, wanted in ((answer.message_key, sorted(keys)), (answer.mail_id, sorted(answers))):
        for chunk in in_chunks(wanted):
            rows = connection.execute(query.where(column.in_(chunk)).limit(_MOST_PAIRS))
            yield from ((row[0], row[1]) for row in rows)


def _recipients(connection: Connection, mail_ids: Iterable[UUID]) -> Mapping[UUID, set[str]]:
    own = recipient_table.c
    found: dict[UUID, set[str]] = defaultdict(set)
    for chunk in in_chunks(mail_ids):
        query = select(own.mail_id, own.address).where(own.mail_id.in_(chunk))
        for mail_id, address in connection.execute(query):
            found[mail_id].add(address)
    return found


def _mail(row: Row[Any], recipients: Iterable[str]) -> Threaded:
    sender = row.sender or ""
    return Threaded(
        mail_id=row.mail_id,
        key=row.message_key or "",
        sender=sender,
        people=frozenset((sender, *recipients)),
        flags=frozenset(json.loads(row.flags or "[]")),
        received_at=row.received_at,
        has_token=row.tokens != "[]",
        inherits=list(dict.fromkeys(map(message_key, _answered(row.commands)))),
        activities={},
    )


def _answered(commands: str | None) -> Iterator[str]:
    """Yield the Message-IDs that the commands of a mail let it inherit from."""
    for one in json.loads(commands or "[]"):
        yield from one.get("answers_to", ())
