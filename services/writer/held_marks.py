"""Marks that wait for a person: which there are, and what a person decides (behaviour S-7).

A mark that is released is made as if its mail had made it: `undo` takes it back, `find` shows it.
Each decision is a transaction of its own, so what is decided stays whatever happens later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Engine, Row, select, update

from services.writer.earlier import read_earlier
from services.writer.group_locks import address_lock, record_lock
from services.writer.handlers.count_soft_bounce import count
from services.writer.handlers.mark_forbidden import MarkedBy, mark_address
from services.writer.timeline import tell
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.cause import Cause
from shared.contracts.commands import CountSoftBounce, MarkForbidden
from shared.domain.directory import Directory
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.database.locks import hold
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.held_mark_table import held_mark_table
from shared.netgenium.queries.address_book import read_address_book
from shared.netgenium.schema.tables import ErpTables

Decision = Literal["released", "refused"]

_own = held_mark_table.c


@dataclass(frozen=True, slots=True)
class HeldMark:
    """A mark that waits.

    Attributes:
        held_id: By which a person decides about it.
        soft: It would be counted as a soft bounce.
        reporter: Who has reported it; empty: the report names no sender.
    """

    held_id: UUID
    mail_id: UUID
    address: str
    mark: str
    soft: bool
    reporter: str


@dataclass(frozen=True, slots=True)
class Which:
    """Which of the marks that wait are meant; all that are given must fit.

    Attributes:
        ids: One by one.
        day: Held on this day, in the ERP's zone.
        reporter: Of this address; with `*@` before a domain, of all its addresses.
    """

    ids: frozenset[UUID] = frozenset()
    day: date | None = None
    reporter: str | None = None


def waiting(engine: Engine, erp: ErpTables, which: Which) -> list[HeldMark]:
    """Return the marks that wait, the oldest first.

    Raises:
        TransientError: The database is unreachable.
    """
    query = select(held_mark_table).where(*_fits(which, ZoneInfo(erp.mapping.time.zone)))
    with database_errors(engine), engine.connect() as connection:
        rows = connection.execute(query.order_by(_own.held_at, _own.command_id)).all()
    found = [held_mark_of(row) for row in rows]
    return [one for one in found if not which.ids or one.held_id in which.ids]


def decide(  # noqa: PLR0913 - a decision is all of this
    engine: Engine,
    erp: ErpTables,
    marks: Iterable[HeldMark],
    decision: Decision,
    *,
    by: str,
    now: datetime,
) -> int:
    """Carry out a decision about each of `marks` that still waits; return how many did.

    Raises:
        TransientError: The database is unreachable; what was decided before stays.
        PermanentError: A right is missing, or the mapping does not fit.
    """
    decided = 0
    for chunk in in_chunks(marks, 50):
        with write_transaction(engine) as connection:
            decided += _decide(connection, erp, chunk, decision, by, now)
    return decided


def _decide(  # noqa: PLR0913, PLR0917 - the same
    connection: Connection,
    erp: ErpTables,
    marks: Sequence[HeldMark],
    decision: Decision,
    by: str,
    now: datetime,
) -> int:
    book = read_address_book(connection, erp, {one.address for one in marks})
    directory = Directory(address_book=book.by_address)
    hold(connection, *_locks(marks, directory))
    ids = [one.held_id for one in marks]
    rows = connection.execute(
        select(held_mark_table)
        .where(_own.command_id.in_(ids), _own.decided_at.is_(None))
        .order_by(_own.received_at, _own.command_id)
    ).all()
    if decision == "released":
        _make(connection, erp, rows, directory, now)
    done = [row.command_id for row in rows]
    closed = {"decided_at": now, "decided_as": decision, "decided_by": by}
    connection.execute(update(held_mark_table).where(_own.command_id.in_(done)).values(closed))
    steps = [
        (Cause("mail", row.mail_id), f"{row.address}: mark {decision}, by {by}") for row in rows
    ]
    tell(connection, decision, steps, now)
    return len(done)


def _make(
    connection: Connection,
    erp: ErpTables,
    rows: Sequence[Row[Any]],
    directory: Directory,
    now: datetime,
) -> None:
    commands = [_command(row, directory) for row in rows]
    work = UnitOfWork(connection, erp, now, read_earlier(connection, erp, commands))
    for row, command in zip(rows, commands, strict=True):
        mail = MarkedBy(row.mail_id, row.received_at)
        if isinstance(command, CountSoftBounce):
            count(command, mail, work)
        else:
            mark_address(command, mail, work, command.mark)
    work.flush()


def _command(row: Row[Any], directory: Directory) -> MarkForbidden | CountSoftBounce:
    """Return what the mail would have done, with those who have the address today."""
    contacts, relationships = directory.holders(row.address)
    fields = {
        "command_id": row.command_id,
        "address": row.address,
        "contacts": contacts,
        "relationships": relationships,
    }
    if row.bounced_on is not None:
        return CountSoftBounce(bounced_on=row.bounced_on, **fields)
    return MarkForbidden(mark=row.mark, **fields)


def _locks(marks: Iterable[HeldMark], directory: Directory) -> set[str]:
    locks = set()
    for one in marks:
        contacts, relationships = directory.holders(one.address)
        locks.add(address_lock(one.address))
        locks |= {record_lock("contact", each.id) for each in contacts}
        locks |= {record_lock("relationship", each.id) for each in relationships}
    return locks


def _fits(which: Which, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [_own.decided_at.is_(None)]
    if which.day:
        begin = datetime(which.day.year, which.day.month, which.day.day, tzinfo=zone)
        where += [_own.held_at >= begin, _own.held_at < begin + timedelta(days=1)]
    if which.reporter is not None:
        where.append(reporter_is(_own.reporter, which.reporter))
    return where


def reporter_is(column: ColumnElement[Any], reporter: str) -> ColumnElement[bool]:
    """Return the condition that an address is `reporter`, or of its domain where it is `*@…`."""
    if reporter.startswith("*@"):
        return column.endswith(reporter[1:], autoescape=True)
    return column == reporter


def held_mark_of(row: Row[Any]) -> HeldMark:
    """Return the mark of a row of the table."""
    return HeldMark(
        row.command_id,
        row.mail_id,
        row.address,
        row.mark,
        row.bounced_on is not None,
        row.reporter,
    )
