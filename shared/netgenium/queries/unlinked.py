"""Reads activities of mails whose sender, or recipients, nobody in the address book had (A-2)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, or_, select

from shared.contracts.commands import Direction
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import effect_table, journal_table, recipient_table
from shared.netgenium.schema.tables import ErpTables

AT_ONCE = 200
"""Activities of one reading."""


@dataclass(frozen=True, slots=True)
class Unlinked:
    """An activity without a contact.

    Attributes:
        relationship: The company that it is linked to all the same.
        sender, recipients: Of its mail.
    """

    activity_id: int
    direction: Direction
    relationship: int | None
    mail_id: UUID
    sender: str | None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which activities are asked for.

    Attributes:
        since: Of mails received from then on.
        address: Of mails from it; outgoing ones: to it.
    """

    since: datetime | None = None
    address: str | None = None


def made_by_mails(erp: ErpTables, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select `columns` of the activities that mails have made, their effects and journal rows."""
    activity, made, journal = erp.table("activity").c, effect_table.c, journal_table.c
    own = and_(
        made.record_id == activity.id, made.entity == "activity", made.kind == "create_activity"
    )
    return (
        select(*columns)
        .join_from(erp.table("activity"), effect_table, own)
        .join(journal_table, journal.mail_id == made.cause_id)
    )


def read_unlinked(
    connection: Connection, erp: ErpTables, wanted: Wanted, after: int
) -> list[Unlinked]:
    """Return the next `AT_ONCE` activities without contact behind the one with the id `after`."""
    activity, journal = erp.table("activity").c, journal_table.c
    columns = (
        *(activity.id, activity.direction, activity.relationship),
        *(journal.mail_id, journal.sender),
    )
    query = made_by_mails(erp, *columns).where(activity.contact.is_(None), activity.id > after)
    if wanted.since is not None:
        query = query.where(journal.received_at >= wanted.since)
    if wanted.address is not None:
        query = query.where(_concerns(wanted.address))
    rows = connection.execute(query.order_by(activity.id).limit(AT_ONCE)).all()
    recipients = _recipients(connection, rows)
    return [_unlinked(row, recipients.get(row.mail_id, ())) for row in rows]


def _unlinked(row: Row[Any], recipients: Sequence[str]) -> Unlinked:
    return Unlinked(
        row.id, row.direction, row.relationship, row.mail_id, row.sender, tuple(recipients)
    )


def _concerns(address: str) -> ColumnElement[bool]:
    recipient = recipient_table.c
    same_mail = recipient.mail_id == journal_table.c.mail_id
    to_it = exists().where(same_mail, recipient.address == address)
    return or_(journal_table.c.sender == address, to_it)


def _recipients(connection: Connection, rows: Sequence[Row[Any]]) -> Mapping[UUID, list[str]]:
    """Return recipients of the outgoing ones, in order."""
    own = recipient_table.c
    found: dict[UUID, list[str]] = defaultdict(list)
    outgoing = sorted({row.mail_id for row in rows if row.direction == "outgoing"})
    for chunk in in_chunks(outgoing):
        query = select(own.mail_id, own.address).where(own.mail_id.in_(chunk))
        for mail_id, address in connection.execute(query.order_by(own.mail_id, own.place)):
            found[mail_id].append(address)
    return found
