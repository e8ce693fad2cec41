"""Which real table or column is which record or field: the surest pair first, each used once."""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from services.operator.setup.discovery.names import Match, Sure, known_names, likeness, match
from services.operator.setup.discovery.picture import FoundColumn, FoundTable, Holds
from services.operator.setup.discovery.vocabulary import known_records
from shared.netgenium.schema.catalogue import CATALOGUE, Kind

W = TypeVar("W")
F = TypeVar("F")

_HOLDS: Mapping[Kind, Holds] = {
    "text": "text",
    "memo": "text",
    "choice": "text",
    "moment": "moment",
    "bytes": "file",
    "reference": "number",
    "integer": "number",
}
_BOX_LENGTH = 20
"""Characters of a text column that may still be a check box."""

_NEAR = 0.4
_NEAREST = 3


def fits(kind: Kind, column: FoundColumn, box: Holds | None = None) -> bool:
    """Return whether `column` can hold `kind`; `box` is how check boxes are stored, if known."""
    if kind != "check_box":
        return column.holds == _HOLDS[kind]
    if column.holds == "text":
        return box in (None, "text") and (column.length or _BOX_LENGTH + 1) <= _BOX_LENGTH
    return column.holds == "number" and box in (None, "number")


def surest(scores: Mapping[tuple[W, F], Match]) -> dict[W, tuple[F, Match]]:
    """Return pairs by falling score; whoever has a partner gets no second one."""
    chosen: dict[W, tuple[F, Match]] = {}
    used: set[F] = set()
    for (wanted, found), one in sorted(scores.items(), key=lambda item: -item[1].score):
        if wanted not in chosen and found not in used:
            chosen[wanted] = (found, one)
            used.add(found)
    return chosen


def match_fields(
    record: str, table: FoundTable, box: Holds | None = None
) -> dict[str, tuple[FoundColumn, Match]]:
    """Return the columns of `table` that are fields of `record`."""
    names, key = known_records()[record].fields, key_of(record, table)
    scores: dict[tuple[str, FoundColumn], Match] = {}
    for field, kind in CATALOGUE[record].fields.items():
        for column in table.columns:
            if column.name == key or not fits(kind.kind, column, box):
                continue
            if found := match(names[field], column.name, column.captions):
                scores[field, column] = found
    return surest(scores)


def match_tables(tables: Iterable[FoundTable]) -> dict[str, tuple[FoundTable, Match]]:
    """Return the tables that are records; of names alike, the one with more known fields."""
    scores: dict[tuple[str, FoundTable], Match] = {}
    for table in tables:
        for record, names in known_records().items():
            if found := match(names.table, table.name, table.captions):
                # A name counts more than all fields together.
                share = len(match_fields(record, table)) / len(CATALOGUE[record].fields)
                scores[record, table] = Match(found.score + share * 0.9, found.sure)
    return surest(scores)


def key_of(record: str, table: FoundTable) -> str | None:
    """Return the column that is the record's id."""
    return key_among(table, known_records()[record].key.folded)


def key_among(table: FoundTable, keys: Collection[str]) -> str | None:
    """Return a number called as keys are, else the primary key."""
    numbers = [column.name for column in table.columns if column.holds == "number"]
    named = [name for name in numbers if name.lower() in keys]
    return next(iter(named), table.key if table.key in numbers else None)


def guess(columns: Iterable[FoundColumn], taken: Collection[str], kind: Kind) -> FoundColumn | None:
    """Return the only column left that can hold `kind`, if there is just one."""
    naming, _ = known_names()
    left = [
        column
        for column in columns
        if column.name not in taken and column.name.lower() not in naming.system
        if fits(kind, column)
    ]
    return left[0] if len(left) == 1 else None


def nearest(names: Collection[str], existing: Iterable[str]) -> tuple[str, ...]:
    """Return the existing names that are most like one of `names`, all folded; at most three."""
    naming, _ = known_names()
    likely: dict[str, float] = {}
    for one in existing:
        folded = naming.folded(one)
        likely[one] = max((likeness(folded, name) for name in names), default=0.0)
    near = sorted((one for one in likely if likely[one] >= _NEAR), key=lambda one: -likely[one])
    return tuple(near[:_NEAREST])


GUESSED = Match(0.0, Sure.GUESS)
