"""Reads the records that the numbers of tokens stand for (behaviours T-3 and T-7)."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, Connection, Select, or_, select, true

from shared.contracts.references import RecordRef
from shared.domain.directory import RecordMatch
from shared.domain.vocabulary import TokenKind
from shared.netgenium.database.many import in_chunks
from shared.netgenium.database.trimmed import Trimmed
from shared.netgenium.schema.tables import ErpTables

_YEAR = "____-"
"""LIKE pattern of a year and its hyphen."""

_AT_ONCE = 100


def read_records(
    connection: Connection, erp: ErpTables, wanted: Iterable[tuple[TokenKind, str]]
) -> Mapping[tuple[TokenKind, str], RecordMatch]:
    """Return what each (kind, number) stands for; what no record has is left out."""
    found: dict[tuple[TokenKind, str], RecordMatch] = {}
    for kind, pairs in groupby(sorted(wanted), key=itemgetter(0)):
        if not erp.has(kind):
            continue
        numbers = [number for _, number in pairs]
        exact = _exact(connection, erp, kind, numbers)
        for number in numbers:
            if number in exact:
                found[kind, number] = RecordMatch(exact=exact[number])
        # Only what has no exact number is searched with or without its year: that is slower.
        similar = _similar(connection, erp, kind, [n for n in numbers if n not in exact])
        found |= {
            (kind, number): RecordMatch(similar=records) for number, records in similar.items()
        }
    return found


def _exact(
    connection: Connection, erp: ErpTables, kind: str, numbers: list[str]
) -> Mapping[str, RecordRef]:
    """Return records by number; of several with one number, the first made."""
    columns = erp.table(kind).c
    number = Trimmed(columns.number)
    return {
        row.number: RecordRef(id=row.id, number=row.number)
        for chunk in in_chunks(numbers)
        for row in connection.execute(
            select(columns.id, number.label("number"))
            .where(number.in_(chunk))
            .order_by(columns.id.desc())
        )
    }


def _similar(
    connection: Connection, erp: ErpTables, kind: str, numbers: list[str]
) -> Mapping[str, tuple[RecordRef, ...]]:
    """Open records by the number that has, or lacks, their year."""
    columns = erp.table(kind).c
    rows: list[RecordRef] = []
    for chunk in in_chunks(numbers, _AT_ONCE):
        held = Trimmed(columns.number)
        fits = or_(*(_fits(held, number) for number in chunk))
        query = select(columns.id, held.label("number")).where(fits, is_open(erp, kind))
        rows += _records(connection, query.order_by(columns.id))
    return {
        number: found
        for number in numbers
        if (found := tuple(row for row in rows if _has_other_year(row.number, number)))
    }


def _records(connection: Connection, query: Select[tuple[int, str]]) -> list[RecordRef]:
    return [RecordRef(id=row.id, number=row.number) for row in connection.execute(query)]


def _fits(column: ColumnElement[str], number: str) -> ColumnElement[bool]:
    """Match `15` with `2026-15`, and `2026-15` with `15`."""
    tail = _tail(number)
    return column == tail if tail != number else column.like(f"{_YEAR}{number}")


def _has_other_year(found: str, wanted: str) -> bool:
    """Return whether exactly one of the two carries a year, and the rest is the same."""
    return ("-" in found) != ("-" in wanted) and _tail(found) == _tail(wanted)


def _tail(number: str) -> str:
    return number.rpartition("-")[2]


def is_open(erp: ErpTables, kind: str) -> ColumnElement[bool]:
    """Return the condition for records that nobody has closed."""
    columns = erp.table(kind).c
    if kind == "task" and "completed_on" in columns:
        return columns.completed_on.is_(None)
    if "closed" in columns:
        return or_(columns.closed.in_([False]), columns.closed.is_(None))
    return true()
