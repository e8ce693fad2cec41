"""Whom recorded mail of the company itself was sent to, by its Message-ID (behaviour S-7)."""

import json
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping

from sqlalchemy import Connection, and_, select

from shared.domain.addresses import comparable
from shared.domain.copies import message_key
from shared.domain.sent import sent_by_us
from shared.netgenium.database.many import by_stored_form, in_chunks
from shared.netgenium.own.tables import effect_table, journal_table, recipient_table
from shared.netgenium.schema.tables import ErpTables

_ADDRESS = re.compile(r"[^\s<>,;\"'()]{1,200}@[^\s<>,;\"'()]{1,250}")


def read_sent(
    connection: Connection, erp: ErpTables, message_ids: Iterable[str], own_domains: Container[str]
) -> Mapping[str, frozenset[str]]:
    """Return recipients of those of `message_ids` that the company or the ERP has sent.

    What a stranger's mail says of itself is left out: he could name whom he likes as recipients.
    """
    wanted = sorted(set(message_ids))
    found: dict[str, set[str]] = defaultdict(set)
    _recorded(connection, wanted, own_domains, found)
    if {"message_id", "to"} <= set(erp.table("activity").c.keys()):
        _sent_by_erp(connection, erp, wanted, found)
    return {one: frozenset(recipients) for one, recipients in found.items()}


def _recorded(
    connection: Connection,
    wanted: Iterable[str],
    own_domains: Container[str],
    found: dict[str, set[str]],
) -> None:
    by_key: dict[str, list[str]] = defaultdict(list)
    for one in wanted:
        by_key[message_key(one)].append(one)
    own, to = journal_table.c, recipient_table.c
    for chunk in in_chunks(sorted(by_key)):
        query = (
            select(own.message_key, own.sender, own.direction, own.flags, to.address)
            .join_from(journal_table, recipient_table, to.mail_id == own.mail_id)
            .where(own.message_key.in_(chunk))
        )
        for row in connection.execute(query):
            flags = json.loads(row.flags or "[]")
            if sent_by_us(row.sender, row.direction, flags, own_domains):
                for one in by_key[row.message_key]:
                    found[one].add(row.address)


def _sent_by_erp(
    connection: Connection, erp: ErpTables, wanted: Iterable[str], found: dict[str, set[str]]
) -> None:
    """Mail that NET Genium has sent itself: activities that no mail has made."""
    activity = erp.table("activity")
    ours = and_(effect_table.c.entity == "activity", effect_table.c.record_id == activity.c.id)
    columns = [activity.c[name] for name in ("to", "cc") if name in activity.c]
    names = by_stored_form(connection, activity.c.message_id, wanted)
    for chunk in in_chunks(names):
        query = (
            select(activity.c.message_id, *columns)
            .join_from(activity, effect_table, ours, isouter=True)
            .where(activity.c.message_id.in_(chunk), effect_table.c.command_id.is_(None))
        )
        for name, *texts in connection.execute(query):
            addresses = {comparable(one) for text in texts for one in _ADDRESS.findall(text or "")}
            for asked in names.get(name, ()):
                found[asked] |= addresses
