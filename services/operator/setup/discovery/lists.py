"""Fields with several values: columns in the record's own table, or a table of their own."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from services.operator.setup.discovery.matching import GUESSED, fits, guess, key_among
from services.operator.setup.discovery.names import Known, Match, Sure, known_names, match
from services.operator.setup.discovery.picture import FoundColumn, FoundTable
from services.operator.setup.discovery.vocabulary import KnownList, known_records
from shared.netgenium.schema.catalogue import CATALOGUE, Kind
from shared.netgenium.schema.mapping_model import (
    AnyColumn,
    AnyMany,
    InColumns,
    InTable,
    SizedColumn,
)

LIST_LENGTH = 250
"""Characters of a text among several that the mapping need not mention."""


@dataclass(frozen=True, slots=True)
class FoundList:
    """Where several values lie; `uses` are names of the tables or columns that it takes."""

    place: AnyMany
    match: Match
    uses: tuple[str, ...]


def sized(column: FoundColumn, wanted: int | None) -> AnyColumn:
    """Return the column as a mapping names it: with its length where a text of ours may be longer.

    Args:
        column: A real column.
        wanted: Characters that ours may have; None: any number.
    """
    if column.holds == "text" and column.length and (wanted is None or column.length < wanted):
        return SizedColumn(name=column.name, length=column.length)
    return column.name


def find_list(
    record: str, field: str, own: FoundTable, taken: Collection[str], free: Iterable[FoundTable]
) -> FoundList | None:
    """Return the surest place of `field`, or None.

    Args:
        record: Our name for the record.
        field: Our name for the field with several values.
        own: The record's table.
        taken: Columns of it that are other fields.
        free: Tables that are no record.
    """
    names = known_records()[record].many[field]
    kind: Kind = "text" if CATALOGUE[record].many[field].of == "text" else "reference"
    places = [*_in_columns(names, kind, own, taken)]
    places += [one for table in free if (one := _in_table(names, kind, table))]
    return max(places, key=lambda one: one.match.score, default=None)


def _in_columns(
    names: KnownList, kind: Kind, own: FoundTable, taken: Collection[str]
) -> Iterator[FoundList]:
    """Yield columns with the same name and another digit; one that is only alike does not count."""
    found = [
        (column, one)
        for column in own.columns
        if column.name not in taken and fits(kind, column)
        if (one := match(names.columns, column.name, column.captions))
        if one.sure is not Sure.SIMILAR
    ]
    if found:
        columns = tuple(sized(column, LIST_LENGTH) for column, _ in found)
        best = max((one for _, one in found), key=lambda one: one.score)
        uses = tuple(column.name for column, _ in found)
        yield FoundList(InColumns(columns=columns), best, uses)


def _in_table(names: KnownList, kind: Kind, table: FoundTable) -> FoundList | None:
    named = match(names.table, table.name, table.captions)
    if named is None:
        return None
    key = key_among(table, known_names()[0].words["keys"])
    owner = _best(names.owner, table, "reference", {key})
    if owner is None:
        return None
    value = _best(names.value, table, kind, {key, owner.name})
    sure = named
    if value is None:
        sure = Match(named.score, GUESSED.sure)
        value = guess(table.columns, {one for one in (key, owner.name) if one}, kind)
    if value is None:
        return None
    place = InTable(table=table.name, owner=owner.name, value=sized(value, LIST_LENGTH), id=key)
    return FoundList(place, sure, (table.name,))


def _best(
    names: Known, table: FoundTable, kind: Kind, taken: Collection[str | None]
) -> FoundColumn | None:
    found = [
        (one.score, column)
        for column in table.columns
        if column.name not in taken and fits(kind, column)
        if (one := match(names, column.name, column.captions))
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None
