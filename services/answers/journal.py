"""Mails as the journal has them, without their traces: what lists and searches show."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from shared.contracts.verdict import words_of
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import journal_table, recipient_table


@dataclass(frozen=True, slots=True)
class JournalMail:
    """A mail that is through.

    Attributes:
        source: Where its box had it.
        recipients: Addresses of To and Cc; an earlier version recorded none.
        direction: None if the chain stopped before it was decided.
        key: Identification key.
        backup: Path of the backup below the data folder.
        differs: Another mail with its key came first, with another body.
        flags: What was odd about it; an earlier version recorded none.
    """

    mail_id: UUID
    box: str
    source: str
    received_at: datetime
    recorded_at: datetime
    subject: str
    sender: str | None
    recipients: tuple[str, ...]
    message_id: str | None
    verdict: tuple[str, ...]
    direction: str | None
    key: str
    backup: str
    differs: bool
    flags: tuple[str, ...] = ()


_own = journal_table.c
COLUMNS = (
    _own.mail_id,
    _own.box,
    _own.source,
    _own.received_at,
    _own.recorded_at,
    _own.subject,
    _own.sender,
    _own.message_id,
    _own.verdict,
    _own.direction,
    _own.identification_key,
    _own.backup_key,
    _own.differs,
    _own.flags,
)


def read_mails(connection: Connection, mail_ids: Iterable[UUID]) -> Iterator[JournalMail]:
    """Read the mails with these ids, in their order; those that are not there are left out."""
    for chunk in in_chunks(mail_ids):
        query = select(*COLUMNS).where(_own.mail_id.in_(chunk))
        rows = {row.mail_id: row for row in connection.execute(query)}
        yield from with_recipients(connection, [rows[one] for one in chunk if one in rows])


JournalRow = Row[*tuple[Any, ...]]
"""A row of `COLUMNS`."""


def with_recipients(connection: Connection, rows: Sequence[JournalRow]) -> Iterator[JournalMail]:
    """Make mails of rows of `COLUMNS`."""
    recipients: dict[UUID, list[str]] = defaultdict(list)
    other = recipient_table.c
    for chunk in in_chunks(row.mail_id for row in rows):
        query = select(other.mail_id, other.address).where(other.mail_id.in_(chunk))
        for mail_id, address in connection.execute(query.order_by(other.mail_id, other.place)):
            recipients[mail_id].append(address)
    for row in rows:
        yield _mail(row, tuple(recipients.get(row.mail_id, ())))


def _mail(row: JournalRow, recipients: tuple[str, ...]) -> JournalMail:
    return JournalMail(
        mail_id=row.mail_id,
        box=row.box,
        source=row.source,
        received_at=row.received_at,
        recorded_at=row.recorded_at,
        subject=row.subject,
        sender=row.sender,
        recipients=recipients,
        message_id=row.message_id,
        verdict=words_of(row.verdict),
        direction=row.direction,
        key=row.identification_key,
        backup=row.backup_key,
        differs=row.differs,
        flags=tuple(flags_of(row.flags)),
    )


def flags_of(stored: str | None) -> list[str]:
    """Return the flags that a row of the journal holds."""
    return list(json.loads(stored or "[]"))
